#include "page/html.h"

#include <algorithm>
#include <cstdint>

#include "base/utf8.h"

namespace haetae::page {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// How many octets of the text are one whole character; 0: none that may stand in a page.
std::size_t character_size(std::string_view text) {
  const auto octet = [text](std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
  };
  const std::size_t size = utf8_size(octet(0), octet(1));
  if (size == 1) {
    const bool is_control = octet(0) < 0x20 || octet(0) == 0x7f;
    return is_control ? 0 : 1;
  }
  if (size > text.size()) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if (!is_utf8_tail(octet(i))) return 0;
  }
  return size;
}

std::string_view escape_of(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const std::string_view escape = escape_of(text.front());
    if (size == 0) {
      out += kReplacement;
    } else if (!escape.empty()) {
      out += escape;
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

std::string fill(std::string_view sentence,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  std::string out;
  while (!sentence.empty()) {
    const std::size_t open = std::min(sentence.find('{'), sentence.size());
    out += sentence.substr(0, open);
    sentence.remove_prefix(open);
    const std::size_t close = sentence.find('}');
    if (sentence.empty() || close == std::string_view::npos) break;
    const std::string_view place = sentence.substr(1, close - 1);
    const auto value =
        std::ranges::find(values, place, [](const auto& pair) { return pair.first; });
    if (value != values.end()) {
      const bool starts_sentence = out.empty() || out.ends_with(". ");
      const std::size_t at = out.size();
      out += value->second;
      if (starts_sentence && place == "guardian" && at < out.size() && out[at] >= 'a' &&
          out[at] <= 'z') {
        out[at] = static_cast<char>(out[at] - 'a' + 'A');
      }
    }
    sentence.remove_prefix(close + 1);
  }
  out += sentence;
  return out;
}

Html& Html::element(std::string_view name, std::string_view words) {
  if (words.empty()) return *this;
  return raw("<").raw(name).raw(">").text(words).raw("</").raw(name).raw(">\n");
}

Html& Html::link(std::string_view url, std::string_view words) {
  return raw("<a href=\"").text(url).raw("\">").text(words).raw("</a>");
}

}  // namespace haetae::page
