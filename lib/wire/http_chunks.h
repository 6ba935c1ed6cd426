#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "wire/progress.h"

namespace haetae::wire {

// Octets of the lines around chunks (sizes with their extensions), and of a trailer section. Nobody
// uses extensions; a longer line is there to cost something.
inline constexpr std::size_t kChunkLineBytesMax = 256;
inline constexpr std::size_t kTrailerBytesMax = 16 * 1024;

// Follows a body in chunks (RFC 9112, section 7.1) however it arrives in pieces, for whoever passes
// it on: it takes only what every reader of HTTP takes alike. Lines end with CR and LF, a size has
// at most 15 digits and nothing but an extension behind it, trailer lines hold no control
// characters. HttpBodyReader is the tolerant one, for who only looks on.
class HttpChunkReader {
 public:
  struct Step {
    Progress progress;  // NeedMore, Done at the body's end, Malformed
    std::size_t bytes;  // of `more` that were read: all but with Done and Malformed
    Bytes data;         // of them, the octets of one chunk; at their end the reading stops
  };
  // Reads up to the end of a run of data, or to the end of `more`: call it until all is read.
  Step feed(Bytes more) noexcept;

  // Octets of the chunk that is being read which are still to come: they may pass unread, and
  // skip() says that so many did.
  std::uint64_t data_left() const noexcept { return state_ == State::Data ? left_ : 0; }
  void skip(std::uint64_t bytes) noexcept;

 private:
  enum class State : std::uint8_t {
    SizeStart,
    Size,
    Extension,
    SizeEnd,  // behind the CR of a size's line
    Data,
    DataCr,  // behind the last octet of a chunk
    DataLf,
    TrailerStart,  // at the start of a line
    Trailer,
    TrailerEnd,  // behind the CR of a trailer line
    LastLf,      // behind the CR of the empty line
    Ended,
    Failed,
  };
  State after(std::uint8_t octet) noexcept;
  State after_digit(int digit) noexcept;

  std::uint64_t left_ = 0;
  std::uint32_t line_bytes_ = 0;  // of the line, or of the trailer section
  std::uint8_t digits_ = 0;
  State state_ = State::SizeStart;
};

}  // namespace haetae::wire
