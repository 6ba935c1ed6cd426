#include "page/site.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/assert.h"
#include "page/accept_language.h"
#include "page/layout.h"
#include "page/limits.h"

namespace haetae::page {
namespace {

constexpr std::string_view kAnywhere = "INT";
// In this order, one line each: who needs a line must not read a list first.
constexpr std::string_view kHelpTopics[] = {"suicide", "crisis",        "child-protection",
                                            "abuse",   "mental-health", "eating"};

// As Content-Security-Policy names a style that may stand in the page (CSP 3, section 6.7.2).
std::string hash_source(std::string_view text) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> sum{};
  unsigned int size = 0;
  HAETAE_ASSERT(EVP_Digest(text.data(), text.size(), sum.data(), &size, EVP_sha256(), nullptr) ==
                1);
  constexpr std::size_t kBase64Bytes = 44 + 1;  // of 32 octets, and a zero
  std::array<unsigned char, kBase64Bytes> base64{};
  EVP_EncodeBlock(base64.data(), sum.data(), static_cast<int>(size));
  return fmt::format("'sha256-{}'", reinterpret_cast<const char*>(base64.data()));
}

std::vector<Header> make_headers(const std::string& url) {
  return {{"Content-Type", "text/html; charset=utf-8"},
          {"Cache-Control", "no-store"},
          {"Content-Security-Policy",
           fmt::format("default-src 'none'; style-src {}; form-action {}; base-uri 'none'; "
                       "frame-ancestors 'none'",
                       hash_source(style()), url)},
          {"X-Frame-Options", "DENY"},
          {"Referrer-Policy", "no-referrer"},
          {"X-Content-Type-Options", "nosniff"}};
}

}  // namespace

Site::Site(std::shared_ptr<const config::Config> config, std::shared_ptr<const config::Rules> rules,
           const AskKey& key)
    : config_(std::move(config)),
      rules_(std::move(rules)),
      headers_(make_headers(config_->page.url)),
      key_(key) {
  find_help_lines();
}

void Site::find_help_lines() {
  for (const std::string_view country : {std::string_view(config_->site.country), kAnywhere}) {
    for (const std::string_view topic : kHelpTopics) {
      const auto line = std::ranges::find_if(rules_->help, [&](const config::HelpLine& one) {
        return one.country == country && one.topic == topic;
      });
      if (line != rules_->help.end()) help_lines_.push_back(&*line);
    }
    if (help_lines_.empty()) {
      for (const config::HelpLine& line : rules_->help) {
        if (line.country == country) help_lines_.push_back(&line);
      }
    }
    if (!help_lines_.empty()) break;
  }
  help_lines_.resize(std::min(help_lines_.size(), limits::kHelpLinesMax));
}

const config::PageWords& Site::words(std::string_view accept_language) const {
  const auto& all = rules_->page_words;
  const auto has = [&all](const std::string& language) { return all.contains(language); };
  const std::string wanted = wanted_language(accept_language, has);
  if (!wanted.empty()) return all.at(wanted);
  const auto& languages = config_->site.languages;
  const auto own = std::ranges::find_if(languages, has);
  return all.at(own == languages.end() ? "en" : *own);
}

std::string_view Site::guardian(const config::PageWords& words) const noexcept {
  if (!config_->page.guardian.empty()) return config_->page.guardian;
  switch (config_->site.kind) {
    case config::SiteKind::Home: return words.guardian_home;
    case config::SiteKind::School: return words.guardian_school;
    case config::SiteKind::Isp: return words.guardian_isp;
  }
  return {};
}

std::string_view Site::text(const config::Texts& texts, const config::PageWords& words) {
  // The tag's first subtag is the language's code: "zh-Hans" has "zh".
  const auto found = texts.find(words.tag.substr(0, words.tag.find('-')));
  if (found != texts.end()) return found->second;
  const auto english = texts.find("en");
  return english == texts.end() ? std::string_view() : std::string_view(english->second);
}

std::string_view Site::category_name(std::string_view id, const config::PageWords& words) const {
  const config::CategoryRule* const category = rules_->category(id);
  return category == nullptr ? std::string_view() : text(category->name, words);
}

std::string_view Site::category_sentence(std::string_view id,
                                         const config::PageWords& words) const {
  const config::CategoryRule* const category = rules_->category(id);
  return category == nullptr ? std::string_view() : text(category->child, words);
}

std::string_view Site::service_name(std::string_view id, const config::PageWords& words) const {
  const config::ServiceRules* const service = rules_->service(id);
  return service == nullptr ? std::string_view() : text(service->name, words);
}

}  // namespace haetae::page
