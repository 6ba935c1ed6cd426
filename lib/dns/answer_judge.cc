#include "dns/answer_judge.h"

#include <algorithm>

#include "base/limits.h"
#include "base/local_address.h"

namespace haetae::dns {
namespace {

using policy::Reach;
using policy::Verdict;
using wire::Target;

// No answer outlives the moment at which any verdict on what it leads to may change.
void narrow(Verdict& whole, const Verdict& part) noexcept {
  whole.valid_until = std::min(whole.valid_until, part.valid_until);
  whole.ttl_max_seconds = std::min(whole.ttl_max_seconds, part.ttl_max_seconds);
}

policy::Request request_for(const AnswerJudge::Case& asked, Reach reach) noexcept {
  policy::Request request;
  request.who = asked.who;
  request.kind = policy::Kind::DnsAnswer;
  request.now = asked.now;
  request.reach = reach;
  return request;
}

}  // namespace

Judgement AnswerJudge::judge(const Case& asked, policy::Scratch& scratch) noexcept {
  const policy::Policy& policy = asked.policy;
  Judgement result{.verdict = asked.verdict, .is_silent = true};
  Walk walk{.asked = asked, .scratch = scratch, .chain = asked.verdict.reach};
  // Safe search's own hosts are sites of the internet like any other. A public name that leads into
  // a zone of the house is what an attack looks like: only the name that was asked counts.
  walk.may_lead_home =
      asked.is_rewrite ? !policy.rebinding_protected
                       : may_lead_home(policy, asked.asked, scratch.look_up(policy, asked.asked));
  wire::TargetReader reader(asked.message, asked.asked);
  bool is_whole = true;
  while (is_whole && reader.next(target_)) is_whole = take(walk, target_, result);
  if (!is_whole || reader.malformed()) give_up(walk, result);
  if (walk.null_address) look_at_null_address(walk, result);
  conclude(walk, result);
  return result;
}

// False: this is more than one answer's share.
bool AnswerJudge::take(Walk& walk, const Target& target, Judgement& result) noexcept {
  if (target.is_name()) {
    if (++walk.names > limits::kAnswerNamesMax) return false;
  } else if (!walk.may_lead_home && is_unspecified(target.address)) {
    walk.null_address = target.address;
    result.is_silent = false;
    return true;
  } else if (++walk.addresses > limits::kAnswerAddressesMax) {
    return false;
  }
  const Reach reach = reach_of(walk, target);
  const Verdict verdict = decide(walk, target, reach, result);
  // What a guardian allows by its own name is allowed with what comes behind it.
  if (target.kind == Target::Kind::ServiceName) walk.service = verdict.reach;
  if (target.kind == Target::Kind::ChainName && target.on_chain) walk.chain = verdict.reach;
  note(walk, verdict, &target, result);
  return true;
}

// How far an Allow before it reaches this target. Beside the chain only the question's counts, so
// that nobody lends an allowed name to an address by writing both down.
Reach AnswerJudge::reach_of(Walk& walk, const Target& target) const noexcept {
  const Reach before = target.on_chain ? walk.chain : walk.asked.verdict.reach;
  const bool is_service =
      target.kind == Target::Kind::ServiceName || target.kind == Target::Kind::Hint;
  if (!is_service) return before;
  if (walk.service_record != target.record) {
    walk.service_record = target.record;
    walk.service = before;
  }
  return walk.service;
}

Verdict AnswerJudge::decide(Walk& walk, const Target& target, Reach reach,
                            Judgement& result) noexcept {
  const Case& asked = walk.asked;
  policy::Request request = request_for(asked, reach);
  if (target.is_name()) {
    request.name = &target.name;
  } else {
    request.address = &target.address;
  }
  request.may_lead_home = walk.may_lead_home;
  policy::NameFacts facts = walk.scratch.look_up(asked.policy, request);
  result.is_silent =
      result.is_silent && policy::is_silent(asked.policy, request, facts, walk.scratch);
  return policy::decide(asked.policy, asked.standing, request, facts, walk.scratch);
}

// What is not read may lead anywhere.
void AnswerJudge::give_up(Walk& walk, Judgement& result) noexcept {
  const Case& asked = walk.asked;
  result.is_undecidable = true;
  result.is_silent = false;
  note(walk,
       policy::undecidable(asked.policy, asked.standing, request_for(asked, asked.verdict.reach)),
       nullptr, result);
}

// Filters upstream write 0.0.0.0 or :: for "blocked": no attack, but not to be passed on either,
// since on many systems it leads to this very machine. The client is told that there is no address.
// Beside real addresses it is the attack: nobody blocks a site and gives its address.
void AnswerJudge::look_at_null_address(Walk& walk, Judgement& result) noexcept {
  if (walk.addresses == 0) {
    result.finding = Judgement::Finding::Null;
    return;
  }
  target_ = {.kind = Target::Kind::Address, .address = *walk.null_address};
  note(walk, decide(walk, target_, walk.asked.verdict.reach, result), &target_, result);
}

// The first Block counts, unless a Locked one comes: that is told to nobody.
void AnswerJudge::note(Walk& walk, const Verdict& verdict, const Target* target,
                       Judgement& result) noexcept {
  const bool blocks = verdict.action == policy::Action::Block;
  if (!blocks) narrow(result.verdict, verdict);
  std::optional<Verdict>& place = blocks ? walk.blocked : walk.watched;
  const bool is_news = blocks ? !place || (verdict.reason == policy::Reason::Locked &&
                                           place->reason != policy::Reason::Locked)
                              : verdict.watched && !walk.blocked && !place;
  if (!is_news) return;
  place = verdict;
  result.decided_by = target == nullptr ? nullptr : &decided_;
  if (target != nullptr) decided_ = *target;
}

void AnswerJudge::conclude(Walk& walk, Judgement& result) noexcept {
  const Verdict& question = walk.asked.verdict;
  if (walk.blocked) {
    result.finding = Judgement::Finding::Blocked;
    result.verdict = *walk.blocked;
  } else if (walk.watched && !question.watched) {
    // Goes through as decided, but is told for what would have blocked it.
    Verdict told = *walk.watched;
    told.action = question.action;
    told.rewrite = question.rewrite;
    told.strip_ech = question.strip_ech;
    narrow(told, result.verdict);
    result.verdict = told;
  } else {
    result.decided_by = nullptr;
  }
}

}  // namespace haetae::dns
