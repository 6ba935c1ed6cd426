#include "inspect/flow_mark.h"

#include "policy/decide.h"

namespace haetae::inspect {

using policy::Action;
using policy::Reason;

// Of what has no name, only that speaks which is about time.
Stop stop_of(const policy::Policy& policy, const policy::Standing& standing,
             const policy::Identity& who, Time now) noexcept {
  const policy::Request request{who, policy::Kind::Address, now};
  const policy::Verdict verdict = policy::undecidable(policy, standing, request);
  const bool is_on =
      verdict.action == Action::Block &&
      (verdict.reason == Reason::Paused || verdict.reason == Reason::Focus ||
       verdict.reason == Reason::Bedtime || verdict.reason == Reason::QuotaUsed);
  return {is_on, verdict.valid_until};
}

FlowMark mark_for(const policy::Verdict& verdict, const Stop& stop) noexcept {
  if (verdict.action == Action::Block) return FlowMark::Blocked;
  const bool always = verdict.reason == Reason::House || verdict.reason == Reason::Help;
  return always || stop.is_on ? FlowMark::Kept : FlowMark::Accepted;
}

}  // namespace haetae::inspect
