#include "page/form.h"

#include "base/ascii_text.h"
#include "base/percent.h"

namespace haetae::page {
namespace {

std::string decoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (const auto octet = escaped_octet(text)) {
      out += static_cast<char>(*octet);
      text.remove_prefix(kEscapeBytes);
    } else {
      out += text.front() == '+' ? ' ' : text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> form_value(std::string_view body, std::string_view name) {
  while (!body.empty()) {
    std::string_view value = take_until(body, '&');
    if (decoded(take_until(value, '=')) == name) return decoded(value);
  }
  return std::nullopt;
}

}  // namespace haetae::page
