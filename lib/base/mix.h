#pragma once

#include <cstdint>
#include <cstring>

#include "base/address.h"

namespace haetae {

// One 64x64 -> 128 bit multiplication folded in half: the mixing step of the wyhash family.
inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// The halves of an address, in no particular byte order.
struct AddressWords {
  std::uint64_t first;
  std::uint64_t second;
};
inline AddressWords words_of(const IpAddress& address) noexcept {
  AddressWords words;
  static_assert(sizeof words == sizeof address.octets());
  std::memcpy(&words, address.octets().data(), sizeof words);
  return words;
}

// Few octets over 64 bits. Without a key: for tables whose content the household wrote, not for
// those that strangers can fill.
inline std::uint64_t spread(std::uint64_t a, std::uint64_t b = 0) noexcept {
  constexpr std::uint64_t kOdd1 = 0xa0761d6478bd642fULL;
  constexpr std::uint64_t kOdd2 = 0xe7037ed1a0b428dbULL;
  return fold(a ^ kOdd1, b ^ kOdd2);
}
inline std::uint64_t spread(const MacAddress& mac) noexcept {
  return spread(mac.number());
}
inline std::uint64_t spread(const IpAddress& address) noexcept {
  const AddressWords words = words_of(address);
  return spread(words.first, words.second);
}

}  // namespace haetae
