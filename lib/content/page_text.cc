#include "content/page_text.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/utf8.h"
#include "content/text_run.h"

namespace haetae::content {
namespace {

// What an octet is to who reads words: a letter or digit as it is written, or one of these.
enum Class : std::uint8_t { kNothing, kSign, kBoundary, kWide, kStop, kFirstLetter = '0' };

using Classes = std::array<std::uint8_t, 256>;

constexpr Classes classes_of(std::string_view ends, std::string_view boundaries) noexcept {
  Classes of{};
  for (unsigned i = 0; i < of.size(); ++i) {
    const char32_t folded = i < 0x80 ? fold(static_cast<char32_t>(i)) : 0;
    const bool is_letter = i < 0x80 && is_word_character(folded);
    of[i] = is_letter ? static_cast<std::uint8_t>(folded) : std::uint8_t{i < 0x80 ? kSign : kWide};
  }
  of['\''] = of[0] = kNothing;  // browsers leave NUL out
  for (const char c : boundaries) of[static_cast<unsigned char>(c)] = kBoundary;
  for (const char c : ends) of[static_cast<unsigned char>(c)] = kStop;
  return of;
}

}  // namespace

// How octets are read at one place.
struct PageText::Reading {
  Classes of;
  Stops stops;      // all that are neither letters nor signs, where there are two at most
  bool has_blanks;  // a blank is a sign, as all others are
};

namespace {

constexpr PageText::Reading kOfHtml{classes_of("<&", ""), {'<', '&'}, true};
constexpr PageText::Reading kOfJson{classes_of("\\", "\""), {'\\', '"'}, true};
constexpr PageText::Reading kOfPlain{classes_of("", ""), {'\0', '\0'}, true};
constexpr PageText::Reading kOfCdata{classes_of("]>", ""), {']', '>'}, true};
constexpr PageText::Reading kOfKept{classes_of("&", ""), {'&', '&'}, true};
constexpr PageText::Reading kOfDoubleQuotes{classes_of("\"&", ""), {'"', '&'}, true};
constexpr PageText::Reading kOfSingleQuotes{classes_of("'&", ""), {'\'', '&'}, true};
constexpr PageText::Reading kOfNoQuotes{classes_of(" \t\n\r\f>&", ""), {'>', '&'}, false};

constexpr std::ptrdiff_t kHangulBytes = 3;
constexpr std::string_view kBoundaryGap = " \n ";

constexpr bool is_hangul_syllable(char32_t c) noexcept {
  return c >= 0xac00 && c <= 0xd7a3;
}
constexpr bool is_hangul_start(char32_t c) noexcept {
  return c >= 0x1100 && c <= 0x1112;
}
// A conjoining vowel or final, which changes what stands before.
constexpr bool is_hangul_rest(char32_t c) noexcept {
  return c >= 0x1161 && c <= 0x11c2;
}

// Of three octets of UTF-8, whatever they are.
constexpr char32_t of_three(const char* at) noexcept {
  const auto bits = [](char c, unsigned mask) {
    return static_cast<char32_t>(static_cast<unsigned char>(c) & mask);
  };
  return bits(at[0], 0xf) << 12U | bits(at[1], 0x3f) << 6U | bits(at[2], 0x3f);
}

constexpr bool is_of_three(const char* at) noexcept {
  const auto first = static_cast<std::uint8_t>(at[0]), second = static_cast<std::uint8_t>(at[1]);
  return utf8_size(first, second) == 3 && is_utf8_tail(static_cast<std::uint8_t>(at[2]));
}

constexpr bool is_beyond_ascii(char octet) noexcept {
  return static_cast<std::uint8_t>(octet) >= 0x80;
}

constexpr bool is_latin(char octet) noexcept {
  return octet >= 'a' && octet <= 'z';
}

// Of what UTF-8 writes with a first octet that starts_wide().
constexpr bool is_wide(char32_t character) noexcept {
  return character >= 0x3000 && character < 0xe000;
}

constexpr bool is_hangul_syllable(const char* at) noexcept {
  const auto octet = [at](std::size_t i) { return static_cast<std::uint8_t>(at[i]); };
  return (octet(0) & 0xf0U) == 0xe0 && is_utf8_tail(octet(1)) && is_utf8_tail(octet(2)) &&
         is_hangul_syllable(of_three(at));
}

// One character of UTF-8 at the start of some octets. size 0: it is cut; kNoCharacter of one octet:
// broken.
struct Taken {
  char32_t character;
  std::size_t size;
};

Taken take_utf8(const char* at, std::size_t bytes) noexcept {
  const auto octet = [at](std::size_t i) { return static_cast<std::uint8_t>(at[i]); };
  const Taken broken{kNoCharacter, 1};
  constexpr std::uint8_t kSomeTails[] = {0x80, 0x90, 0xa0};
  if (bytes == 1) {
    for (const std::uint8_t tail : kSomeTails) {
      if (utf8_size(octet(0), tail) > 1) return {kNoCharacter, 0};
    }
    return broken;
  }
  const std::size_t size = utf8_size(octet(0), octet(1));
  if (size < 2) return broken;
  auto character = static_cast<char32_t>(octet(0) & (0x7fU >> size));
  for (std::size_t i = 1; i < std::min(size, bytes); ++i) {
    if (!is_utf8_tail(octet(i))) return broken;
    character = character << 6U | (octet(i) & 0x3fU);
  }
  return bytes < size ? Taken{kNoCharacter, 0} : Taken{character, size};
}

}  // namespace

void PageText::start(Form form) noexcept {
  *this = {};  // nothing of the last page is left
  form_ = form;
}

void PageText::open(PageRoom& room) noexcept {
  for (std::size_t i = 0; i < kPlacesCount; ++i) {
    writers_[i].open(room.parts_[i].octets.data() + PageRoom::kBeforeBytes);
  }
}

void PageText::feed(std::string_view utf8, PageRoom& room) noexcept {
  HAETAE_ASSERT(utf8.size() <= limits::kPageChunkBytesMax);
  open(room);
  const char* at = utf8.data();
  const char* const end = at + utf8.size();
  while (at != end) at = step(at, end);
  for (Writer& out : writers_) out.keep_last();
  close(room);
}

void PageText::finish(PageRoom& room) noexcept {
  open(room);
  if (state_ == State::Reference || state_ == State::ValueReference) end_reference(false);
  close(room);
}

void PageText::close(PageRoom& room) noexcept {
  for (std::size_t i = 0; i < kPlacesCount; ++i) {
    room.parts_[i].size = static_cast<std::size_t>(writers_[i].at - writers_[i].start);
  }
}

void PageText::Writer::open(char* room) noexcept {
  start = room;
  at = room + held_bytes;
  std::ranges::copy(last, at - last.size());
  held_bytes = 0;
}

void PageText::Writer::keep_last() noexcept {
  std::copy_n(at - last.size(), last.size(), last.begin());
  if (!holds_syllable()) return;
  held_bytes = static_cast<std::uint8_t>(kHangulBytes);
  at -= held_bytes;
}

// Whether this call's text ends with one that may change.
bool PageText::Writer::holds_syllable() const noexcept {
  if (gap != Gap::None || at - start < kHangulBytes || !is_of_three(at - kHangulBytes)) {
    return false;
  }
  const char32_t character = of_three(at - kHangulBytes);
  return is_hangul_start(character) || is_hangul_syllable(character);
}

const char* PageText::step(const char* at, const char* end) noexcept {
  switch (state_) {
    case State::Text: return read_text(at, end);
    case State::Reference:
    case State::ValueReference: return read_reference(at, end);
    case State::Escape: return read_escape(at, end);
    case State::TagOpen: return open_tag(at, end);
    case State::EndTagOpen: return open_end_tag(at, end);
    case State::TagName: return read_tag_name(at, end);
    case State::BeforeAttribute: return read_before_attribute(at, end);
    case State::AttributeName: return read_attribute_name(at, end);
    case State::AfterAttributeName: return read_after_attribute_name(at, end);
    case State::BeforeValue: return read_before_value(at, end);
    case State::Value:
    case State::KeptValue: return read_value(at, end);
    case State::TextValue: return read_text_value(at, end);
    case State::Declaration: return read_declaration(at);
    case State::Cdata: return read_cdata(at, end);
    case State::Comment: return read_comment(at, end);
    case State::UpToBracket: return read_up_to_bracket(at, end);
    case State::AloneTag: return read_alone_tag(at);
    case State::Unseen: return read_unseen(at, end);
    case State::Script: return read_script(at, end);
  }
  return end;
}

const char* PageText::read_text(const char* at, const char* end) noexcept {
  const Reading& how = form_ == Form::Json ? kOfJson : form_ == Form::Plain ? kOfPlain : kOfHtml;
  at = read_words(at, end, how);
  if (at == end) return at;
  switch (*at) {
    case '&': start_reference(State::Reference); break;
    case '\\': start_reference(State::Escape); break;
    default: state_ = is_alone_ ? State::AloneTag : State::TagOpen; matched_ = 1;
  }
  return at + 1;
}

const char* PageText::read_cdata(const char* at, const char* end) noexcept {
  const char* const start = at;
  at = read_words(at, end, kOfCdata);
  if (at != start) dashes_ = 0;
  if (at == end) return at;
  if (*at == '>' && dashes_ == 2) {
    state_ = State::Text;
    return at + 1;
  }
  separate(Gap::Blank);
  dashes_ = *at == ']' ? static_cast<std::uint8_t>(std::min(dashes_ + 1, 2)) : std::uint8_t{0};
  return at + 1;
}

const char* PageText::read_kept_words(const char* at, const char* end) noexcept {
  return read_words(at, end, kOfKept);
}

// Of an attribute's value, up to its end or a reference.
const char* PageText::read_value_words(const char* at, const char* end) noexcept {
  const Reading& how = quote_ == '"'    ? kOfDoubleQuotes
                       : quote_ == '\'' ? kOfSingleQuotes
                                        : kOfNoQuotes;
  return read_words(at, end, how);
}

// Writes words up to the first octet that stops it, and returns where that stands.
const char* PageText::read_words(const char* at, const char* end, const Reading& how) noexcept {
  const Classes& of = how.of;
  Writer out = writer();  // a copy, so that what is written cannot be it
  const char* const start = out.at;
  if (cut_bytes_ > 0) at = read_cut(at, end, out);
  while (at != end) {
    const std::uint8_t first = of[static_cast<std::uint8_t>(*at)];
    if (first >= kFirstLetter) {
      out.put_gap(is_latin(static_cast<char>(first)) ? Script::Latin : Script::Other);
      if (how.has_blanks) at = copy_text_run(at, end, how.stops, out.at);
      std::uint8_t next = 0;
      while (at != end && (next = of[static_cast<std::uint8_t>(*at)]) >= kFirstLetter) {
        *out.at++ = static_cast<char>(next);
        ++at;
      }
      if (out.at[-1] == ' ') {
        --out.at;
        out.gap = Gap::Blank;
      }
    } else if (first == kSign) {
      out.separate(Gap::Blank);
      ++at;
    } else if (first == kWide) {
      at = read_hangul(at, end, how.has_blanks, out);
      if (at != end && of[static_cast<std::uint8_t>(*at)] == kWide) at = read_wide(at, end, out);
    } else if (first == kStop) {
      break;
    } else {
      if (first == kBoundary) out.separate(Gap::Boundary);
      ++at;
    }
  }
  if (out.at > start) count_letters({start, out.at});
  writer() = out;
  return at;
}

// As many syllables as there are, with blanks between where those are no stop.
inline const char* PageText::read_hangul(const char* at, const char* end, bool has_blanks,
                                         Writer& out) noexcept {
  while (end - at > kHangulBytes) {
    if (is_hangul_syllable(at)) {
      out.put_gap(Script::Wide);
      std::memcpy(out.at, at, kHangulBytes + 1);  // four at once; the last one is written over
      out.at += kHangulBytes;
      at += kHangulBytes;
    } else if (*at == ' ' && has_blanks && is_beyond_ascii(at[1])) {
      out.separate(Gap::Blank);
      ++at;
    } else {
      break;
    }
  }
  return at;
}

// One character beyond ASCII.
const char* PageText::read_wide(const char* at, const char* end, Writer& out) noexcept {
  const auto left = static_cast<std::size_t>(end - at);
  const Taken taken = take_utf8(at, left);
  if (taken.size > 0) {
    out.put(fold(taken.character));
    return at + taken.size;
  }
  std::copy_n(at, left, cut_.begin());
  cut_bytes_ = static_cast<std::uint8_t>(left);
  return end;
}

// The rest of a character whose start was cut off from it.
const char* PageText::read_cut(const char* at, const char* end, Writer& out) noexcept {
  while (at != end) {
    cut_[cut_bytes_] = *at;
    const Taken taken = take_utf8(cut_.data(), cut_bytes_ + 1U);
    if (taken.size == 0) {
      ++cut_bytes_;
      ++at;
      continue;
    }
    const bool is_whole = taken.size == cut_bytes_ + 1U;
    cut_bytes_ = 0;
    out.put(is_whole ? fold(taken.character) : kNoCharacter);
    return is_whole ? at + 1 : at;  // what broke it may be a letter itself
  }
  return at;
}

inline bool PageText::Writer::meets(Script next) const noexcept {
  if (next == Script::Wide) return is_latin(at[-1]);
  return next == Script::Latin && is_beyond_ascii(at[-1]) && starts_wide(at[-kHangulBytes]) &&
         is_of_three(at - kHangulBytes);
}

inline void PageText::Writer::put_gap(Script next) noexcept {
  if (gap == Gap::Boundary) {
    at = std::ranges::copy(kBoundaryGap, at).out;
  } else if (gap == Gap::Blank || meets(next)) {
    *at++ = ' ';
  }
  gap = Gap::None;
  has_text = true;
}

// Nothing stands before a text's first word.
inline void PageText::Writer::separate(Gap by) noexcept {
  if (has_text) gap = std::max(gap, by);
}

// character: folded.
void PageText::Writer::put(char32_t character) noexcept {
  if (character == 0 || character == '\'') return;
  if (!is_word_character(character)) return separate(Gap::Blank);
  if (is_hangul_rest(character) && gap == Gap::None && at - start >= kHangulBytes &&
      is_of_three(at - kHangulBytes)) {
    if (const char32_t syllable = joined_hangul(of_three(at - kHangulBytes), character);
        syllable != 0) {
      at -= kHangulBytes;
      character = syllable;
    }
  }
  put_gap(is_wide(character)                                           ? Script::Wide
          : character < 0x80 && is_latin(static_cast<char>(character)) ? Script::Latin
                                                                       : Script::Other);
  std::array<char, 4> octets;
  at = std::copy_n(octets.begin(), put_utf8(character, octets), at);
}

void PageText::count_letters(std::string_view written) noexcept {
  for (std::size_t i = 0; i < written.size() && run_letters_ < 2; ++i) {
    const bool is_gap = written[i] == ' ' || written[i] == '\n';
    if (!is_gap && !is_utf8_tail(static_cast<std::uint8_t>(written[i]))) ++run_letters_;
  }
}

void PageText::add(char32_t character) noexcept {
  writer().put(fold(character));
}

void PageText::separate(Gap gap) noexcept {
  writer().separate(gap);
}

}  // namespace haetae::content
