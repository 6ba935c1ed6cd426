#include "daemon/blocked_web_pages.h"

#include "list/url_name.h"
#include "page/ask_token.h"
#include "page/block_page.h"
#include "page/late_notice.h"

namespace haetae::daemon {

BlockedWebPages::BlockedWebPages(const Snapshot<policy::Policy>& policy,
                                 const Snapshot<policy::Standing>& standing,
                                 const Snapshot<page::Site>& site)
    : policy_(policy), standing_(standing), site_(site), scratch_(*policy_) {}

void BlockedWebPages::refresh() {
  if (policy::refresh_together(policy_, standing_)) scratch_ = policy::Scratch(*policy_);
  site_.refresh();
}

proxy::BlockPages::Page BlockedWebPages::page(const policy::Verdict& verdict,
                                              const inspect::Seen& seen,
                                              std::string_view accept_language) {
  policy::Request request{.who = seen.who, .kind = seen.kind, .now = seen.time};
  list::UrlName url;
  if (!seen.has_name) {
    request.address = &seen.address;
  } else {
    request.name = &seen.name;
  }
  if (seen.has_name && !seen.path.empty()) {
    request.path = as_text(seen.path);
    url = list::url_name(seen.name, request.path);
    request.url = &url;
  }
  const page::Blocked blocked{*policy_, *standing_, request, verdict};
  const std::string asker = page::asker_of(*policy_, seen.who, seen.client.address);
  Page page;
  page.html =
      page::block_page(*site_, page::block_facts(blocked, scratch_), asker, accept_language).html;
  for (const page::Header& header : site_->headers()) {
    page.fields.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  return page;
}

std::string BlockedWebPages::late_notice(std::string_view accept_language) {
  return page::late_notice(*site_, accept_language);
}

}  // namespace haetae::daemon
