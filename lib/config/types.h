#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/name.h"
#include "config/config.h"
#include "config/table.h"
#include "policy/schedule.h"

// The kinds of value that a file of ours may hold. Each reads one value into a field, or adds a
// fault that says what may stand there.
namespace haetae::config {

Type<std::string> text();
// Lower-case letters, digits and hyphens.
Type<std::string> id();
Type<int> number(int least, int most);
Type<int> number_or_auto(int most);  // `auto` is 0, else 1 to most
Type<int> number_or_off(int most);   // `off` is 0, else 1 to most
Type<bool> yes_no();
Type<std::chrono::hours> hours();                                         // "24h", "7d"
Type<std::uint64_t> size_bytes(std::uint64_t least, std::uint64_t most);  // "32 MB"
Type<std::string> language();                                             // "ko"
Type<std::string> time_zone();              // "Asia/Seoul", known to this system
Type<std::filesystem::path> file_path();    // made absolute; not looked at
Type<std::filesystem::path> folder_path();  // the same; what exists must be a folder
Type<std::filesystem::path> list_path();    // a readable file, plain or .gz or .zst

Type<IpAddress> address();
Type<IpAddress> v4_address();
Type<IpAddress> v6_address();
Type<Cidr> cidr();
Type<MacAddress> mac_address();
Type<Endpoint> endpoint();  // "127.0.0.1:53", "[::1]:53", "192.0.2.1"
// "192.0.2.1", "192.0.2.1@53"; over TLS "192.0.2.1@853#name", or in full
// {address: 192.0.2.1, port: 853, tls_name: name, pins: [base64]}.
Type<UpstreamServer> upstream_server();
Type<UpstreamServer> plain_server();  // the short forms without TLS

Type<Name> host_name();
Type<NameRule> name_rule();  // "x", "=x" or {name: x, safe_search: off}

Type<std::string> category_id();  // an alias is turned into its id
Type<std::string> service_id();
Type<std::string> profile_name();
Type<std::string> list_name();

Type<policy::Window> time_window();     // "21:00-07:00"
Type<policy::LocalDay> calendar_day();  // "2026-03-02"
Type<policy::Weekdays> weekdays();      // mon | [mon, tue] | mon-fri | weekdays | weekends | all

// One of several words.
template <typename Enum>
Type<Enum> choice(std::initializer_list<std::pair<std::string_view, Enum>> words) {
  std::vector<std::pair<std::string, Enum>> options(words.begin(), words.end());
  std::vector<std::string> names;
  std::string joined;
  for (const auto& [word, meaning] : options) {
    names.push_back(word);
    joined += (joined.empty() ? "" : " | ") + word;
  }
  return {std::move(joined),
          [options = std::move(options), names = std::move(names)](const Value& value, Enum& out) {
            const auto word = value.text("a word");
            if (!word) return;
            for (const auto& [option, meaning] : options) {
              if (option == *word) {
                out = meaning;
                return;
              }
            }
            value.fault(fmt::format("'{}' is not possible here", *word),
                        nearest_hint(*word, names));
          }};
}

// 1 to 65535, written in decimal digits.
std::optional<std::uint16_t> port_of(std::string_view text);

// Reads text where `parse` gives no value for a bad one.
// wanted: "a number"; hint: how to write one.
template <typename Field, typename Parse>
Type<Field> parsed(std::string words, std::string_view wanted, std::string_view hint, Parse parse) {
  return {std::move(words), [wanted = std::string(wanted), hint = std::string(hint),
                             parse = std::move(parse)](const Value& value, Field& out) {
            const auto text = value.text(wanted);
            if (!text) return;
            if (auto field = parse(*text)) {
              out = std::move(*field);
            } else {
              value.fault(fmt::format("'{}' is not {}", *text, wanted), hint);
            }
          }};
}

// Adds a fault for every two items of a list that say the same under `key`.
// same: turns the text into a form that is equal for equal things.
void check_unique(const Value& items, std::string_view key,
                  const std::function<std::string(std::string_view)>& same = {});

}  // namespace haetae::config
