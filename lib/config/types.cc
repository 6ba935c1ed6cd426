#include "config/types.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <unordered_map>

#include "base/idn.h"
#include "config/zone_hint.h"

namespace haetae::config {
namespace {

constexpr std::size_t kTextBytesMax = 1024;

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// A number and the unit behind it: "32 MB" -> 32, "MB".
std::optional<std::pair<std::uint64_t, std::string_view>> amount_of(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = number_of<std::uint64_t>(text.substr(0, digits));
  if (!number) return std::nullopt;
  std::string_view unit = text.substr(digits);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  return {{*number, unit}};
}

std::optional<std::chrono::hours> hours_of(std::string_view text) {
  constexpr std::uint64_t kHoursMax = 24 * 365;
  const auto amount = amount_of(text);
  if (!amount || (amount->second != "h" && amount->second != "d")) return std::nullopt;
  const std::uint64_t scale = amount->second == "d" ? 24 : 1;
  if (amount->first == 0 || amount->first > kHoursMax / scale) return std::nullopt;
  return std::chrono::hours(amount->first * scale);
}

std::optional<std::uint64_t> bytes_of(std::string_view text) {
  const auto amount = amount_of(text);
  if (!amount) return std::nullopt;
  const std::string_view unit = amount->second;
  const int shift = unit == "kB" || unit == "KB" ? 10 : unit == "MB" ? 20 : unit == "GB" ? 30 : -1;
  if (shift < 0 || amount->first > (std::uint64_t{1} << 40 >> shift)) return std::nullopt;
  return amount->first << shift;
}

std::filesystem::path absolute_of(const Value& value, std::string_view text) {
  return (value.context.folder / std::filesystem::path(text)).lexically_normal();
}

void read_path(const Value& value, std::filesystem::path& out) {
  const auto text = value.text("a path");
  if (!text) return;
  if (text->empty()) return value.fault("a path is missing");
  if (has_control_character(*text)) return value.fault("this is not a path");
  out = absolute_of(value, *text);
}

void read_list_path(const Value& value, std::filesystem::path& out) {
  read_path(value, out);
  if (out.empty()) return;
  std::error_code error;
  if (std::filesystem::is_directory(out, error)) {
    return value.fault(fmt::format("'{}' is a folder", out.string()), "name the list file in it");
  }
  if (!std::filesystem::exists(out, error)) {
    return value.fault(fmt::format("there is no file '{}'", out.string()),
                       "relative paths start at the folder of the configuration file");
  }
  if (!std::ifstream(out, std::ios::binary)) {
    return value.fault(fmt::format("the file '{}' cannot be read", out.string()),
                       "check its permissions");
  }
  for (const std::string_view packed : {".zip", ".xz", ".bz2", ".7z", ".rar", ".tar", ".tgz"}) {
    if (out.extension() == packed) {
      return value.fault(fmt::format("a list packed as '{}' cannot be read", packed),
                         "use plain text, .gz or .zst");
    }
  }
}

void read_folder_path(const Value& value, std::filesystem::path& out) {
  read_path(value, out);
  std::error_code error;
  // What does not exist yet is made at start, below the nearest part that exists.
  for (std::filesystem::path part = out; !part.empty(); part = part.parent_path()) {
    if (std::filesystem::is_directory(part, error)) return;
    if (std::filesystem::exists(part, error)) {
      return value.fault(fmt::format("'{}' is a file", part.string()), "name a folder");
    }
    if (part == part.parent_path()) return;
  }
}

void read_address_of(const Value& value, IpAddress& out, bool v4_wanted) {
  const std::string_view wanted = v4_wanted ? "an IPv4 address" : "an IPv6 address";
  const auto text = value.text(wanted);
  if (!text) return;
  const auto address = IpAddress::from_text(*text);
  if (!address || address->is_v4() != v4_wanted) {
    return value.fault(fmt::format("'{}' is not {}", *text, wanted),
                       v4_wanted ? "write it as 192.0.2.1" : "write it as 2001:db8::1");
  }
  out = *address;
}

void read_id_of(const Value& value, std::string& out, std::string_view what,
                const std::vector<std::string>& known) {
  const auto text = value.text(fmt::format("the name of a {}", what));
  if (!text) return;
  out = *text;
  if (std::ranges::find(known, out) != known.end() || value.context.is_full()) return;
  value.fault(fmt::format("there is no {} '{}'", what, out),
              nearest_hint(out, known, fmt::format("check the name, or add such a {}", what)));
}

}  // namespace

Type<std::string> text() {
  return {"text", [](const Value& value, std::string& out) {
            const auto text = value.text("a text");
            if (!text) return;
            if (text->empty() || text->size() > kTextBytesMax || has_control_character(*text)) {
              return value.fault("this text is empty, too long or more than one line",
                                 fmt::format("at most {} bytes", kTextBytesMax));
            }
            out = *text;
          }};
}

Type<std::string> id() {
  return parsed<std::string>("id", "an id", "use small letters, digits and hyphens",
                             [](std::string_view text) -> std::optional<std::string> {
                               constexpr std::string_view kAllowed =
                                   "abcdefghijklmnopqrstuvwxyz0123456789-";
                               constexpr std::size_t kIdBytesMax = 64;
                               if (text.empty() || text.size() > kIdBytesMax) return std::nullopt;
                               if (text.find_first_not_of(kAllowed) != std::string_view::npos)
                                 return std::nullopt;
                               return std::string(text);
                             });
}

Type<int> number(int least, int most) {
  const std::string range = fmt::format("{} to {}", least, most);
  return parsed<int>(range, fmt::format("a number from {}", range), fmt::format("use {}", range),
                     [=](std::string_view text) -> std::optional<int> {
                       const auto number = number_of<int>(text);
                       if (!number || *number < least || *number > most) return std::nullopt;
                       return number;
                     });
}

namespace {

// 1 to most, or a word that is 0.
Type<int> number_or(std::string word, int most) {
  Type<int> type = number(1, most);
  std::string words = word + " | " + type.words;
  return {std::move(words),
          [read = type.read, word = std::move(word)](const Value& value, int& count) {
            count = 0;
            if (value.node.text != word) read(value, count);
          }};
}

}  // namespace

Type<int> number_or_auto(int most) {
  return number_or("auto", most);
}

Type<int> number_or_off(int most) {
  return number_or("off", most);
}

Type<bool> yes_no() {
  return choice<bool>({{"true", true},
                       {"false", false},
                       {"yes", true},
                       {"no", false},
                       {"on", true},
                       {"off", false}});
}

Type<std::chrono::hours> hours() {
  return parsed<std::chrono::hours>("hours or days", "a span of time",
                                    "write 24h or 7d, at most 365d", hours_of);
}

Type<std::uint64_t> size_bytes(std::uint64_t least, std::uint64_t most) {
  const std::string range = fmt::format("{} MB to {} MB", least >> 20, most >> 20);
  return parsed<std::uint64_t>(range, fmt::format("a size from {}", range), "write it as 32 MB",
                               [=](std::string_view text) -> std::optional<std::uint64_t> {
                                 const auto bytes = bytes_of(text);
                                 if (!bytes || *bytes < least || *bytes > most) return std::nullopt;
                                 return bytes;
                               });
}

Type<std::string> language() {
  return parsed<std::string>("language code", "a language code", "write it as en or ko",
                             [](std::string_view text) -> std::optional<std::string> {
                               constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
                               if (text.size() < 2 || text.size() > 3) return std::nullopt;
                               if (text.find_first_not_of(kLetters) != std::string_view::npos)
                                 return std::nullopt;
                               return std::string(text);
                             });
}

Type<std::string> time_zone() {
  return {"time zone", [](const Value& value, std::string& out) {
            const auto text = value.text("a time zone");
            if (!text) return;
            if (is_time_zone(*text)) {
              out = *text;
              return;
            }
            value.fault(fmt::format("there is no time zone '{}'", *text), time_zone_hint(*text));
          }};
}

Type<std::filesystem::path> file_path() {
  return {"path", read_path};
}
Type<std::filesystem::path> folder_path() {
  return {"path of a folder", read_folder_path};
}
Type<std::filesystem::path> list_path() {
  return {"path of a file", read_list_path};
}

Type<IpAddress> address() {
  return parsed<IpAddress>("address", "an address", "write it as 192.0.2.1 or 2001:db8::1",
                           [](std::string_view text) { return IpAddress::from_text(text); });
}

Type<IpAddress> v4_address() {
  return {"IPv4 address",
          [](const Value& value, IpAddress& out) { read_address_of(value, out, true); }};
}

Type<IpAddress> v6_address() {
  return {"IPv6 address",
          [](const Value& value, IpAddress& out) { read_address_of(value, out, false); }};
}

Type<Cidr> cidr() {
  return parsed<Cidr>("network", "a network",
                      "write it as 192.168.7.0/24 (prefix 0 to 32) or 2001:db8::/64 (0 to 128)",
                      [](std::string_view text) { return Cidr::from_text(text); });
}

Type<MacAddress> mac_address() {
  return parsed<MacAddress>("MAC address", "a MAC address", "write it as 02:00:00:00:00:01",
                            [](std::string_view text) { return MacAddress::from_text(text); });
}

Type<std::string> category_id() {
  return {"category", [](const Value& value, std::string& out) {
            const Rules* rules = value.context.rules;
            if (const auto text = value.text("a category")) out = *text;
            if (rules == nullptr || out.empty()) return;
            if (const CategoryRule* category = rules->category(out)) {
              out = category->id;
              return;
            }
            std::vector<std::string> known;
            for (const CategoryRule& category : rules->categories) {
              known.push_back(category.id);
              known.insert(known.end(), category.aliases.begin(), category.aliases.end());
            }
            read_id_of(value, out, "category", known);
          }};
}

Type<std::string> service_id() {
  return {"service", [](const Value& value, std::string& out) {
            const Rules* rules = value.context.rules;
            if (const auto text = value.text("a service")) out = *text;
            if (rules == nullptr || out.empty()) return;
            if (const ServiceRules* service = rules->service(out)) {
              out = service->id;
              return;
            }
            std::vector<std::string> known;
            for (const ServiceRules& service : rules->services) {
              known.push_back(service.id);
              known.insert(known.end(), service.aliases.begin(), service.aliases.end());
            }
            read_id_of(value, out, "service", known);
          }};
}

Type<std::string> profile_name() {
  return {"profile", [](const Value& value, std::string& out) {
            read_id_of(value, out, "profile", value.context.profile_names);
          }};
}

Type<std::string> list_name() {
  return {"list", [](const Value& value, std::string& out) {
            read_id_of(value, out, "list", value.context.list_names);
          }};
}

void check_unique(const Value& items, std::string_view key,
                  const std::function<std::string(std::string_view)>& same) {
  if (items.node.kind != Node::Kind::List) return;
  std::unordered_map<std::string, int> first_lines;
  for (std::size_t i = 0; i < items.node.items.size(); ++i) {
    const Node::Entry* entry = items.node.items[i].find(key);
    if (entry == nullptr || entry->value.kind != Node::Kind::Scalar) continue;
    const std::string& text = entry->value.text;
    const std::string form = same ? same(text) : text;
    const auto [first, is_new] = first_lines.try_emplace(form, entry->line);
    if (is_new || items.context.is_full()) continue;
    items.at(i).at(*entry).fault(
        fmt::format("'{}' stands here twice", text),
        fmt::format("the first is in line {}; give each its own", first->second));
  }
}

}  // namespace haetae::config
