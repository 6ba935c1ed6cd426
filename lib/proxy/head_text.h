#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/bytes.h"

namespace haetae::proxy {

// Writes a head into a borrowed room. What does not fit is not written, and is_full() tells.
class HeadText {
 public:
  explicit HeadText(MutableBytes out) noexcept : out_(out) {}

  HeadText& add(std::string_view text) noexcept {
    if (text.size() > out_.size() - size_) {
      is_full_ = true;
      return *this;
    }
    std::ranges::copy(as_bytes(text), out_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += text.size();
    return *this;
  }
  std::size_t size() const noexcept { return size_; }
  bool is_full() const noexcept { return is_full_; }

 private:
  MutableBytes out_;
  std::size_t size_ = 0;
  bool is_full_ = false;
};

}  // namespace haetae::proxy
