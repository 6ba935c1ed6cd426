#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace haetae {

// A borrowed, read-only run of octets. The owner outlives the view.
using Bytes = std::span<const std::uint8_t>;
// A borrowed run of octets to write into.
using MutableBytes = std::span<std::uint8_t>;

// The same octets as text, without copying. The text need not be UTF-8.
inline std::string_view as_text(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The same text as octets, without copying.
inline Bytes as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace haetae
