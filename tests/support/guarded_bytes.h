#pragma once

#include <cstddef>
#include <span>

#include "base/bytes.h"

namespace haetae::test {

// A copy of some octets whose last one touches an unreadable page: a parser that reads one octet
// too far dies at once, with or without a sanitizer.
class GuardedBytes {
 public:
  explicit GuardedBytes(Bytes bytes);
  ~GuardedBytes();
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  Bytes bytes() const { return {start_, size_}; }
  operator Bytes() const { return bytes(); }

 private:
  void* mapping_ = nullptr;
  std::size_t mapping_size_ = 0;
  const std::uint8_t* start_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace haetae::test
