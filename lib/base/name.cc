#include "base/name.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/assert.h"

namespace haetae {
namespace {

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Reads the octet that text starts with, an escape included (RFC 1035, section 5.1), and drops it
// from text.
std::expected<std::uint8_t, NameError> take_octet(std::string_view& text) noexcept {
  const char first = text.front();
  text.remove_prefix(1);
  if (static_cast<unsigned char>(first) > 127) return std::unexpected(NameError::NotAscii);
  if (first != '\\') return static_cast<std::uint8_t>(first);
  if (text.empty()) return std::unexpected(NameError::BadEscape);
  if (!is_digit(text.front())) {
    const char escaped = text.front();
    text.remove_prefix(1);
    if (static_cast<unsigned char>(escaped) > 127) return std::unexpected(NameError::NotAscii);
    return static_cast<std::uint8_t>(escaped);
  }
  if (text.size() < 3 || !is_digit(text[1]) || !is_digit(text[2])) {
    return std::unexpected(NameError::BadEscape);
  }
  const int value = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  if (value > 255) return std::unexpected(NameError::BadEscape);
  text.remove_prefix(3);
  return static_cast<std::uint8_t>(value);
}

// Eight octets in one number: arithmetic on all of them at once, without carries between them.
constexpr std::uint64_t kEach = 0x0101010101010101ULL;
constexpr std::uint64_t kHighBits = 0x80 * kEach;

// The high bit of every octet that equals `wanted`.
constexpr std::uint64_t equal_octets(std::uint64_t octets, std::uint8_t wanted) noexcept {
  const std::uint64_t differences = octets ^ wanted * kEach;
  return ~(((differences & ~kHighBits) + ~kHighBits) | differences) & kHighBits;
}

constexpr bool is_plain(std::uint64_t octets) noexcept {
  return ((octets & kHighBits) | equal_octets(octets, '\\')) == 0;
}

constexpr std::uint64_t lower_octets(std::uint64_t octets) noexcept {
  const std::uint64_t ascii = octets & ~kHighBits;  // leaves room for what is added
  const std::uint64_t from_a = ascii + (0x80 - 'A') * kEach;
  const std::uint64_t beyond_z = ascii + (0x7f - 'Z') * kEach;
  return octets | ((from_a & ~beyond_z & ~octets & kHighBits) >> 2);
}

template <typename Word>
void copy_word_lower(const std::uint8_t* from, std::uint8_t* to) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof word);
  word = static_cast<Word>(lower_octets(word));
  std::memcpy(to, &word, sizeof word);
}

// A word at a time; the last one may lie over the one before.
void copy_lower(Bytes from, std::uint8_t* to) noexcept {
  const std::size_t size = from.size();
  if (size >= 8) {
    for (std::size_t at = 0; at + 8 < size; at += 8) {
      copy_word_lower<std::uint64_t>(from.data() + at, to + at);
    }
    return copy_word_lower<std::uint64_t>(from.data() + size - 8, to + size - 8);
  }
  if (size >= 4) {
    copy_word_lower<std::uint32_t>(from.data(), to);
    return copy_word_lower<std::uint32_t>(from.data() + size - 4, to + size - 4);
  }
  for (std::size_t i = 0; i < size; ++i) to[i] = to_lower(from[i]);
}

// Eight octets of text from `at` on, the first one lowest; zeros where the text ends.
std::uint64_t load_eight(std::string_view text, std::size_t at) noexcept {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t octets = 0;
  if (text.size() - at >= 8) {
    std::memcpy(&octets, text.data() + at, 8);
  } else if (text.size() >= 8) {  // the last eight, without those before `at`
    std::memcpy(&octets, text.data() + text.size() - 8, 8);
    octets >>= 8 * (8 - (text.size() - at));
  } else {
    std::memcpy(&octets, text.data() + at, text.size() - at);
  }
  return octets;
}

// 0xff in every octet whose bit is set in the eight bits.
constexpr std::uint64_t spread_bits(std::uint64_t bits) noexcept {
  const std::uint64_t one_bit_each = bits * kEach & 0x8040201008040201ULL;
  const std::uint64_t high = (one_bit_each + ~kHighBits) & kHighBits;
  return (high << 1) - (high >> 7);
}

