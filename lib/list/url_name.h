#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/name.h"

namespace haetae::list {

// A URL as lists look it up: a name whose first labels are the parts of the path, the last part
// first, and whose other labels are the host.
//
//   games.example/free/chess?x=1&y=2   is   "?y=2" . "?x=1" . "/chess" . "/free" . games . example
//
// So a rule for games.example/free holds for all that lies below it by the suffix walk that serves
// names, and never for the host: no part of a path can be a label of a host name.
struct UrlName {
  Name name;
  std::size_t path_labels = 0;  // how many labels stand in front of the host's
};

// path: what follows the authority, as in "/free/chess?x=1#top" (RFC 3986, section 3.3); may be
// empty; what stands before its first '/' or '?' is no path. Read as servers do: without its
// fragment and empty parts, "." and ".." followed, escapes of plain letters and digits undone
// (section 6.2.2), and in lower case, since people block a page however it is written. A part that
// is too long for a label stands as a hash. Parts for which a name has no room are left out: no
// rule can speak of them.
UrlName url_name(const Name& host, std::string_view path) noexcept;
// The same of a rule: nothing if a part would have to be left out.
std::optional<Name> url_rule_name(const Name& host, std::string_view path) noexcept;

// The same URL of the host without its "www"; nothing if it has none, or is no site without.
std::optional<UrlName> without_www(const UrlName& url) noexcept;

// Whether the name is a URL's; then its text: "games.example/free/chess?x=1".
bool is_url_name(const Name& name) noexcept;
std::string url_text(const Name& name);

}  // namespace haetae::list
