#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "base/time.h"
#include "list/pattern.h"
#include "policy/ids.h"

namespace haetae::policy {

enum class Action : std::uint8_t { Allow, Block, Rewrite };

// Why. One sentence each in verdict.cc; the order is that of DESIGN's list of reasons.
enum class Reason : std::uint8_t {
  Locked,
  House,
  Help,
  Paused,
  Focus,
  Bedtime,
  QuotaUsed,
  Granted,
  AllowedByGuardian,
  DeniedByGuardian,
  Bypass,
  ServiceBlocked,
  ServiceAllowed,
  Category,
  Pattern,
  UnknownBlocked,
  SafeSearch,
  Rebinding,
  Undecidable,
  NoRuleMatched,
};
inline constexpr std::size_t kReasonsCount = static_cast<std::size_t>(Reason::NoRuleMatched) + 1;

// What kind of rule decided, hence how Verdict::source is read.
enum class RuleKind : std::uint8_t {
  None,       // a schedule, a pause, a grant, a default: no rule of names
  List,       // source: ListId; describe() finds the rule, which needs another look at the lists
  WellKnown,  // a name of the configuration or of rules/: source: ServiceId, EngineId or kNone
  Pattern,    // source: place in the pattern set of Verdict::text
  Phrase,     // of a page: source: place in Policy::phrases()
  SelfLabel,  // what a page calls itself: source: policy::SelfLabel
};

// How far an Allow reaches into its answer: what the name's own verdict settles for the names and
// addresses that it leads through (Kind::DnsAnswer). Each holds all that stands before it.
enum class Reach : std::uint8_t {
  Nothing,
  Patterns,    // a list of good sites holds the name: nobody guesses about its servers
  Categories,  // an exception for the whole site
  Services,    // a service that the guardian allowed
  Guardian,    // the guardian's own allow or grant, or a name of the house: all but Locked
  Help,        // a help line: all
};

// A guardian's "yes" is real within 2 s: no block answer is remembered for longer.
inline constexpr std::uint32_t kBlockTtlSeconds = 2;
// Names under a quota or a grant: what was allowed ends within a minute of its end.
inline constexpr std::uint32_t kShortTtlSeconds = 60;

// The answer of decide(). Small and trivially copyable; texts are looked up only when somebody
// reads it (policy/describe.h).
struct Verdict {
  Action action = Action::Allow;
  Reason reason = Reason::NoRuleMatched;
  RuleKind rule_kind = RuleKind::None;
  // WellKnown: the label of the judged name at which the deciding rule's name starts; with
  // rule_exact it matched that name alone.
  std::uint8_t rule_label = 0;
  bool rule_exact = false;
  list::PatternText text = list::PatternText::Host;  // Pattern: what was looked at
  // Mode watch: it would have been Block for this reason, but the request goes through. A Rewrite
  // that is watched keeps that reason too.
  bool watched = false;
  // shape(): ECH parameters are stripped from HTTPS and SVCB answers (DESIGN, section 4).
  bool strip_ech = false;
  Reach reach = Reach::Nothing;
  CategoryId category = kNoCategory;
  std::uint16_t source = kNone;
  // What the child searches for, or the page that it reads, calls for help of this category,
  // whatever the verdict: show it. Never told to anybody else (event::is_kept).
  CategoryId help = kNoCategory;
  // Action Rewrite: the place of the safe-search target in Policy::rewrites.
  std::uint16_t rewrite = kNone;
  // An answer lives no longer than this, whatever its TTL says: kBlockTtlSeconds for a Block,
  // kShortTtlSeconds under a quota or grant, and never past valid_until.
  std::uint32_t ttl_max_seconds = 0xffffffff;
  // When a schedule, quota or grant edge may change this verdict.
  Time valid_until = kNever;
};
static_assert(std::is_trivially_copyable_v<Verdict> && sizeof(Verdict) <= 40);

// The texts that stay: "allow", "block", "rewrite"; "locked", "quota_used", ….
std::string_view to_text(Action action) noexcept;
std::string_view to_text(Reason reason) noexcept;
// One English sentence for a parent: "The site is in a category that this profile blocks."
std::string_view sentence(Reason reason) noexcept;

}  // namespace haetae::policy
