// The part below `page`.
#include <algorithm>
#include <string_view>

#include "config/own_name.h"
#include "config/settings.h"
#include "config/types.h"

namespace haetae::config {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::size_t kListenMax = 64;

// It stands in a header that says where forms may go: nothing but an origin (RFC 6454) may.
std::optional<std::string> origin_of(std::string_view text) {
  const std::string_view whole = text;
  if (text.ends_with('/')) text.remove_suffix(1);
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = text.substr(0, scheme_end);
  const std::string_view authority = text.substr(scheme_end + 3);
  const bool is_plain = std::ranges::all_of(authority, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view(".-:[]").contains(c);
  });
  constexpr std::size_t kAuthorityBytesMax = 255 + 6;  // a name and a port
  if ((scheme != "http" && scheme != "https") || authority.empty() || !is_plain ||
      authority.size() > kAuthorityBytesMax) {
    return std::nullopt;
  }
  return std::string(whole.substr(0, text.size()));
}

Type<std::string> origin() {
  return parsed<std::string>("address of a page", "the address of a page",
                             "write it as http://haetae.internal or http://192.168.7.1:8080",
                             origin_of);
}

const Table<Page>& page_table() {
  static const Table<Page> table{{
      row("listen", &Page::listen, list_of(endpoint(kHttpPort), kListenMax), "[]",
          "Where the block page and http://haetae.internal answer, as \"192.168.7.1:80\"; left "
          "out: nowhere."),
      row("guardian", &Page::guardian, text(), "",
          "Who can change the rules, as children call them: \"Mum and Dad\", \"Mr Park\"; left "
          "out: your parents, your teacher, or who set up the internet, by site.kind."),
      row("url", &Page::url, origin(), "",
          "How browsers reach the first address of listen; left out: http://haetae.internal and "
          "its port. Write it where something in between changes the port."),
  }};
  return table;
}

}  // namespace

Type<Page> page_section() {
  Type<Page> type = section(page_table());
  type.read = [read = type.read](const Value& value, Page& page) {
    read(value, page);
    if (!page.url.empty()) return;
    const std::uint16_t port = page.listen.empty() ? kHttpPort : page.listen.front().port;
    page.url = fmt::format("http://{}", kOwnName);
    if (port != kHttpPort) page.url += fmt::format(":{}", port);
  };
  return type;
}

}  // namespace haetae::config
