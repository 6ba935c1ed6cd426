#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "list/rule.h"

namespace haetae::list {

// The prefixes of addresses that an image holds, each with the set of all that is said of it: its
// own elements and those of every prefix around it. A view into the image's section:
//
//   header              prefix count, range count, eight zero bytes
//   range starts        16-byte numbers, ascending: the address at which a range starts
//   range places        four bytes each: the prefix that holds the range, or kNone
//   prefix addresses    16 octets each, by address and length, wider ones first
//   prefix rows         set, place of the prefix around it or kNone, length over 16 octets; four
//                       bytes each
//
// Ranges are disjoint, at most two a prefix: one binary search finds the narrowest prefix.
class AddressSet {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Prefix {
    Cidr prefix;
    SetId set = kEmptySet;
    std::uint32_t around = kNone;  // place of the next wider prefix that holds it
  };

  AddressSet() = default;  // no prefixes

  // Checks all that a search and a walk outwards rely on. section: at a multiple of 16, outlives
  // this object. Error: what is wrong with the image, to stand after its file's name.
  static std::expected<AddressSet, std::string> read(Bytes section, SetId set_count);
  // prefixes: distinct, by address and length.
  static std::vector<std::uint8_t> write(std::span<const Prefix> prefixes);

  // The place of the narrowest prefix that holds the address; kNone if none does. Hot path.
  std::uint32_t find(const IpAddress& address) const noexcept;
  // place < size().
  SetId set_at(std::uint32_t place) const noexcept;
  Prefix at(std::uint32_t place) const noexcept;
  std::uint32_t size() const noexcept { return prefix_count_; }

 private:
  std::uint32_t prefix_count_ = 0;
  std::uint32_t range_count_ = 0;
  const std::uint8_t* starts_ = nullptr;
  const std::uint8_t* places_ = nullptr;
  const std::uint8_t* addresses_ = nullptr;
  const std::uint8_t* rows_ = nullptr;
};

}  // namespace haetae::list
