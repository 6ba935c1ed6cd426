#pragma once

#include <array>
#include <string>

namespace haetae::config {

// All that the block page and a device's own page say in one language: rules/page/LANG.yaml. What
// stands in braces is filled in; rules_page.cc says for each text what may stand there.
struct PageWords {
  std::string tag;  // of the language, as HTML takes it (BCP 47): "zh-Hans"

  // What happened: the page's heading, and a sentence below it.
  std::string closed_title, closed_locked_title, bedtime_title, paused_title, focus_title,
      quota_title;
  std::string what_site, what_page;

  // Why: one for each reason that blocks.
  std::string why_heading;
  std::string why_locked, why_paused, why_focus, why_bedtime, why_quota, why_quota_service,
      why_denied, why_bypass, why_service, why_category, why_words, why_search, why_unknown,
      why_rebinding, why_undecidable, why_private;
  std::string kind_of_page;
  std::string no_blame;

  // Who can change it, and until when.
  std::string who_heading, who_guardian, who_nobody;
  std::string guardian_home, guardian_school, guardian_isp;
  std::string when_heading, when_today, when_tomorrow, when_day, when_date, when_asked;
  std::array<std::string, 7> weekdays;  // Monday first

  // Asking.
  std::string ask_heading, ask_site_note, ask_time_note, ask_site_button, ask_time_button;
  std::string asked_title, asked_text, asked_before, asked_too_often, asked_old, asked_open,
      asked_not_kept;
  std::string back_link;

  // People to talk to.
  std::string help_heading, help_text, help_scared, help_call, help_visit;

  // A site that is open meanwhile.
  std::string opened_title, opened_text, opened_wait, opened_link;

  // The device's own page.
  std::string own_title, own_link;
  std::string own_device, own_device_unknown, own_address, own_filtered, own_unfiltered,
      own_watched;
  std::string now_heading, now_open, now_paused, now_focus, now_bedtime, now_quota, bedtime_begins,
      bedtime_none, until_time, until_unknown;
  std::string recent_heading, recent_none, recent_not_kept, recent_private;
  std::string rules_heading, rule_categories, rule_services_closed, rule_services_open, rule_denied,
      rule_allowed, rule_safe_search, rule_youtube, rule_bypass, rule_unknown, rule_nothing;
  std::string record_heading, record_none, record_counters, record_blocked, record_all,
      record_never;

  // Reasons in a few words, for lists.
  std::string short_time, short_denied, short_service, short_words, short_unknown, short_other;

  // Other ends of our own listener.
  std::string not_found_title, not_found_text;
  std::string footer;
};

}  // namespace haetae::config
