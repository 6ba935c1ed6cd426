#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "page/ask_subject.h"
#include "page/when.h"
#include "policy/decide.h"
#include "policy/policy.h"
#include "policy/request.h"
#include "policy/standing.h"
#include "policy/verdict.h"

namespace haetae::page {

// A request that decide() blocked. All borrowed.
struct Blocked {
  const policy::Policy& policy;
  const policy::Standing& standing;
  const policy::Request& request;
  const policy::Verdict& verdict;
};

// What a block page tells, and nothing that it must not: where the site, or what decided, stands in
// a sensitive category, host and category are empty and `is_private` is set.
struct BlockFacts {
  Time now;
  policy::Reason reason = policy::Reason::NoRuleMatched;
  bool is_private = false;
  bool is_search = false;     // words that were searched for decided
  std::string host;           // as people read it: "www.site.example"; empty: not told
  std::string category;       // id; empty: none, or not told
  std::string service;        // id; empty: none
  std::optional<When> opens;  // the first moment at which it would go through
  bool shows_help = false;    // help lines stand on the page
  AskFor ask_for = AskFor::Nothing;
};

// scratch: of blocked.policy. Asks decide() again at the moments at which the verdict may change,
// limits::kOpeningEdgesMax of them at most: for pages, not for the hot path.
BlockFacts block_facts(const Blocked& blocked, policy::Scratch& scratch);

// A reason that is about time, whatever was asked for.
bool is_about_time(policy::Reason reason) noexcept;

}  // namespace haetae::page
