#pragma once

#include <string>
#include <string_view>

#include "page/block_facts.h"
#include "page/site.h"

namespace haetae::page {

// A whole answer but for what the transport adds (Content-Length, Connection, Date) and the headers
// that go with every page: Site::headers().
struct Page {
  int status = 200;
  std::string html;  // UTF-8; needs nothing beside itself
};

// What a child sees in place of what was blocked: 403, or 451 (RFC 7725) for what the law closes.
// asker: who gets it, as asker_of() has it; the ask button works for nobody else.
// accept_language: the header as it came (RFC 9110, section 12.5.4); may be empty.
Page block_page(const Site& site, const BlockFacts& facts, std::string_view asker,
                std::string_view accept_language);

// For a host that led here while it was blocked, and is open now: 503, since it is not the site
// itself that answers. host: a name or address, as in BlockFacts.
Page opened_page(const Site& site, std::string_view host, std::string_view accept_language);

// What came of pressing the button.
enum class Asked : std::uint8_t { Kept, Before, TooOften, Old, OpenNow, NotKept };
// host: where the link back leads; empty: nowhere.
Page asked_page(const Site& site, Asked asked, std::string_view host,
                std::string_view accept_language);

Page not_found_page(const Site& site, std::string_view accept_language);

}  // namespace haetae::page
