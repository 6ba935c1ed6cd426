#include <charconv>

#include "base/idn.h"
#include "config/types.h"

namespace haetae::config {
namespace {

constexpr std::string_view kEndpointHint =
    "write it as 127.0.0.1:53, [::1]:53 or 192.0.2.1; ports are 1 to 65535";

std::optional<Endpoint> endpoint_of(std::string_view text, std::uint16_t port_unwritten) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else if (text.find(':') == text.rfind(':') && text.contains(':')) {
    host = text.substr(0, text.find(':'));
    port = text.substr(text.find(':'));
  }
  const auto address = IpAddress::from_text(host);
  if (!address) return std::nullopt;
  if (port.empty()) return Endpoint{*address, port_unwritten};
  const auto number = port.starts_with(':') ? port_of(port.substr(1)) : std::nullopt;
  if (!number) return std::nullopt;
  return Endpoint{*address, *number};
}

std::string what_is_wrong_with_name(std::string_view text) {
  if (text.contains("://") || text.contains('/'))
    return "write the name only, without path or https://";
  if (text.starts_with("*."))
    return fmt::format("write '{}': it covers everything below", text.substr(2));
  if (text.starts_with("||")) return "write the name only, as school.example";
  return "write it as school.example";
}

std::optional<Name> read_name_text(const Value& value, std::string_view text) {
  const auto name = name_from_user_text(text);
  if (name && name->is_hostname()) return *name;
  const std::string_view why =
      name ? "a host name has letters, digits and hyphens" : std::string_view(name.error());
  value.fault(fmt::format("'{}' is not a site's name ({})", text, why),
              what_is_wrong_with_name(text));
  return std::nullopt;
}

struct LongNameRule {
  std::string name;
  bool lifts_safe_search = false;
};

const Table<LongNameRule>& name_rule_table() {
  static const Table<LongNameRule> table{{
      row("name", &LongNameRule::name, text(), kRequired, "The site, as school.example."),
      row("safe_search", &LongNameRule::lifts_safe_search,
          choice<bool>({{"off", true}, {"on", false}}), "on",
          "off: safe search does not apply to this site."),
  }};
  return table;
}

void read_name_rule(const Value& value, NameRule& out) {
  std::string_view name;
  LongNameRule in_full;
  if (value.node.kind == Node::Kind::Map) {
    read_section(name_rule_table(), value, in_full);
    name = in_full.name;
    out.lifts_safe_search = in_full.lifts_safe_search;
    if (name.empty()) return;
  } else {
    const auto text = value.text("a site's name");
    if (!text) return;
    name = *text;
  }
  out.exact = name.starts_with('=');
  if (out.exact) name.remove_prefix(1);
  if (const auto read = read_name_text(value, name)) out.name = *read;
}

}  // namespace

std::optional<std::uint16_t> port_of(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (port < 1 || port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

Type<Endpoint> endpoint(std::uint16_t port_unwritten) {
  return parsed<Endpoint>(
      "address:port", "an address and port", kEndpointHint,
      [port_unwritten](std::string_view text) { return endpoint_of(text, port_unwritten); });
}

Type<Name> host_name() {
  return {"name", [](const Value& value, Name& out) {
            const auto text = value.text("a site's name");
            if (!text) return;
            if (const auto name = read_name_text(value, *text)) out = *name;
          }};
}

Type<NameRule> name_rule() {
  return {"name, =name or {name, safe_search: off}", read_name_rule};
}

}  // namespace haetae::config
