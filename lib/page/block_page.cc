#include "page/block_page.h"

#include <fmt/format.h>

#include "base/address.h"
#include "page/layout.h"

namespace haetae::page {
namespace {

using config::PageWords;
using policy::Reason;

constexpr int kForbidden = 403, kUnavailableForLegalReasons = 451, kServiceUnavailable = 503;
constexpr int kNotFound = 404, kTooManyRequests = 429, kInternalServerError = 500;

std::string_view heading_of(const BlockFacts& facts, const PageWords& words) {
  switch (facts.reason) {
    case Reason::Locked: return words.closed_locked_title;
    case Reason::Paused: return words.paused_title;
    case Reason::Focus: return words.focus_title;
    case Reason::Bedtime: return words.bedtime_title;
    case Reason::QuotaUsed: return words.quota_title;
    case Reason::House:
    case Reason::Help:
    case Reason::Granted:
    case Reason::AllowedByGuardian:
    case Reason::DeniedByGuardian:
    case Reason::Bypass:
    case Reason::ServiceBlocked:
    case Reason::ServiceAllowed:
    case Reason::Category:
    case Reason::Pattern:
    case Reason::UnknownBlocked:
    case Reason::SafeSearch:
    case Reason::Rebinding:
    case Reason::Undecidable:
    case Reason::NoRuleMatched: break;
  }
  return words.closed_title;
}

// "https://www.help.example/chat" -> "help.example": short, and different from line to line.
std::string_view site_of_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  if (url.starts_with("www.")) url.remove_prefix(4);
  return url.substr(0, url.find('/'));
}

// Writes one block page.
class BlockPageWriter {
 public:
  BlockPageWriter(const Site& site, const BlockFacts& facts, const PageWords& words)
      : site_(site), facts_(facts), words_(words), guardian_(site.guardian(words)) {}

  std::string write(std::string_view asker) {
    main_.raw("<p class=\"lead\">");
    main_.text(facts_.host.empty() ? words_.what_page
                                   : fill(words_.what_site, {{"host", facts_.host}}));
    main_.raw("</p>\n");
    // Who is in need must not look for it below a button.
    if (facts_.shows_help) add_help();
    add_why();
    add_who_and_when();
    if (!site_.config().page.listen.empty() && facts_.ask_for != AskFor::Nothing) add_ask(asker);
    return document(site_, words_, heading_of(facts_, words_), std::move(main_), true);
  }

 private:
  std::string said(std::string_view sentence) const {
    return fill(sentence, {{"guardian", guardian_}, {"service", service_name()}});
  }
  std::string_view service_name() const { return site_.service_name(facts_.service, words_); }

  std::string why() const {
    // A sensitive category is not named, nor is a service or list that would name it; a reason that
    // is about time says nothing of the site.
    const bool tells_of_site = !is_about_time(facts_.reason) && facts_.reason != Reason::Locked;
    if (facts_.is_private && tells_of_site) return words_.why_private;
    switch (facts_.reason) {
      case Reason::Locked: return words_.why_locked;
      case Reason::Paused: return said(words_.why_paused);
      case Reason::Focus: return words_.why_focus;
      case Reason::Bedtime: return words_.why_bedtime;
      case Reason::QuotaUsed:
        return facts_.service.empty() ? words_.why_quota : said(words_.why_quota_service);
      case Reason::DeniedByGuardian: return said(words_.why_denied);
      case Reason::Bypass: return words_.why_bypass;
      case Reason::ServiceBlocked: return said(words_.why_service);
      case Reason::Pattern: return facts_.is_search ? words_.why_search : words_.why_words;
      case Reason::UnknownBlocked: return words_.why_unknown;
      case Reason::Rebinding: return words_.why_rebinding;
      case Reason::Undecidable: return words_.why_undecidable;
      // Those that never block stand with the category's plain sentence.
      case Reason::Category:
      case Reason::House:
      case Reason::Help:
      case Reason::Granted:
      case Reason::AllowedByGuardian:
      case Reason::ServiceAllowed:
      case Reason::SafeSearch:
      case Reason::NoRuleMatched: break;
    }
    const std::string_view sentence = site_.category_sentence(facts_.category, words_);
    return sentence.empty() ? words_.why_category : std::string(sentence);
  }

  void add_why() {
    main_.raw("<section>\n").element("h2", words_.why_heading).element("p", why());
    const std::string_view category = site_.category_name(facts_.category, words_);
    if (!category.empty()) {
      main_.raw("<p class=\"soft\">");
      main_.text(fill(words_.kind_of_page, {{"category", category}})).raw("</p>\n");
    }
    main_.element("p", words_.no_blame).raw("</section>\n");
  }

  void add_who_and_when() {
    const bool is_locked = facts_.reason == Reason::Locked;
    main_.raw("<section>\n").element("h2", words_.who_heading);
    main_.element("p", is_locked ? words_.who_nobody : said(words_.who_guardian));
    if (!is_locked) {
      main_.element("h2", words_.when_heading);
      main_.element("p",
                    facts_.opens ? opens_text(*facts_.opens, words_) : said(words_.when_asked));
    }
    main_.raw("</section>\n");
  }

