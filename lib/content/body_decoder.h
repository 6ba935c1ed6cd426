#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "content/limits.h"

namespace haetae::content {

// One coding of a body (RFC 9110, section 8.4.1; RFC 7932, RFC 8878).
enum class Coding : std::uint8_t { Gzip, Deflate, Brotli, Zstd };

// The codings of a body in the order in which they were applied; none for a plain body.
struct Codings {
  std::array<Coding, limits::kCodingsMax> room{};
  std::uint8_t count = 0;
  std::span<const Coding> all() const noexcept { return std::span(room).first(count); }
};

// Reads a Content-Encoding field, several fields joined by commas. "identity" counts for nothing.
// No value: a coding that we do not know, or more than limits::kCodingsMax of them.
std::optional<Codings> read_codings(std::string_view field) noexcept;

enum class DecodeEnd : std::uint8_t {
  NeedMore,  // all of the raw octets were taken
  MoreText,  // out is full, and there may be more without further octets
  Done,      // the body's own end; what of raw is left belongs to nothing
  Corrupt,   // not what its coding says; what came out before stands
  TooLarge,  // a bomb: more than the limits of content/limits.h, or its window is; or no memory is
             // left
};

class Decompressor;

// What all decoders of one worker may allocate together. Not for several threads.
class DecoderBudget {
 public:
  explicit DecoderBudget(std::size_t bytes_max) noexcept : bytes_max_(bytes_max) {}
  // False, and nothing is taken, if there is not so much left.
  bool take(std::size_t bytes) noexcept {
    if (bytes > bytes_max_ - used_bytes_) return false;
    used_bytes_ += bytes;
    return true;
  }
  void give_back(std::size_t bytes) noexcept { used_bytes_ -= bytes; }
  std::size_t used_bytes() const noexcept { return used_bytes_; }

 private:
  std::size_t bytes_max_;
  std::size_t used_bytes_ = 0;
};

// Undoes the codings of one body after the other, streaming. Keeps the libraries' memory from one
// body to the next, but nothing of a body: start() forgets all. What one body may make it allocate
// is limits::kDecoderBytesMax for each coding, and what the budget has left; it outlives the
// decoder.
class BodyDecoder {
 public:
  explicit BodyDecoder(DecoderBudget& budget) noexcept;
  ~BodyDecoder();
  BodyDecoder(BodyDecoder&&) noexcept;
  BodyDecoder& operator=(BodyDecoder&&) noexcept;

  void start(const Codings& codings);
  // Gives back large windows; small ones are kept for the next body.
  void stop() noexcept;

  // Takes octets off raw's start, and writes to the start of out, which is not empty. Call again
  // while the end is MoreText. After Done, Corrupt and TooLarge nothing may be fed until start().
  struct Step {
    DecodeEnd end;
    std::size_t bytes;  // written to out
  };
  Step feed(Bytes& raw, MutableBytes out) noexcept;

  // False if the body, of which no more comes, ended in the middle of its coding.
  bool is_whole() const noexcept;

  // Octets that came out so far.
  std::uint64_t decoded_bytes() const noexcept { return decoded_bytes_; }

 private:
  static Step copy(Bytes& raw, MutableBytes out) noexcept;
  Step feed_first(Bytes& raw, MutableBytes out) noexcept;
  Step feed_both(Bytes& raw, MutableBytes out) noexcept;
  bool is_bomb() const noexcept;

  DecoderBudget* budget_;
  // One of each coding, twice where it was stacked upon itself; made when first asked for.
  std::array<std::array<std::unique_ptr<Decompressor>, 4>, limits::kCodingsMax> kept_;
  std::array<Decompressor*, limits::kCodingsMax> stages_{};
  std::uint8_t stage_count_ = 0;
  bool is_ready_ = true;  // there was memory for every stage
  std::uint64_t raw_bytes_ = 0;
  std::uint64_t decoded_bytes_ = 0;
  // What came out of the first of two codings and waits for the second; and all that ever did.
  std::unique_ptr<std::array<std::uint8_t, limits::kBetweenCodingsBytes>> between_;
  std::size_t between_start_ = 0, between_end_ = 0;
  std::uint64_t between_bytes_ = 0;
  DecodeEnd first_end_ = DecodeEnd::NeedMore;
};

}  // namespace haetae::content
