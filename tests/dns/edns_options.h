#pragma once

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/bytes.h"

// EDNS options as forwarders write them, octet by octet.
namespace haetae::dns::test {

inline constexpr std::string_view kMacText = "02:00:00:00:00:0a";
inline constexpr std::string_view kDeviceText = "0123456789abcdef";

inline std::vector<std::uint8_t> option(unsigned code, Bytes value) {
  std::vector<std::uint8_t> octets(4 + value.size());
  octets[0] = static_cast<std::uint8_t>(code >> 8);
  octets[1] = static_cast<std::uint8_t>(code);
  octets[2] = static_cast<std::uint8_t>(value.size() >> 8);
  octets[3] = static_cast<std::uint8_t>(value.size());
  std::ranges::copy(value, octets.begin() + 4);
  return octets;
}
inline std::vector<std::uint8_t> option(unsigned code, std::string_view text) {
  return option(code, as_bytes(text));
}
inline std::vector<std::uint8_t> option(unsigned code, std::initializer_list<std::uint8_t> value) {
  return option(code, Bytes(value.begin(), value.size()));
}

inline std::vector<std::uint8_t> together(
    std::initializer_list<std::vector<std::uint8_t>> options) {
  std::vector<std::uint8_t> all;
  for (const auto& one : options) all.insert(all.end(), one.begin(), one.end());
  return all;
}

// 26946: kDeviceText.
inline std::vector<std::uint8_t> device_option() {
  return option(
      26946, {'O', 'p', 'e', 'n', 'D', 'N', 'S', 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef});
}

// 20292: that 192.0.2.55 asked, by the device kDeviceText or by none.
inline std::vector<std::uint8_t> ident_option(bool with_device) {
  std::vector<std::uint8_t> value{'O',  'D',  'N',  'S', 1,    0,   0, 0x08, 0,
                                  0xbc, 0x61, 0x4e, 0,   0x10, 192, 0, 2,    55};
  if (with_device) {
    value.insert(value.end(), {0, 0x40, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef});
  }
  return option(20292, value);
}

}  // namespace haetae::dns::test
