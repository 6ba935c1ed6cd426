#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/limits.h"
#include "wire/writer.h"

namespace haetae::wire {

// Remembers where names stand in a message being written, so that later ones can point at them
// (RFC 1035, section 4.1.4). Suffixes match in any letter case. When its table is full, names are
// written whole: longer, never wrong.
class NameCompressor {
 public:
  // Writes an uncompressed wire name (any case, well formed), as short as it can.
  void write(WireWriter& out, Bytes name) noexcept;
  // Takes note of an uncompressed name that stands at an offset of the output already.
  void remember(Bytes name, std::size_t offset) noexcept;
  // Forgets names at and after an offset: they have been rewound.
  void forget_from(std::size_t offset) noexcept;

 private:
  std::optional<std::uint16_t> find(Bytes written, Bytes suffix) const noexcept;

  std::array<std::uint16_t, limits::kCompressionOffsetsMax> offsets_;
  std::uint8_t count_ = 0;
};

}  // namespace haetae::wire
