#include "content/charset.h"

#include <algorithm>

#include "base/assert.h"
#include "content/transcoder.h"

namespace haetae::content {
namespace {

constexpr std::uint8_t kEscape = 0x1b;  // starts the designations of ISO 2022
constexpr std::size_t kMarkBytesMax = 3;

constexpr bool is_plain_ascii(std::uint8_t octet) noexcept {
  return octet < 0x80 && octet != kEscape;
}

std::size_t ascii_bytes(Bytes octets) noexcept {
  return static_cast<std::size_t>(std::find_if_not(octets.begin(), octets.end(), is_plain_ascii) -
                                  octets.begin());
}

}  // namespace

CharsetReader::CharsetReader() noexcept = default;
CharsetReader::~CharsetReader() = default;
CharsetReader::CharsetReader(CharsetReader&&) noexcept = default;
CharsetReader& CharsetReader::operator=(CharsetReader&&) noexcept = default;

void CharsetReader::start(std::optional<Charset> declared, bool is_page) noexcept {
  declared_ = declared;
  is_page_ = is_page;
  charset_ = Charset::Utf8;
  state_ = State::Mark;
  held_start_ = held_end_ = 0;
}

std::optional<Charset> CharsetReader::charset() const noexcept {
  if (state_ == State::Known || state_ == State::Ascii) return charset_;
  return std::nullopt;
}

std::string_view CharsetReader::read(Bytes& raw, std::span<char> room) {
  return read_on(raw, room, /*is_end=*/false);
}

std::string_view CharsetReader::finish(std::span<char> room) {
  Bytes nothing;
  return read_on(nothing, room, /*is_end=*/true);
}

std::string_view CharsetReader::read_on(Bytes& raw, std::span<char> room, bool is_end) {
  HAETAE_ASSERT(room.size() >= kRoomBytesMin);
  while (true) {
    switch (state_) {
      case State::Mark:
        if (!look_for_mark(raw, is_end)) return {};
        break;
      case State::Head:
        if (!gather(raw, held_.size()) && !is_end) return {};
        if (const std::optional<Charset> said = charset_of_page(held())) {
          settle(*said);
        } else {
          state_ = State::Ascii;
        }
        break;
      case State::Ascii: {
        const bool is_held = !held().empty();
        const Bytes from = is_held ? held() : raw;
        const std::size_t bytes = ascii_bytes(from);
        if (bytes == 0 && from.empty()) return {};
        if (bytes > 0) {
          if (is_held) {
            held_start_ = static_cast<std::uint16_t>(held_start_ + bytes);
          } else {
            raw = raw.subspan(bytes);
          }
          return as_text(from.first(bytes));
        }
        state_ = State::Guess;
        break;
      }
      case State::Guess: {
        const bool is_full = gather(raw, held_.size());
        if (!is_full && !is_end) return {};
        settle(guess_charset(held(), !is_full));
        break;
      }
      case State::Known: return convert(raw, room, is_end);
    }
  }
}

// True once it is known whether there is a byte-order mark, and which (WHATWG Encoding, section 6).
bool CharsetReader::look_for_mark(Bytes& raw, bool is_end) {
  const Bytes first = held().empty() ? raw : held();
  if (first.empty() && !is_end) return false;
  const bool may_be_mark =
      !first.empty() && (first[0] == 0xef || first[0] == 0xfe || first[0] == 0xff);
  if (may_be_mark && !gather(raw, kMarkBytesMax) && !is_end) return false;
  const std::string_view start = as_text(held());
  if (start.starts_with("\xef\xbb\xbf")) {
    held_start_ = 3;
    settle(Charset::Utf8);
  } else if (start.starts_with("\xfe\xff") || start.starts_with("\xff\xfe")) {
    held_start_ = 2;
    settle(start.starts_with("\xfe\xff") ? Charset::Utf16Be : Charset::Utf16Le);
  } else if (declared_) {
    settle(*declared_);
  } else {
    state_ = is_page_ ? State::Head : State::Ascii;
  }
  return true;
}

void CharsetReader::settle(Charset charset) {
  charset_ = charset;
  state_ = State::Known;
  if (charset == Charset::Utf8) return;
  if (transcoder_ == nullptr || transcoder_->charset() != charset) {
    transcoder_ = std::make_unique<Transcoder>(charset);
  }
  transcoder_->start();
}

// Holds octets until there are `bytes` of them; false if there are fewer.
bool CharsetReader::gather(Bytes& raw, std::size_t bytes) noexcept {
  const Bytes before = held();
  std::copy(before.begin(), before.end(), held_.begin());
  held_end_ = static_cast<std::uint16_t>(before.size());
  held_start_ = 0;
  const std::size_t more = std::min(bytes - std::min<std::size_t>(held_end_, bytes), raw.size());
  std::copy_n(raw.begin(), more, held_.begin() + held_end_);
  held_end_ = static_cast<std::uint16_t>(held_end_ + more);
  raw = raw.subspan(more);
  return held_end_ >= bytes;
}

std::string_view CharsetReader::convert(Bytes& raw, std::span<char> room, bool is_end) noexcept {
  while (true) {
    const bool is_held = !held().empty();
    Bytes from = is_held ? held() : raw;
    std::string_view text;
    if (charset_ == Charset::Utf8) {
      text = as_text(from);
      from = {};
    } else {
      text = transcoder_->convert(from, room, is_end && !is_held);
    }
    if (is_held) {
      held_start_ = static_cast<std::uint16_t>(held_end_ - from.size());
    } else {
      raw = from;
    }
    if (!text.empty() || !is_held) return text;
  }
}

}  // namespace haetae::content
