#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "wire/http_text.h"

namespace haetae::wire {

// One field line of a head (RFC 9112, section 5).
struct HttpField {
  std::string_view line;   // as sent, its CR and LF included
  std::string_view name;   // "Content-Length"; never empty
  std::string_view value;  // without the blanks around it; may be empty
};

// Walks field lines as RFC 9112 wants them and nothing else: each ends with CR and LF, a name is a
// token that the colon follows at once, no line is folded, a value holds no control characters.
// What differs is where readers of HTTP disagree, so whoever passes a head on takes no other.
//   HttpFieldReader fields(lines);
//   for (HttpField field; fields.next(field);) ...
//   if (!fields.is_whole()) ...
class HttpFieldReader {
 public:
  // lines: from behind the start line to the head's end, its empty line included.
  explicit HttpFieldReader(std::string_view lines) noexcept : rest_(lines) {}

  // False behind the last one, or at a line that is none.
  bool next(HttpField& out) noexcept;
  // After next() gave false: the empty line stood there, and nothing behind it.
  bool is_whole() const noexcept { return is_whole_; }

 private:
  std::string_view rest_;
  bool is_whole_ = false;
};

// A character of a method or a field's name (RFC 9110, section 5.6.2).
bool is_token_character(char c) noexcept;
// One that no field holds (RFC 9110, section 5.5).
bool is_control(char c) noexcept;

// The members of a list (RFC 9110, section 5.6.1), blanks around them dropped; calls take(member)
// for each that is not empty.
template <typename Take>
void each_member(std::string_view list, Take take) {
  while (!list.empty()) {
    const std::string_view member = trim_blanks(take_until(list, ','));
    if (!member.empty()) take(member);
  }
}

}  // namespace haetae::wire
