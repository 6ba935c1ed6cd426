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

// The encodings that browsers read (WHATWG Encoding, section 4.2), and ISO-2022-KR of old Korean
// pages.
enum class Charset : std::uint8_t {
  Utf8,
  Utf16Le,
  Utf16Be,
  Cp949,  // EUC-KR and what Windows adds to it: browsers read both so
  Iso2022Kr,
  ShiftJis,
  EucJp,
  Iso2022Jp,
  Gb18030,  // and GB 2312, GBK
  Big5,
  Windows1250,
  Windows1251,
  Windows1252,  // and ISO 8859-1, ASCII
  Windows1253,
  Windows1254,
  Windows1255,
  Windows1256,
  Windows1257,
  Windows1258,
  Windows874,
  Iso8859_2,
  Iso8859_3,
  Iso8859_4,
  Iso8859_5,
  Iso8859_6,
  Iso8859_7,
  Iso8859_8,
  Iso8859_10,
  Iso8859_13,
  Iso8859_14,
  Iso8859_15,
  Koi8R,
  Koi8U,
  Macintosh,
};
inline constexpr std::size_t kCharsetsCount = static_cast<std::size_t>(Charset::Macintosh) + 1;

// The encoding of a label as servers and pages write it, in letters of either case; no value for
// one that browsers do not know.
std::optional<Charset> charset_of(std::string_view label) noexcept;

// What a page says of itself in its first octets: the charset of a meta element (WHATWG HTML,
// section 13.2.3.2) or of an XML declaration. UTF-16 is taken as UTF-8: what could be read so far
// is no UTF-16. No value: it does not say, or names one that browsers do not know.
std::optional<Charset> charset_of_page(Bytes head) noexcept;

// What octets without any name look most like.
// is_end: nothing follows, so that a character cut at the end is broken.
Charset guess_charset(Bytes octets, bool is_end) noexcept;

class Transcoder;

// Brings one body after the other to UTF-8, streaming. Which encoding a body is in is said, in this
// order, by a byte-order mark, by the Content-Type field, by the page itself in its first
// limits::kCharsetHeadBytes octets, or it is guessed from the first octets beyond ASCII. Broken
// characters become U+FFFD; nothing stops it. Of a body in UTF-8 broken octets are handed on as
// they are: whoever reads UTF-8 has to look at each octet anyway.
class CharsetReader {
 public:
  CharsetReader() noexcept;
  ~CharsetReader();
  CharsetReader(CharsetReader&&) noexcept;
  CharsetReader& operator=(CharsetReader&&) noexcept;

  // declared: of the Content-Type field. is_page: HTML or XML, which may name a charset itself.
  void start(std::optional<Charset> declared, bool is_page) noexcept;

  // Takes octets off raw's start and returns their text: a view of raw, of room, or of octets that
  // were held, valid until the next call. To be called until raw is empty and so is the text.
  // room: kRoomBytesMin or more.
  static constexpr std::size_t kRoomBytesMin = 64;
  std::string_view read(Bytes& raw, std::span<char> room);
  // The same for what is held at the body's end; to be called until the text is empty.
  std::string_view finish(std::span<char> room);

  // No value until it is settled; Utf8 may be said of a body that is ASCII so far.
  std::optional<Charset> charset() const noexcept;

 private:
  enum class State : std::uint8_t {
    Mark,   // the first three octets may be a byte-order mark
    Head,   // the page may name a charset
    Ascii,  // nobody named one; none was needed so far
    Guess,  // octets beyond ASCII are gathered
    Known,
  };
  std::string_view read_on(Bytes& raw, std::span<char> room, bool is_end);
  bool look_for_mark(Bytes& raw, bool is_end);
  void settle(Charset charset);
  bool gather(Bytes& raw, std::size_t bytes) noexcept;
  std::string_view convert(Bytes& raw, std::span<char> room, bool is_end) noexcept;
  Bytes held() const noexcept { return Bytes(held_).first(held_end_).subspan(held_start_); }

  std::optional<Charset> declared_;
  Charset charset_ = Charset::Utf8;
  State state_ = State::Mark;
  bool is_page_ = false;
  std::uint16_t held_start_ = 0, held_end_ = 0;
  std::array<std::uint8_t, limits::kCharsetHeadBytes> held_;
  std::unique_ptr<Transcoder> transcoder_;  // of the last charset other than UTF-8
};

}  // namespace haetae::content
