#pragma once

#include <array>
#include <memory>
#include <vector>

#include "base/address.h"
#include "base/name_hash.h"
#include "policy/policy.h"
#include "policy/request.h"
#include "policy/standing.h"
#include "policy/verdict.h"

namespace haetae::policy {

// Until the clock shows a time after this was written it is not believed (a board without a battery
// starts in 1970 or in the year of its firmware): schedules and pauses then take the stricter side.
inline constexpr Time kClockCredibleFrom =
    std::chrono::sys_days{std::chrono::year{2024} / std::chrono::January / 1};

// One worker's working memory for decisions. Made for one Policy; make a new one when the policy's
// generation changes.
class Scratch {
 public:
  explicit Scratch(const Policy& policy);
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;
  ~Scratch();

  // Looks the name up in image, delta and well-known names. Hot path; the pattern score is left for
  // decide(), which asks for it only where it matters.
  NameFacts look_up(const Policy& policy, const Name& name) noexcept;
  // The same where the hashes (made with policy.names.image().key()) are at hand.
  NameFacts look_up(const Policy& policy, const NameHashes& hashes) noexcept;
  // Starts loading what look_up() will read of a name; for batches.
  void prefetch(const Policy& policy, const Name& name) noexcept;
  // Of an address, what the lists say.
  NameFacts look_up(const Policy& policy, const IpAddress& address) const noexcept;
  // Of what the request names; nothing for one that names nothing.
  NameFacts look_up(const Policy& policy, const Request& request) noexcept;

 private:
  friend class Decider;
  // What a schedule said last, and the time from which it holds: until its next edge the common
  // query compares two times.
  struct KnownState {
    Time since = kNever;
    ScheduleState state;
  };
  struct ProfileStates {
    KnownState bedtime;
    KnownState focus;
    std::vector<KnownState> hours;  // by ServiceId; empty where no service has hours
  };

  // By PatternText; null where there are no patterns.
  std::array<std::unique_ptr<list::PatternScratch>, list::kPatternTextsCount> patterns_;
  std::vector<ProfileStates> states_;  // by ProfileId
  NameHashes hashes_;
};

// The product. The only place where it is decided what a child may reach: DNS, gate, proxy, tap,
// `explain` and the dashboard all ask here. First match wins, in the order of docs/ARCHITECTURE.md;
// then shape() adds the duties of an Allow. The verdict stays the same until its valid_until, as
// long as Policy and Standing do.
// facts: of the request's name or address under this policy's generation; score is filled in if
// decide() needed it.
Verdict decide(const Policy& policy, const Standing& standing, const Request& request,
               NameFacts& facts, Scratch& scratch) noexcept;

// decide() with the facts looked up on the spot.
Verdict decide(const Policy& policy, const Standing& standing, const Request& request,
               Scratch& scratch) noexcept;

// The verdict on what cannot be decided (hidden name, malformed request): the profile's word.
Verdict undecidable(const Policy& policy, const Standing& standing,
                    const Request& request) noexcept;

// The verdict on the profile's being online at all: a Block while pause, bedtime, a used-up total
// quota or a focus that leaves nothing open stops whatever it asks for. What decide() lets through
// even then (house, help, grants of a name) is not asked here. Holds until its valid_until.
Verdict presence(const Policy& policy, const Standing& standing, ProfileId profile,
                 Time now) noexcept;

// Whether a clock is set by this name. While the clock is not credible, nothing that asks the time
// (signatures, certificates) may stand in such a name's way.
bool is_time_sync(const Policy& policy, const NameFacts& facts) noexcept;

// True if of this name or address of an answer (Kind::DnsAnswer) the policy has
// nothing to say to the request's profile: decide() would give "no rule matched" at any time and
// under any Standing. A fact, not a verdict: may be remembered while the generation lasts.
bool is_silent(const Policy& policy, const Request& request, NameFacts& facts,
               Scratch& scratch) noexcept;

// Whether answers for the name may hold addresses of the house without being an attack. So it is
// for zones of the house and for what the configuration excepts; for names of one label, which no
// site has; and for names of the house and help lines: behind a hotel's or a provider's sign-in
// page the first answers private addresses. facts: of the name.
bool may_lead_home(const Policy& policy, const Name& name, const NameFacts& facts) noexcept;

// The special answer that a front gives for this name, or null. It stands beside the verdict: a
// Block of the same name is carried out as any other.
const SpecialName* special_answer(const Policy& policy, const Profile& profile,
                                  const NameFacts& facts) noexcept;

}  // namespace haetae::policy
