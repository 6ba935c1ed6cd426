#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/time.h"
#include "policy/decide.h"
#include "policy/policy.h"
#include "policy/standing.h"
#include "wire/dns_targets.h"

namespace haetae::dns {

// What became of an answer that was judged for one client.
struct Judgement {
  enum class Finding : std::uint8_t {
    Passes,   // verdict: the question's, narrowed by all that stands in the answer
    Blocked,  // verdict: the Block
    Null,     // a filter upstream answered 0.0.0.0 or :: in place of every address
  };
  Finding finding = Finding::Passes;
  policy::Verdict verdict;
  // What of the answer gave the verdict its reason; null where the question did. Valid until the
  // judge's next call.
  const wire::Target* decided_by = nullptr;
  // Nothing in the answer is spoken of for this profile, whenever it is judged again under this
  // generation of the policy: policy::is_silent() of every name and address.
  bool is_silent = false;
  // The answer does not read, or leads to more than is judged: the profile's rule for what cannot
  // be decided held.
  bool is_undecidable = false;
};

// Judges the names and addresses that an answer leads to, each by decide(). One of a worker: it
// keeps the room for what decided. Allocates nothing.
class AnswerJudge {
 public:
  struct Case {
    const policy::Policy& policy;
    const policy::Standing& standing;
    policy::Identity who;
    Time now;
    const policy::Verdict& verdict;  // of the question: an Allow or a Rewrite
    const Name& asked;               // the question of the message: the client's, or safe search's
    bool is_rewrite;                 // the latter
    Bytes message;                   // well formed enough to have been packed
  };
  Judgement judge(const Case& asked, policy::Scratch& scratch) noexcept;

 private:
  // One answer on its way through the walk.
  struct Walk {
    const Case& asked;
    policy::Scratch& scratch;
    bool may_lead_home = false;
    policy::Reach chain = policy::Reach::Nothing;    // of the Allow that the chain's last name has
    policy::Reach service = policy::Reach::Nothing;  // of the service record that is read
    std::optional<std::uint16_t> service_record{};
    std::size_t names = 0;
    std::size_t addresses = 0;  // without null ones
    std::optional<IpAddress> null_address{};
    std::optional<policy::Verdict> blocked{};
    std::optional<policy::Verdict> watched{};
  };

  bool take(Walk& walk, const wire::Target& target, Judgement& result) noexcept;
  policy::Reach reach_of(Walk& walk, const wire::Target& target) const noexcept;
  policy::Verdict decide(Walk& walk, const wire::Target& target, policy::Reach reach,
                         Judgement& result) noexcept;
  void give_up(Walk& walk, Judgement& result) noexcept;
  void look_at_null_address(Walk& walk, Judgement& result) noexcept;
  void note(Walk& walk, const policy::Verdict& verdict, const wire::Target* target,
            Judgement& result) noexcept;
  void conclude(Walk& walk, Judgement& result) noexcept;

  wire::Target target_;
  wire::Target decided_;
};

}  // namespace haetae::dns