// Not zero if one of the octets is needs_escape().
constexpr std::uint64_t odd_octets(std::uint64_t octets) noexcept {
  const std::uint64_t up_to_space = (octets - (' ' + 1) * kEach) & ~octets;
  const std::uint64_t from_delete = octets | (octets + kEach);
  return ((up_to_space | from_delete) & kHighBits) | equal_octets(octets, '.') |
         equal_octets(octets, '\\');
}

// What take_plain_text() reads: it writes eight octets at a time and may write some too many.
constexpr std::size_t kPlainTextMax = limits::kNameBytesMax - 2 - 7;

constexpr bool needs_escape(std::uint8_t octet) noexcept {
  return octet <= ' ' || octet >= 127 || octet == '.' || octet == '\\';
}

}  // namespace

std::string_view describe(NameError error) noexcept {
  switch (error) {
    case NameError::Empty: return "a label is empty";
    case NameError::LabelTooLong: return "a label is longer than 63 octets";
    case NameError::NameTooLong: return "the name is longer than 255 octets";
    case NameError::BadEscape: return "a backslash is not followed by a character or three digits";
    case NameError::NotAscii: return "the name is not ASCII";
    case NameError::Truncated: return "the name ends before its last label";
  }
  return "";
}

// Text without escapes is wire form but for the dots, in whose places the next labels' lengths
// stand: eight octets are copied at a time, lower-cased and searched for dots.
bool Name::take_plain_text(std::string_view text) noexcept {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > kPlainTextMax) return false;
  std::size_t label_at = 0;  // of the length octet of the label that is being read
  const auto end_label = [&](std::size_t end) {
    const std::size_t size = end - label_at - 1;
    wire_[label_at] = static_cast<std::uint8_t>(size);
    label_at_[label_count_++] = static_cast<std::uint8_t>(label_at);
    label_at = end;
    return size - 1 < limits::kLabelBytesMax;
  };
  for (std::size_t at = 0; at < text.size(); at += 8) {
    const std::uint64_t octets = load_eight(text, at);
    if (!is_plain(octets)) return false;
    const std::uint64_t lower = lower_octets(octets);
    std::memcpy(wire_.data() + 1 + at, &lower, sizeof lower);
    for (std::uint64_t dots = equal_octets(octets, '.'); dots != 0; dots &= dots - 1) {
      if (!end_label(1 + at + static_cast<std::size_t>(std::countr_zero(dots)) / 8)) return false;
    }
  }
  if (!end_label(1 + text.size())) return false;
  wire_[label_at] = 0;
  size_ = static_cast<std::uint8_t>(label_at + 1);
  return true;
}

std::expected<Name, NameError> Name::from_text(std::string_view text) noexcept {
  std::expected<Name, NameError> name;
  if (!name->take_plain_text(text)) name = from_any_text(text);
  return name;
}

std::expected<Name, NameError> Name::from_any_text(std::string_view text) noexcept {
  Name name;
  if (text == ".") return name;
  if (text.empty()) return std::unexpected(NameError::Empty);
  std::array<std::uint8_t, limits::kLabelBytesMax> label;
  while (!text.empty()) {
    std::size_t size = 0;
    while (!text.empty() && text.front() != '.') {
      const auto octet = take_octet(text);
      if (!octet) return std::unexpected(octet.error());
      if (size == label.size()) return std::unexpected(NameError::LabelTooLong);
      label[size++] = *octet;
    }
    if (const auto added = name.append_label({label.data(), size}); !added) {
      return std::unexpected(added.error());
    }
    if (!text.empty()) text.remove_prefix(1);  // the dot; a final one is allowed
  }
  return name;
}

std::expected<Name, NameError> Name::from_wire(Bytes wire) noexcept {
  Name name;
  while (true) {
    if (wire.empty()) return std::unexpected(NameError::Truncated);
    const std::size_t size = wire.front();
    if (size == 0) return name;
    if (wire.size() <= size) return std::unexpected(NameError::Truncated);
    if (const auto added = name.append_label(wire.subspan(1, size)); !added) {
      return std::unexpected(added.error());
    }
    wire = wire.subspan(1 + size);
  }
}

