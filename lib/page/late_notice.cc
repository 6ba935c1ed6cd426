#include "page/late_notice.h"

#include <fmt/format.h>

#include "base/utf8.h"
#include "page/html.h"

namespace haetae::page {
namespace {

// Ends whatever may be open where a page broke off: a comment or a tag, with its attribute in
// quotes or without, then elements that hold no others. Who is in none of these sees a few odd
// letters, if that.
constexpr std::string_view kEnds =
    "-->]]>\"'></script></style></title></textarea></noscript></template></select></svg>";
constexpr std::string_view kStyle =
    "all:initial;position:fixed;inset:0;z-index:2147483647;background:#f6f1e7;color:#23303a;"
    "font:1.5em sans-serif;padding:2em;text-align:center";

// The code point of the character that the text starts with; the text is UTF-8.
char32_t take_point(std::string_view& text) {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::size_t size = octet(0) < 0x80 ? 1 : utf8_size(octet(0), octet(1));
  char32_t point = size == 1 ? octet(0) : octet(0) & (0x7f >> size);
  for (std::size_t i = 1; i < size; ++i) point = point << 6 | (octet(i) & 0x3f);
  text.remove_prefix(size);
  return point;
}

// All but ASCII as character references.
std::string in_ascii(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char32_t point = take_point(text);
    if (point < 0x80) {
      out += static_cast<char>(point);
    } else {
      out += fmt::format("&#{};", static_cast<std::uint32_t>(point));
    }
  }
  return out;
}

}  // namespace

std::string late_notice(const Site& site, std::string_view accept_language) {
  const config::PageWords& words = site.words(accept_language);
  Html html;
  html.raw(kEnds).raw("<div role=\"alert\" lang=\"").text(words.tag).raw("\" style=\"");
  html.raw(kStyle).raw("\">").text(words.closed_title).raw("<br>").text(words.no_blame);
  if (!site.config().page.listen.empty()) {
    html.raw("<br>").link(site.url(), site.url());
  }
  html.raw("</div>");
  return in_ascii(html.take());
}

}  // namespace haetae::page
