#include "wire/http_fields.h"

#include <algorithm>
#include <array>

#include "wire/http_text.h"

namespace haetae::wire {
namespace {

constexpr std::array<bool, 256> token_table() {
  std::array<bool, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> kToken = token_table();

}  // namespace

bool is_token_character(char c) noexcept {
  return kToken[static_cast<unsigned char>(c)];
}

bool is_control(char c) noexcept {
  const auto octet = static_cast<unsigned char>(c);
  return (octet < ' ' && octet != '\t') || octet == 0x7f;
}

bool HttpFieldReader::next(HttpField& out) noexcept {
  const std::size_t end = rest_.find('\n');
  if (end == std::string_view::npos || end == 0 || rest_[end - 1] != '\r') return false;
  out.line = rest_.substr(0, end + 1);
  const std::string_view text = rest_.substr(0, end - 1);
  if (text.empty()) {
    is_whole_ = end + 1 == rest_.size();
    return false;
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  out.name = text.substr(0, colon);
  out.value = trim_blanks(text.substr(colon + 1));
  if (!std::ranges::all_of(out.name, is_token_character)) return false;
  if (std::ranges::any_of(out.value, is_control)) return false;
  rest_.remove_prefix(end + 1);
  return true;
}

}  // namespace haetae::wire
