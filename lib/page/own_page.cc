#include "page/own_page.h"

#include "page/layout.h"

namespace haetae::page {
namespace {

using config::PageWords;
using policy::LogLevel;
using policy::Reason;

// Writes the page of one device.
class OwnPageWriter {
 public:
  OwnPageWriter(const Site& site, const OwnFacts& facts, const PageWords& words)
      : site_(site), facts_(facts), words_(words), guardian_(site.guardian(words)) {}

  std::string write(const policy::TimeZone& zone, Time now) {
    add_who();
    add_time();
    add_recent(zone, now);
    add_rules();
    add_record();
    return document(site_, words_, words_.own_title, std::move(main_), false);
  }

 private:
  void open(std::string_view heading) { main_.raw("<section>\n").element("h2", heading); }
  void close() { main_.raw("</section>\n"); }
  void say(std::string_view words) { main_.element("p", words); }
  std::string said(std::string_view sentence) const {
    return fill(sentence, {{"guardian", guardian_}});
  }

  void add_who() {
    main_.raw("<section>\n");
    std::string_view state = words_.own_filtered;
    if (facts_.is_watched) state = words_.own_watched;
    if (!facts_.is_filtered) state = words_.own_unfiltered;
    say(fill(state, {{"profile", facts_.profile}}));
    say(facts_.device.empty() ? words_.own_device_unknown
                              : fill(words_.own_device, {{"device", facts_.device}}));
    if (facts_.device.empty()) say(fill(words_.own_address, {{"address", facts_.address}}));
    close();
  }

  std::string_view now_sentence() const {
    if (!facts_.stopped) return words_.now_open;
    if (*facts_.stopped == Reason::Paused) return words_.now_paused;
    if (*facts_.stopped == Reason::Focus) return words_.now_focus;
    return *facts_.stopped == Reason::Bedtime ? words_.now_bedtime : words_.now_quota;
  }

  void add_time() {
    open(words_.now_heading);
    say(now_sentence());
    if (facts_.stopped_until) {
      say(fill(words_.until_time, {{"time", moment_text(*facts_.stopped_until, words_)}}));
    } else if (facts_.stopped) {
      say(said(words_.until_unknown));
    }
    if (facts_.bedtime_begins) {
      say(fill(words_.bedtime_begins, {{"time", moment_text(*facts_.bedtime_begins, words_)},
                                       {"left", length_text(facts_.until_bedtime)}}));
    } else if (!facts_.stopped) {
      say(words_.bedtime_none);
    }
    close();
  }

  std::string_view short_reason(const RecentBlock& block) const {
    if (is_about_time(block.reason)) return words_.short_time;
    const std::string_view category = site_.category_name(block.category, words_);
    if (!category.empty()) return category;
    if (block.reason == Reason::DeniedByGuardian) return words_.short_denied;
    if (block.reason == Reason::ServiceBlocked) return words_.short_service;
    if (block.reason == Reason::Pattern) return words_.short_words;
    return block.reason == Reason::UnknownBlocked ? words_.short_unknown : words_.short_other;
  }

  void add_recent(const policy::TimeZone& zone, Time now) {
    open(words_.recent_heading);
    if (!facts_.is_list_kept) {
      say(words_.recent_not_kept);
    } else if (facts_.recent.empty()) {
      say(words_.recent_none);
    } else {
      main_.raw("<ul>\n");
      for (const RecentBlock& block : facts_.recent) {
        main_.raw("<li><time>").text(moment_text(when_of(block.when, now, zone), words_));
        main_.raw("</time>").text(block.host).raw(" <span class=\"soft\">(");
        main_.text(short_reason(block)).raw(")</span></li>\n");
      }
      main_.raw("</ul>\n");
    }
    if (facts_.is_list_kept) say(words_.recent_private);
    close();
  }

  // Names of an enumeration, with commas; at most one line of the page.
  template <typename Name>
  static std::string joined(const std::vector<std::string>& items, const Name& name) {
    std::string all;
    for (const std::string& item : items) {
      const std::string_view words = name(item);
      if (words.empty()) continue;
      if (!all.empty()) all += ", ";
      all += words;
    }
    return all;
  }

  // False: there is nothing to name.
  bool say_rule(std::string_view sentence, const std::string& list) {
    if (list.empty()) return false;
    main_.raw("<li>").text(fill(sentence, {{"guardian", guardian_}, {"list", list}}));
    main_.raw("</li>\n");
    return true;
  }
  bool say_rule(bool holds, std::string_view sentence) {
    if (holds) main_.raw("<li>").text(sentence).raw("</li>\n");
    return holds;
  }

  void add_rules() {
    open(words_.rules_heading);
    main_.raw("<ul>\n");
    const auto category = [this](const std::string& id) { return site_.category_name(id, words_); };
    const auto service = [this](const std::string& id) { return site_.service_name(id, words_); };
    const auto itself = [](const std::string& name) { return std::string_view(name); };
    bool any = say_rule(words_.rule_categories, joined(facts_.closed_categories, category));
    any |= say_rule(words_.rule_services_closed, joined(facts_.closed_services, service));
    any |= say_rule(words_.rule_services_open, joined(facts_.open_services, service));
    any |= say_rule(words_.rule_denied, joined(facts_.denied, itself));
    any |= say_rule(words_.rule_allowed, joined(facts_.allowed, itself));
    any |= say_rule(facts_.safe_search, words_.rule_safe_search);
    any |= say_rule(facts_.youtube, words_.rule_youtube);
    any |= say_rule(facts_.bypass_closed, words_.rule_bypass);
    any |= say_rule(facts_.unknown_closed, words_.rule_unknown);
    say_rule(!any, words_.rule_nothing);
    main_.raw("</ul>\n");
    close();
  }

  void add_record() {
    open(words_.record_heading);
    switch (facts_.log) {
      case LogLevel::None: say(words_.record_none); break;
      case LogLevel::Counters: say(words_.record_counters); break;
      case LogLevel::Blocked: say(said(words_.record_blocked)); break;
      case LogLevel::All:
        say(fill(words_.record_all, {{"guardian", guardian_}, {"reason", facts_.log_reason}}));
        break;
    }
    say(words_.record_never);
    close();
  }

  const Site& site_;
  const OwnFacts& facts_;
  const PageWords& words_;
  std::string_view guardian_;
  Html main_;
};

}  // namespace

Page own_page(const Site& site, const OwnFacts& facts, const policy::TimeZone& zone, Time now,
              std::string_view accept_language) {
  const PageWords& words = site.words(accept_language);
  return {200, OwnPageWriter(site, facts, words).write(zone, now)};
}

}  // namespace haetae::page
