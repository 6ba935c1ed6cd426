#include <absl/strings/escaping.h>

#include <algorithm>

#include "base/idn.h"
#include "config/types.h"

namespace haetae::config {
namespace {

constexpr std::uint16_t kDnsPort = 53;
constexpr std::uint16_t kDnsOverTlsPort = 853;  // RFC 7858, section 3.1
constexpr std::size_t kPinsMax = 8;

constexpr std::string_view kShortForm = "address[@port][#tls-name]";
constexpr std::string_view kHint =
    "write it as 192.0.2.1, 192.0.2.1@53 or 2001:db8::1@53, over TLS as "
    "192.0.2.1#dns.example; IPv6 without brackets";

std::optional<std::string> tls_name_of(std::string_view text) {
  const auto name = name_from_user_text(text);
  if (!name || !name->is_hostname()) return std::nullopt;
  return name->to_text();
}

// The port chooses TLS where nothing else does, and TLS chooses the port where none is written.
void complete(UpstreamServer& server, std::optional<std::uint16_t> port) {
  server.over_tls = !server.tls_name.empty() || !server.pins.empty() || port == kDnsOverTlsPort;
  server.port = port.value_or(server.over_tls ? kDnsOverTlsPort : kDnsPort);
}

std::optional<UpstreamServer> server_of(std::string_view text) {
  UpstreamServer server;
  const std::size_t hash = text.find('#');
  const std::string_view head = text.substr(0, hash);
  if (hash != std::string_view::npos) {
    const auto name = tls_name_of(text.substr(hash + 1));
    if (!name) return std::nullopt;
    server.tls_name = *name;
  }
  const std::size_t at = head.find('@');
  const auto address = IpAddress::from_text(head.substr(0, at));
  if (!address) return std::nullopt;
  server.address = *address;
  std::optional<std::uint16_t> port;
  if (at != std::string_view::npos) {
    port = port_of(head.substr(at + 1));
    if (!port) return std::nullopt;
  }
  complete(server, port);
  return server;
}

void read_short(const Value& value, UpstreamServer& out) {
  const auto text = value.text("a server");
  if (!text) return;
  if (const auto server = server_of(*text)) {
    out = *server;
  } else {
    value.fault(fmt::format("'{}' is not a server", *text), std::string(kHint));
  }
}

std::optional<KeyPin> pin_of(std::string_view text) {
  std::string octets;
  KeyPin pin;
  if (!absl::Base64Unescape({text.data(), text.size()}, &octets) || octets.size() != pin.size()) {
    return std::nullopt;
  }
  std::ranges::copy(octets, pin.begin());
  return pin;
}

struct LongServer {
  UpstreamServer server;
  std::optional<int> port;
};

const Table<LongServer>& long_table() {
  static const Table<LongServer> table{{
      whole_row("address",
                Type<LongServer>{"address",
                                 [read = address().read](const Value& value, LongServer& out) {
                                   read(value, out.server.address);
                                 }},
                kRequired, "The server's address."),
      row("port", &LongServer::port, maybe(number(1, 65535)), "", "853 over TLS, else 53."),
      whole_row("tls_name",
                Type<LongServer>{"name",
                                 [read = parsed<std::string>("name", "a server's name",
                                                             "write it as dns.example", tls_name_of)
                                             .read](const Value& value, LongServer& out) {
                                   read(value, out.server.tls_name);
                                 }},
                "", "The name that its certificate must hold."),
      whole_row("pins",
                Type<LongServer>{
                    "list of base64",
                    [read = list_of(parsed<KeyPin>("base64", "the pin of a key",
                                                   "write the 44 characters of its SHA-256 in "
                                                   "base64; docs/UPSTREAM.md says how to get it",
                                                   pin_of),
                                    kPinsMax)
                                .read](const Value& value, LongServer& out) {
                      read(value, out.server.pins);
                    }},
                "", "What its key must be."),
  }};
  return table;
}

void read_server(const Value& value, UpstreamServer& out) {
  if (value.node.kind != Node::Kind::Map) return read_short(value, out);
  LongServer in_full;
  read_section(long_table(), value, in_full);
  out = std::move(in_full.server);
  complete(out,
           in_full.port ? std::optional(static_cast<std::uint16_t>(*in_full.port)) : std::nullopt);
}

void read_plain(const Value& value, UpstreamServer& out) {
  read_short(value, out);
  if (!out.over_tls) return;
  value.fault("this server can be asked in plain DNS only",
              "write it without #name, with another port than 853");
}

}  // namespace

Type<UpstreamServer> upstream_server() {
  return {std::string(kShortForm) + " or {address, port, tls_name, pins}", read_server};
}

Type<UpstreamServer> plain_server() {
  return {"address[@port]", read_plain};
}

}  // namespace haetae::config
