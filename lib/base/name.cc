#include "base/name.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace haetae {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

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

std::expected<Name, NameError> Name::from_text(std::string_view text) noexcept {
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
  for (const std::uint8_t octet : label) *at++ = to_lower(octet);
  *at = 0;
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

Name Name::suffix(std::size_t i) const noexcept { return *from_wire(suffix_wire(i)); }

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

std::string_view Name::write_text(std::span<char, kTextBytesMax> out) const noexcept {
  if (is_root()) return ".";
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
