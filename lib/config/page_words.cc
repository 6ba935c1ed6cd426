// The keys of rules/page/LANG.yaml, a row a key.
#include "config/page_words.h"

#include <algorithm>
#include <vector>

#include "config/rules_tables.h"
#include "config/types.h"

namespace haetae::config {
namespace {

// A sentence in which only these may stand in braces.
Type<std::string> sentence(std::vector<std::string> places = {}) {
  return {"text", [places = std::move(places)](const Value& value, std::string& out) {
            text().read(value, out);
            for (std::size_t at = out.find_first_of("{}"); at != std::string::npos;
                 at = out.find_first_of("{}", at + 1)) {
              const std::size_t end = out.find('}', at);
              const std::string place =
                  end == std::string::npos ? "" : out.substr(at + 1, end - at - 1);
              if (out[at] != '{' || std::ranges::find(places, place) == places.end()) {
                std::string known;
                for (const std::string& one : places) known += " {" + one + "}";
                return value.fault("what stands in braces here means nothing",
                                   known.empty() ? "write the sentence without braces"
                                                 : "only these may stand here:" + known);
              }
              at = end;
            }
          }};
}

Type<std::array<std::string, 7>> weekdays_text() {
  return {"seven words", [](const Value& value, std::array<std::string, 7>& out) {
            if (value.node.kind != Node::Kind::List || value.node.items.size() != out.size()) {
              return value.fault("seven words are wanted here", "start with Monday");
            }
            for (std::size_t i = 0; i < out.size(); ++i) sentence().read(value.at(i), out[i]);
          }};
}

using Rows = std::vector<Row<PageWords>>;

void add(Rows& rows, std::string_view key, std::string PageWords::* field, std::string_view help,
         std::vector<std::string> places = {}) {
  rows.push_back(row(key, field, sentence(std::move(places)), kRequired, help));
}

void add_block_page(Rows& rows) {
  using W = PageWords;
  add(rows, "closed_title", &W::closed_title, "Heading: a site is closed.");
  add(rows, "closed_locked_title", &W::closed_locked_title, "Heading: the law closes it.");
  add(rows, "bedtime_title", &W::bedtime_title, "Heading at bedtime.");
  add(rows, "paused_title", &W::paused_title, "Heading while paused.");
  add(rows, "focus_title", &W::focus_title, "Heading in focus time.");
  add(rows, "quota_title", &W::quota_title, "Heading when the time is used up.");
  add(rows, "what_site", &W::what_site, "What happened.", {"host"});
  add(rows, "what_page", &W::what_page, "What happened, where the site stays private.");
  add(rows, "why_heading", &W::why_heading, "Heading of the reason.");
  add(rows, "why_locked", &W::why_locked, "The law closes it.");
  add(rows, "why_paused", &W::why_paused, "Paused by hand.", {"guardian"});
  add(rows, "why_focus", &W::why_focus, "Focus or exam.");
  add(rows, "why_bedtime", &W::why_bedtime, "Bedtime.");
  add(rows, "why_quota", &W::why_quota, "The day's minutes are used up.");
  add(rows, "why_quota_service", &W::why_quota_service, "Those of one app are.", {"service"});
  add(rows, "why_denied", &W::why_denied, "The guardian's own list.", {"guardian"});
  add(rows, "why_bypass", &W::why_bypass, "A way round the filter.");
  add(rows, "why_service", &W::why_service, "An app or site is closed.", {"service"});
  add(rows, "why_category", &W::why_category, "A kind of site that is closed.");
  add(rows, "why_words", &W::why_words, "Words of its name or page.");
  add(rows, "why_search", &W::why_search, "Words that were searched for.");
  add(rows, "why_unknown", &W::why_unknown, "Nobody has looked at the site.");
  add(rows, "why_rebinding", &W::why_rebinding, "It would open devices of the house.");
  add(rows, "why_undecidable", &W::why_undecidable, "It hides what it wants.");
  add(rows, "why_private", &W::why_private, "A sensitive category, which is not named.");
  add(rows, "kind_of_page", &W::kind_of_page, "Names the kind of site.", {"category"});
  add(rows, "no_blame", &W::no_blame, "Nobody is to blame.");
  add(rows, "who_heading", &W::who_heading, "Heading: who can change it.");
  add(rows, "who_guardian", &W::who_guardian, "Who can change it.", {"guardian"});
  add(rows, "who_nobody", &W::who_nobody, "The law closes it: nobody here can.");
  add(rows, "guardian_home", &W::guardian_home, "Who decides at home.");
  add(rows, "guardian_school", &W::guardian_school, "Who decides at school.");
  add(rows, "guardian_isp", &W::guardian_isp, "Who decides where a provider filters.");
  add(rows, "when_heading", &W::when_heading, "Heading: until when.");
  add(rows, "when_today", &W::when_today, "Opens later today.", {"time"});
  add(rows, "when_tomorrow", &W::when_tomorrow, "Opens tomorrow.", {"time"});
  add(rows, "when_day", &W::when_day, "Opens within a week.", {"weekday", "time"});
  add(rows, "when_date", &W::when_date, "Opens later.", {"date", "time"});
  add(rows, "when_asked", &W::when_asked, "Closed until somebody opens it.", {"guardian"});
  rows.push_back(row("weekdays", &W::weekdays, weekdays_text(), kRequired, "Monday first."));
}

void add_asking(Rows& rows) {
  using W = PageWords;
  add(rows, "ask_heading", &W::ask_heading, "Heading of the button.");
  add(rows, "ask_site_note", &W::ask_site_note, "What is told of who asks for a site.",
      {"guardian"});
  add(rows, "ask_time_note", &W::ask_time_note, "What is told of who asks for time.", {"guardian"});
  add(rows, "ask_site_button", &W::ask_site_button, "The button for a site.", {"guardian"});
  add(rows, "ask_time_button", &W::ask_time_button, "The button for time.");
  add(rows, "asked_title", &W::asked_title, "Heading after asking.");
  add(rows, "asked_text", &W::asked_text, "What happens now.", {"guardian"});
  add(rows, "asked_before", &W::asked_before, "The same was asked a moment ago.", {"guardian"});
  add(rows, "asked_too_often", &W::asked_too_often, "Too many questions in an hour.");
  add(rows, "asked_old", &W::asked_old, "The button is too old, or somebody else's.");
  add(rows, "asked_open", &W::asked_open, "It is open meanwhile.");
  add(rows, "asked_not_kept", &W::asked_not_kept, "It could not be written down.", {"guardian"});
  add(rows, "back_link", &W::back_link, "Leads back to the page that was asked for.");
  add(rows, "help_heading", &W::help_heading, "Heading of people to talk to.");
  add(rows, "help_text", &W::help_text, "Who they are.");
  add(rows, "help_scared", &W::help_scared, "A word for who was scared.");
  add(rows, "help_call", &W::help_call, "Leads to the number.", {"phone"});
  add(rows, "help_visit", &W::help_visit, "Leads to their page.", {"name"});
  add(rows, "opened_title", &W::opened_title, "Heading: it is open meanwhile.");
  add(rows, "opened_text", &W::opened_text, "It is open meanwhile.", {"host"});
  add(rows, "opened_wait", &W::opened_wait, "What to do if it does not open yet.");
  add(rows, "opened_link", &W::opened_link, "Leads there.", {"host"});
}

void add_own_page(Rows& rows) {
  using W = PageWords;
  add(rows, "own_title", &W::own_title, "Heading of the device's own page.");
  add(rows, "own_link", &W::own_link, "Leads to it.");
  add(rows, "own_device", &W::own_device, "Which device this is.", {"device"});
  add(rows, "own_device_unknown", &W::own_device_unknown, "The device has no name here.");
  add(rows, "own_address", &W::own_address, "Its address, to tell who sets it up.", {"address"});
  add(rows, "own_filtered", &W::own_filtered, "It is filtered.", {"profile"});
  add(rows, "own_unfiltered", &W::own_unfiltered, "It is not filtered.", {"profile"});
  add(rows, "own_watched", &W::own_watched, "Mode watch.", {"profile"});
  add(rows, "now_heading", &W::now_heading, "Heading of the time.");
  add(rows, "now_open", &W::now_open, "The internet is on.");
  add(rows, "now_paused", &W::now_paused, "It is paused.");
  add(rows, "now_focus", &W::now_focus, "It is focus time.");
  add(rows, "now_bedtime", &W::now_bedtime, "It is bedtime.");
  add(rows, "now_quota", &W::now_quota, "The time is used up.");
  add(rows, "bedtime_begins", &W::bedtime_begins, "When bedtime begins.", {"time", "left"});
  add(rows, "bedtime_none", &W::bedtime_none, "No bedtime today.");
  add(rows, "until_time", &W::until_time, "When it ends.", {"time"});
  add(rows, "until_unknown", &W::until_unknown, "It has no end yet.", {"guardian"});
  add(rows, "recent_heading", &W::recent_heading, "Heading of what was closed just now.");
  add(rows, "recent_none", &W::recent_none, "Nothing was.");
  add(rows, "recent_not_kept", &W::recent_not_kept, "The log level keeps no list.");
  add(rows, "recent_private", &W::recent_private, "Some things never stand in the list.");
  add(rows, "rules_heading", &W::rules_heading, "Heading of the rules.");
  add(rows, "rule_categories", &W::rule_categories, "Kinds of sites that are closed.", {"list"});
  add(rows, "rule_services_closed", &W::rule_services_closed, "Apps that are closed.", {"list"});
  add(rows, "rule_services_open", &W::rule_services_open, "Apps that are open.", {"list"});
  add(rows, "rule_denied", &W::rule_denied, "Sites that a guardian closed.", {"guardian", "list"});
  add(rows, "rule_allowed", &W::rule_allowed, "Sites that are open.", {"guardian", "list"});
  add(rows, "rule_safe_search", &W::rule_safe_search, "Safe search is on.");
  add(rows, "rule_youtube", &W::rule_youtube, "YouTube's restricted mode is on.");
  add(rows, "rule_bypass", &W::rule_bypass, "Ways round the filter are closed.");
  add(rows, "rule_unknown", &W::rule_unknown, "Unknown sites are closed.");
  add(rows, "rule_nothing", &W::rule_nothing, "There are no rules.");
  add(rows, "record_heading", &W::record_heading, "Heading of what is written down.");
  add(rows, "record_none", &W::record_none, "Log level none.");
  add(rows, "record_counters", &W::record_counters, "Log level counters.");
  add(rows, "record_blocked", &W::record_blocked, "Log level blocked.", {"guardian"});
  add(rows, "record_all", &W::record_all, "Log level all, and its reason.", {"guardian", "reason"});
  add(rows, "record_never", &W::record_never, "What is never written down.");
  add(rows, "short_time", &W::short_time, "In a list: pause, focus, bedtime, quota.");
  add(rows, "short_denied", &W::short_denied, "In a list: a guardian closed it.");
  add(rows, "short_service", &W::short_service, "In a list: an app is closed.");
  add(rows, "short_words", &W::short_words, "In a list: its words.");
  add(rows, "short_unknown", &W::short_unknown, "In a list: nobody has looked at it.");
  add(rows, "short_other", &W::short_other, "In a list: another reason.");
  add(rows, "not_found_title", &W::not_found_title, "Heading: there is no such page.");
  add(rows, "not_found_text", &W::not_found_text, "There is no such page.");
  add(rows, "footer", &W::footer, "At the foot of every page.", {"site"});
}

}  // namespace

const Table<PageWords>& page_words_table() {
  static const Table<PageWords> table = [] {
    Table<PageWords> all;
    all.rows.push_back(row("tag", &PageWords::tag, language_tag(), kRequired,
                           "The language as HTML writes it (BCP 47), as zh-Hans."));
    add_block_page(all.rows);
    add_asking(all.rows);
    add_own_page(all.rows);
    return all;
  }();
  return table;
}

}  // namespace haetae::config