  void add_ask(std::string_view asker) {
    const bool is_time = facts_.ask_for == AskFor::Time;
    // A question for time names no site.
    const std::string subject = to_text(AskSubject{.what = facts_.ask_for,
                                                   .reason = facts_.reason,
                                                   .category = facts_.category,
                                                   .host = is_time ? std::string() : facts_.host});
    main_.raw("<section>\n").element("h2", words_.ask_heading);
    main_.element("p", said(is_time ? words_.ask_time_note : words_.ask_site_note));
    main_.raw("<form method=\"post\" action=\"").text(site_.url()).raw("/ask\">\n");
    main_.raw("<input type=\"hidden\" name=\"subject\" value=\"").text(subject).raw("\">\n");
    main_.raw("<input type=\"hidden\" name=\"token\" value=\"");
    main_.text(ask_token(site_.key(), asker, subject, facts_.now)).raw("\">\n");
    main_.element("button", said(is_time ? words_.ask_time_button : words_.ask_site_button));
    main_.raw("</form>\n</section>\n");
  }

  void add_help() {
    main_.raw("<section>\n").element("h2", words_.help_heading).element("p", words_.help_text);
    main_.raw("<ul>\n");
    for (const config::HelpLine* const line : site_.help_lines()) add_help_line(*line);
    main_.raw("</ul>\n").element("p", words_.help_scared).raw("</section>\n");
  }

  void add_help_line(const config::HelpLine& line) {
    const std::string_view name = Site::text(line.name, words_);
    main_.raw("<li>").element("b", name);
    if (!line.phone.empty()) {
      std::string number;
      for (const char c : line.phone) {
        if ((c >= '0' && c <= '9') || c == '+') number += c;
      }
      main_.link("tel:" + number, fill(words_.help_call, {{"phone", line.phone}})).raw("\n");
    }
    if (!line.url.empty()) {
      main_.link(line.url, fill(words_.help_visit, {{"name", site_of_url(line.url)}}));
    }
    main_.raw("</li>\n");
  }

  const Site& site_;
  const BlockFacts& facts_;
  const PageWords& words_;
  std::string_view guardian_;
  Html main_;
};

// Where a link to the host leads: plain HTTP, as it came to us.
std::string url_of(std::string_view host) {
  const auto address = IpAddress::from_text(host);
  return address && !address->is_v4() ? fmt::format("http://[{}]/", host)
                                      : fmt::format("http://{}/", host);
}

std::string lead(std::string_view words) {
  return "<p class=\"lead\">" + escaped(words) + "</p>\n";
}

}  // namespace

Page block_page(const Site& site, const BlockFacts& facts, std::string_view asker,
                std::string_view accept_language) {
  const PageWords& words = site.words(accept_language);
  const int status = facts.reason == Reason::Locked ? kUnavailableForLegalReasons : kForbidden;
  return {status, BlockPageWriter(site, facts, words).write(asker)};
}

Page opened_page(const Site& site, std::string_view host, std::string_view accept_language) {
  const PageWords& words = site.words(accept_language);
  Html main;
  main.raw(lead(fill(words.opened_text, {{"host", host}})));
  main.raw("<section>\n<p>").link(url_of(host), fill(words.opened_link, {{"host", host}}));
  main.raw("</p>\n").element("p", words.opened_wait).raw("</section>\n");
  return {kServiceUnavailable, document(site, words, words.opened_title, std::move(main), true)};
}

Page asked_page(const Site& site, Asked asked, std::string_view host,
                std::string_view accept_language) {
  const PageWords& words = site.words(accept_language);
  const auto sentence = [&]() -> std::pair<int, std::string_view> {
    switch (asked) {
      case Asked::Kept: return {200, words.asked_text};
      case Asked::Before: return {200, words.asked_before};
      case Asked::TooOften: return {kTooManyRequests, words.asked_too_often};
      case Asked::Old: return {kForbidden, words.asked_old};
      case Asked::OpenNow: return {200, words.asked_open};
      case Asked::NotKept: return {kInternalServerError, words.asked_not_kept};
    }
    return {kForbidden, words.asked_old};
  };
  const auto [status, text] = sentence();
  Html main;
  main.raw("<section>\n");
  main.element("p", fill(text, {{"guardian", site.guardian(words)}}));
  if (!host.empty()) main.raw("<p>").link(url_of(host), words.back_link).raw("</p>\n");
  main.raw("</section>\n");
  const std::string_view heading =
      asked == Asked::Old || asked == Asked::NotKept ? words.ask_heading : words.asked_title;
  return {status, document(site, words, heading, std::move(main), true)};
}

Page not_found_page(const Site& site, std::string_view accept_language) {
  const PageWords& words = site.words(accept_language);
  Html main;
  main.raw(lead(words.not_found_text));
  return {kNotFound, document(site, words, words.not_found_title, std::move(main), true)};
}

}  // namespace haetae::page
