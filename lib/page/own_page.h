#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "page/block_page.h"
#include "page/recent.h"
#include "page/site.h"
#include "policy/policy.h"
#include "policy/standing.h"

namespace haetae::page {

// What http://haetae.internal tells a device of itself, and of nobody else.
struct OwnFacts {
  std::string device;  // empty: nobody gave it a name
  std::string address;
  std::string profile;
  bool is_filtered = true;
  bool is_watched = false;  // mode watch: nothing is closed

  std::optional<policy::Reason> stopped;  // pause, focus, bedtime, quota: holds now
  std::optional<When> stopped_until;      // none: no end is known
  std::optional<When> bedtime_begins;     // within a day
  milliseconds until_bedtime{0};          // with bedtime_begins

  bool is_list_kept = false;  // recent blocks, by the log level
  std::vector<RecentBlock> recent;

  policy::LogLevel log = policy::LogLevel::None;
  std::string log_reason;

  std::vector<std::string> closed_categories;               // ids
  std::vector<std::string> closed_services, open_services;  // ids
  std::vector<std::string> denied, allowed;                 // sites, as people read them
  bool safe_search = false, youtube = false, bypass_closed = false, unknown_closed = false;
};

// Who asks, when, and what was closed for it.
struct OwnPageAsker {
  policy::Identity who;
  IpAddress address;
  Time now;
  std::vector<RecentBlock> recent;
};
// Sites and categories that nobody is to be told of are left out.
OwnFacts own_facts(const Site& site, const policy::Policy& policy, const policy::Standing& standing,
                   OwnPageAsker asker);

Page own_page(const Site& site, const OwnFacts& facts, const policy::TimeZone& zone, Time now,
              std::string_view accept_language);

}  // namespace haetae::page
