#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/rules.h"
#include "page/ask_token.h"

namespace haetae::page {

struct Header {
  std::string name;
  std::string value;
};

// What all pages of one configuration share: words, help lines, names, the key of ask buttons.
// Immutable; one is published for all threads (daemon/worker.h).
class Site {
 public:
  // key: the same over reloads, so that pages that are open go on working.
  Site(std::shared_ptr<const config::Config> config, std::shared_ptr<const config::Rules> rules,
       const AskKey& key);

  // What stands on every page's answer, Content-Type among it: no store, no script, no frame, no
  // referrer; forms go to our own listener alone.
  std::span<const Header> headers() const noexcept { return headers_; }

  // The words in the language that the header wants most and we have; else in the first language of
  // `site.languages` that we have; else in English.
  const config::PageWords& words(std::string_view accept_language) const;

  const config::Config& config() const noexcept { return *config_; }
  const std::string& name() const noexcept { return config_->site.name; }
  // Where browsers reach our listener, without a slash at its end: "http://haetae.internal".
  const std::string& url() const noexcept { return config_->page.url; }
  const AskKey& key() const noexcept { return key_; }
  // Who can change the rules: `page.guardian`, else in the page's language.
  std::string_view guardian(const config::PageWords& words) const noexcept;
  // Lines for who hurts, of the site's country; where it has none, those that find a local one.
  std::span<const config::HelpLine* const> help_lines() const noexcept { return help_lines_; }

  // The text in the page's language, else in English.
  static std::string_view text(const config::Texts& texts, const config::PageWords& words);
  // By id, in the page's language; empty for one that rules/ does not have.
  std::string_view category_name(std::string_view id, const config::PageWords& words) const;
  std::string_view category_sentence(std::string_view id, const config::PageWords& words) const;
  std::string_view service_name(std::string_view id, const config::PageWords& words) const;

 private:
  void find_help_lines();

  std::shared_ptr<const config::Config> config_;
  std::shared_ptr<const config::Rules> rules_;
  std::vector<Header> headers_;
  std::vector<const config::HelpLine*> help_lines_;
  AskKey key_;
};

}  // namespace haetae::page
