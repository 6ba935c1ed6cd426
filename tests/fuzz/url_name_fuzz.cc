// Paths of URLs, as a stranger may send them.
#include <string_view>

#include "base/assert.h"
#include "list/format.h"
#include "list/url_name.h"

using namespace haetae;
using namespace haetae::list;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Name host = name_of("www.games.example");
  const std::string_view path = as_text(Bytes(data, size));
  const UrlName url = url_name(host, path);
  HAETAE_ASSERT(url.name.label_count() == host.label_count() + url.path_labels);
  HAETAE_ASSERT(url.name.suffix(url.path_labels) == host);
  HAETAE_ASSERT(is_url_name(url.name) == (url.path_labels > 0));
  const auto rule = url_rule_name(host, path);
  if (rule) HAETAE_ASSERT(*rule == url.name);
  if (url.path_labels > 0) {
    const auto bare = without_www(url);
    HAETAE_ASSERT(bare && bare->path_labels == url.path_labels);
  }
  // A plain path's text is read as the same URL again; an escape that is left may be undone then.
  const std::string text = url_text(url.name);
  if (rule && text.find("…") == text.npos && text.find_first_of("#%") == text.npos) {
    const auto again = url_rule_name(host, std::string_view(text).substr(host.to_text().size()));
    HAETAE_ASSERT(again && *again == *rule);
  }
  return 0;
}
