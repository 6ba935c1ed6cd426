#include "wire/http_framing.h"

#include <charconv>

#include "wire/http_text.h"

namespace haetae::wire {
namespace {

std::optional<std::uint64_t> read_length(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Codings that may stand before "chunked" (RFC 9110, section 8.4.1).
bool is_known_coding(std::string_view coding) noexcept {
  return is_same_word(coding, "gzip") || is_same_word(coding, "deflate") ||
         is_same_word(coding, "compress") || is_same_word(coding, "x-gzip") ||
         is_same_word(coding, "x-compress");
}

}  // namespace

// The same number several times is one number (RFC 9112, section 6.3).
void HttpFramingReader::content_length(std::string_view value) noexcept {
  for (bool has_more = true; has_more;) {
    has_more = value.contains(',');
    const auto length = read_length(trim_blanks(take_until(value, ',')));
    if (!length || (length_ && *length_ != *length)) return doubt();
    length_ = length;
  }
}

void HttpFramingReader::transfer_encoding(std::string_view value) noexcept {
  has_encoding_ = true;
  for (bool has_more = true; has_more;) {
    has_more = value.contains(',');
    const std::string_view coding = trim_blanks(take_until(value, ','));
    if (is_chunked_) return doubt();  // nothing may follow it
    is_chunked_ = is_same_word(coding, "chunked");
    if (!is_chunked_ && !is_known_coding(coding)) return doubt();
  }
}

void HttpFramingReader::finish(HttpRequestHead& head) const noexcept {
  const bool is_before_chunks =
      head.version_major == 0 || (head.version_major == 1 && head.version_minor == 0);
  if (is_doubtful_ || has_encoding_ != is_chunked_ || (has_encoding_ && length_) ||
      (has_encoding_ && is_before_chunks)) {
    head.framing = HttpFraming::Ambiguous;
  } else if (is_chunked_) {
    head.framing = HttpFraming::Chunked;
  } else if (length_.value_or(0) > 0) {
    head.framing = HttpFraming::Length;
    head.body_bytes = *length_;
  }
}

HttpBodyReader::HttpBodyReader(const HttpRequestHead& head) noexcept {
  switch (head.framing) {
    case HttpFraming::None: break;
    case HttpFraming::Length:
      left_ = head.body_bytes;
      state_ = State::Data;
      break;
    case HttpFraming::Chunked:
      is_chunked_ = true;
      state_ = State::SizeStart;
      break;
    case HttpFraming::Ambiguous: state_ = State::Failed; break;
  }
}

HttpBodyReader::Step HttpBodyReader::feed(Bytes more) noexcept {
  std::size_t at = 0;
  while (at < more.size() && state_ != State::Ended && state_ != State::Failed) {
    if (state_ != State::Data) {
      state_ = after(more[at++]);
      continue;
    }
    const std::size_t left_here = more.size() - at;
    const std::size_t taken = left_ < left_here ? static_cast<std::size_t>(left_) : left_here;
    at += taken;
    left_ -= taken;
    if (left_ == 0) state_ = is_chunked_ ? State::DataEnd : State::Ended;
  }
  if (state_ == State::Ended) return {Progress::Done, at};
  return {state_ == State::Failed ? Progress::Malformed : Progress::NeedMore, at};
}

// Lines may end with LF alone, as in a head.
HttpBodyReader::State HttpBodyReader::after(std::uint8_t octet) noexcept {
  switch (state_) {
    case State::DataEnd:
      if (octet == '\n') return State::SizeStart;
      return octet == '\r' ? State::DataEnd : State::Failed;
    case State::SizeStart:
      left_ = 0;
      return hex_value(static_cast<char>(octet)) >= 0 ? after_size(octet) : State::Failed;
    case State::Size: return after_size(octet);
    case State::SizeExtension:
      if (octet != '\n') return State::SizeExtension;
      return left_ == 0 ? State::TrailerStart : State::Data;
    case State::TrailerStart:
      if (octet == '\n') return State::Ended;
      return octet == '\r' ? State::TrailerStart : State::Trailer;
    case State::Trailer: return octet == '\n' ? State::TrailerStart : State::Trailer;
    case State::Data:
    case State::Ended:
    case State::Failed: break;
  }
  return state_;
}

HttpBodyReader::State HttpBodyReader::after_size(std::uint8_t octet) noexcept {
  const int digit = hex_value(static_cast<char>(octet));
  if (digit >= 0) {
    if (left_ >> 60 != 0) return State::Failed;
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
    return State::Size;
  }
  if (octet == '\n') return left_ == 0 ? State::TrailerStart : State::Data;
  const bool may_follow = octet == ';' || octet == '\r' || is_blank(static_cast<char>(octet));
  return may_follow ? State::SizeExtension : State::Failed;
}

}  // namespace haetae::wire