std::expected<void, NameError> Name::append_label(Bytes label) noexcept {
  if (label.empty()) return std::unexpected(NameError::Empty);
  if (label.size() > limits::kLabelBytesMax) return std::unexpected(NameError::LabelTooLong);
  if (size_ + label.size() + 1 > limits::kNameBytesMax) {
    return std::unexpected(NameError::NameTooLong);
  }
  std::uint8_t* at = wire_.data() + size_ - 1;  // the root's octet becomes this label's length
  label_at_[label_count_++] = static_cast<std::uint8_t>(size_ - 1);
  *at++ = static_cast<std::uint8_t>(label.size());
  copy_lower(label, at);
  at[label.size()] = 0;
  size_ = static_cast<std::uint8_t>(size_ + label.size() + 1);
  return {};
}

Bytes Name::label(std::size_t i) const noexcept {
  HAETAE_ASSERT(i < label_count_);
  const std::size_t at = label_at_[i];
  return {wire_.data() + at + 1, wire_[at]};
}

Bytes Name::suffix_wire(std::size_t i) const noexcept {
  HAETAE_ASSERT(i <= label_count_);
  const std::size_t at = i == label_count_ ? size_ - 1U : label_at_[i];
  return {wire_.data() + at, size_ - at};
}

Name Name::suffix(std::size_t i) const noexcept {
  return *from_wire(suffix_wire(i));
}

bool Name::is_under(const Name& ancestor) const noexcept {
  if (ancestor.label_count_ > label_count_) return false;
  return as_text(suffix_wire(label_count_ - ancestor.label_count_)) == as_text(ancestor.wire());
}

bool Name::is_hostname() const noexcept {
  if (is_root()) return false;
  const auto allowed = [](std::uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  for (std::size_t i = 0; i < label_count_; ++i) {
    if (!std::ranges::all_of(label(i), allowed)) return false;
  }
  return true;
}

std::string Name::to_text() const {
  std::array<char, kTextBytesMax> out;
  return std::string(write_text(out));
}

// The quick way for names without odd octets: wire form is text but for the length octets, in whose
// places dots belong. Eight octets are copied at a time; the first length octet goes along and is
// left out of what is returned. Empty if an octet must be escaped.
std::string_view Name::write_plain_text(std::span<char, kTextBytesMax> out) const noexcept {
  static_assert(limits::kNameBytesMax < 256 && kTextBytesMax >= 256);
  const std::size_t end = size_ - 1U;
  std::uint64_t odd = 0;
  std::size_t label = 0;
  for (std::size_t block = 0; block < end; block += 64) {
    std::uint64_t dots = 0;  // a bit for every octet of the block that becomes a dot
    for (; label < label_count_ && label_at_[label] < block + 64; ++label) {
      dots |= std::uint64_t{1} << (label_at_[label] - block);
    }
    // So do those from the root on, of which nothing is returned.
    if (end < block + 64) dots |= ~std::uint64_t{0} << (end - block);
    const std::size_t block_end = std::min(end, block + 64);
    for (std::size_t at = block; at < block_end; at += 8, dots >>= 8) {
      const std::uint64_t is_dot = spread_bits(dots & 0xff);
      const std::uint64_t octets = load_eight(as_text(wire_room()), at) & ~is_dot;
      odd |= odd_octets(octets | (is_dot & 'x' * kEach));
      const std::uint64_t text = octets | (is_dot & '.' * kEach);
      std::memcpy(out.data() + at, &text, sizeof text);
    }
  }
  if (odd != 0) return {};
  return {out.data() + 1, end - 1};
}

std::string_view Name::write_text(std::span<char, kTextBytesMax> out) const noexcept {
  if (is_root()) return ".";
  if (const std::string_view plain = write_plain_text(out); !plain.empty()) return plain;
  char* at = out.data();
  for (std::size_t i = 0; i < label_count_; ++i) {
    if (i > 0) *at++ = '.';
    for (const std::uint8_t octet : label(i)) {
      if (!needs_escape(octet)) {
        *at++ = static_cast<char>(octet);
        continue;
      }
      *at++ = '\\';
      *at++ = static_cast<char>('0' + octet / 100);
      *at++ = static_cast<char>('0' + octet / 10 % 10);
      *at++ = static_cast<char>('0' + octet % 10);
    }
  }
  return {out.data(), static_cast<std::size_t>(at - out.data())};
}

Name name_of(std::string_view literal) noexcept {
  const auto name = Name::from_text(literal);
  HAETAE_ASSERT(name.has_value());
  return *name;
}

}  // namespace haetae
