#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"

namespace haetae {

enum class NameError : std::uint8_t {
  Empty,         // "" or a label of no octets inside the name
  LabelTooLong,  // more than 63 octets
  NameTooLong,   // more than 255 octets on the wire
  BadEscape,     // a backslash that does not start \X or \DDD
  NotAscii,      // an octet above 127 in text; convert with idn.h first
  Truncated,     // wire form that ends before its root label
};
std::string_view describe(NameError error) noexcept;

// A validated domain name in lower case (RFC 4343), held as uncompressed wire form (RFC 1035,
// section 3.1) inside the object: no allocation, trivially copyable, comparable as bytes.
// A default-made Name is the root.
class Name {
 public:
  constexpr Name() noexcept : size_(1), label_count_(0) { wire_[0] = 0; }

  // Reads presentation form: "Example.COM", "example.com.", ".", "a\.b.example" and "\255.example".
  // Any ASCII octet is taken, since DNS allows it; who wants host names only asks is_hostname().
  static std::expected<Name, NameError> from_text(std::string_view text) noexcept;

  // Reads uncompressed wire form; octets after the root label are not looked at.
  static std::expected<Name, NameError> from_wire(Bytes wire) noexcept;

  // Puts one label (1 to 63 octets of any value) at the right end, before the root: labels are
  // appended in the order they stand on the wire. On error the name is unchanged.
  std::expected<void, NameError> append_label(Bytes label) noexcept;

  // The whole wire form, from the first length octet to the root's zero octet.
  Bytes wire() const noexcept { return {wire_.data(), size_}; }
  // Number of labels, the root not counted: 3 for www.example.com, 0 for the root.
  std::size_t label_count() const noexcept { return label_count_; }
  bool is_root() const noexcept { return label_count_ == 0; }
  // Label i counted from the left, without its length octet. i < label_count().
  Bytes label(std::size_t i) const noexcept;
  // Where label i's length octet stands in wire(). i < label_count().
  std::size_t label_offset(std::size_t i) const noexcept { return label_at_[i]; }
  // The array that wire() is the start of: hashing and writing read whole words there and mask what
  // is behind.
  Bytes wire_room() const noexcept { return wire_; }
  // The wire form of the suffix that starts at label i; i == label_count() gives the root.
  Bytes suffix_wire(std::size_t i) const noexcept;
  // The suffix that starts at label i as a Name of its own. suffix(1) is the parent.
  Name suffix(std::size_t i) const noexcept;

  // True if this name is `ancestor` or stands below it.
  bool is_under(const Name& ancestor) const noexcept;
  // True if every label is letters, digits, hyphens and underscores: what a list line or a URL may
  // hold. The root is no host name.
  bool is_hostname() const noexcept;

  // Presentation form without the final dot ("." for the root), odd octets as \DDD.
  std::string to_text() const;
  // The same into a caller's buffer of kTextBytesMax; returns the part written.
  static constexpr std::size_t kTextBytesMax = 4 * limits::kNameBytesMax;
  std::string_view write_text(std::span<char, kTextBytesMax> out) const noexcept;

  friend bool operator==(const Name& a, const Name& b) noexcept {
    return as_text(a.wire()) == as_text(b.wire());
  }
  friend std::strong_ordering operator<=>(const Name& a, const Name& b) noexcept {
    return as_text(a.wire()) <=> as_text(b.wire());
  }

 private:
  // The quick way for text that has no escapes and no faults; false, and the name is of no use, if
  // the text must be read octet by octet.
  bool take_plain_text(std::string_view text) noexcept;
  std::string_view write_plain_text(std::span<char, kTextBytesMax> out) const noexcept;
  static std::expected<Name, NameError> from_any_text(std::string_view text) noexcept;

  std::uint8_t size_;
  std::uint8_t label_count_;
  std::array<std::uint8_t, limits::kNameLabelsMax + 1> label_at_;  // offset of each length octet
  std::array<std::uint8_t, limits::kNameBytesMax> wire_;
};

// Lower-cases one ASCII octet; others stay as they are (RFC 4343, section 3).
constexpr std::uint8_t to_lower(std::uint8_t octet) noexcept {
  return octet >= 'A' && octet <= 'Z' ? static_cast<std::uint8_t>(octet + ('a' - 'A')) : octet;
}

// For sources and tests that write a name down: aborts if the literal is not a name.
Name name_of(std::string_view literal) noexcept;

}  // namespace haetae
