#pragma once

#include "base/address.h"
#include "base/mix.h"
#include "base/name_hash.h"

namespace haetae {

// 64 bits with a secret key: nobody can choose addresses that meet in a table.
inline std::uint64_t hash_of(const IpAddress& address, const HashKey& key) noexcept {
  // Mixed in, so that also a poor key makes good hashes.
  constexpr std::uint64_t kOdd1 = 0x8ebc6af09c88c6e3ULL;
  constexpr std::uint64_t kOdd2 = 0x589965cc75374cc3ULL;
  constexpr std::uint64_t kOdd3 = 0x1d8e4e27c47d124fULL;
  const AddressWords words = words_of(address);
  const std::uint64_t mixed =
      fold(words.first ^ key.first ^ kOdd2, words.second ^ key.second ^ kOdd1);
  return fold(mixed ^ kOdd3, key.second ^ kOdd2);
}

}  // namespace haetae
