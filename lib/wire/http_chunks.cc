#include "wire/http_chunks.h"

#include <algorithm>

#include "wire/http_fields.h"
#include "wire/http_text.h"

namespace haetae::wire {
namespace {

constexpr std::uint8_t kSizeDigitsMax = 15;

bool is_text(std::uint8_t octet) noexcept {
  return !is_control(static_cast<char>(octet));
}

}  // namespace

HttpChunkReader::Step HttpChunkReader::feed(Bytes more) noexcept {
  std::size_t at = 0;
  while (at < more.size()) {
    if (state_ == State::Data) {
      const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, more.size() - at));
      const Bytes data = more.subspan(at, taken);
      skip(taken);
      return {Progress::NeedMore, at + taken, data};
    }
    state_ = after(more[at]);
    if (state_ == State::Failed) return {Progress::Malformed, at, {}};
    ++at;
    if (state_ == State::Ended) return {Progress::Done, at, {}};
  }
  return {Progress::NeedMore, at, {}};
}

void HttpChunkReader::skip(std::uint64_t bytes) noexcept {
  left_ -= bytes;
  if (left_ == 0) state_ = State::DataCr;
}

HttpChunkReader::State HttpChunkReader::after(std::uint8_t octet) noexcept {
  const bool in_trailers = state_ >= State::TrailerStart;
  if (state_ == State::SizeStart) line_bytes_ = 0;
  if (++line_bytes_ > (in_trailers ? kTrailerBytesMax : kChunkLineBytesMax)) return State::Failed;
  switch (state_) {
    case State::SizeStart:
      left_ = 0;
      digits_ = 0;
      return after_digit(hex_value(static_cast<char>(octet)));
    case State::Size:
      if (octet == '\r') return State::SizeEnd;
      if (octet == ';') return State::Extension;
      return after_digit(hex_value(static_cast<char>(octet)));
    case State::Extension:
      if (octet == '\r') return State::SizeEnd;
      return is_text(octet) ? State::Extension : State::Failed;
    case State::SizeEnd:
      if (octet != '\n') return State::Failed;
      line_bytes_ = 0;
      return left_ == 0 ? State::TrailerStart : State::Data;
    case State::DataCr: return octet == '\r' ? State::DataLf : State::Failed;
    case State::DataLf: return octet == '\n' ? State::SizeStart : State::Failed;
    case State::TrailerStart:
      if (octet == '\r') return State::LastLf;
      return is_token_character(static_cast<char>(octet)) ? State::Trailer : State::Failed;
    case State::Trailer:
      if (octet == '\r') return State::TrailerEnd;
      return is_text(octet) ? State::Trailer : State::Failed;
    case State::TrailerEnd: return octet == '\n' ? State::TrailerStart : State::Failed;
    case State::LastLf: return octet == '\n' ? State::Ended : State::Failed;
    case State::Data:
    case State::Ended:
    case State::Failed: break;
  }
  return State::Failed;
}

HttpChunkReader::State HttpChunkReader::after_digit(int digit) noexcept {
  if (digit < 0 || ++digits_ > kSizeDigitsMax) return State::Failed;
  left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
  return State::Size;
}

}  // namespace haetae::wire
