#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/rules.h"
#include "page/ask_token.h"
#include "policy/policy.h"

namespace haetae::page {

struct Header {
  std::string name;
  std::string value;
};

// What all pages of one configuration share: words, help lines, names, the key of ask buttons.
// Immutable; one is published for all threads (daemon/worker.h).
class Site {
 public:
  // rules: kept. key: the same over reloads, so that pages that are open go on working.
  Site(const config::Config& config, std::shared_ptr<const config::Rules> rules,
       const AskKey& key);

  // What stands on every page's answer, Content-Type among it: no store, no script, no frame, no
  // referrer; forms go to our own listener alone.
  std::span<const Header> headers() const noexcept { return headers_; }

  // The words in the language that the header wants most and we have; else in the first language of
  // `site.languages` that we have; else in English.
  const config::PageWords& words(std::string_view accept_language) const noexcept;

  const config::Rules& rules() const noexcept { return *rules_; }
  const std::string& name() const noexcept { return name_; }
  // Where the listener is reached by a browser, without a slash at its end: "http://haetae.internal".
  const std::string& url() const noexcept { return url_; }
  // Who can change the rules, as `page.guardian` has it, else in the page's language.
  std::string_view guardian(const config::PageWords& words) const noexcept;
  // The text in the page's language, else in English.
  std::string_view text(const config::Texts& texts, const config::PageWords& words) const noexcept;
  // Help lines for who hurts: those of the site's country, else those that find a local one.
  std::span<const config::HelpLine* const> help_lines() const noexcept { return help_lines_; }
  const AskKey& key() const noexcept { return key_; }
  // By id; "" for one that rules/ does not have.
  std::string_view category_name(std::string_view id, const config::PageWords& words) const;
  std::string_view category_child(std::string_view id, const config::PageWords& words) const;
  std::string_view service_name(std::string_view id, const config::PageWords& words) const;

 private:
  std::shared_ptr<const config::Rules> rules_;
  std::string name_;
  config::SiteKind kind_;
  std::vector<std::string> languages_;
  std::string guardian_;
  std::string url_;
  std::vector<Header> headers_;
  std::vector<const config::HelpLine*> help_lines_;
  AskKey key_;
};

}  // namespace haetae::page
