#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/name.h"
#include "base/time.h"
#include "event/event.h"
#include "policy/policy.h"
#include "policy/verdict.h"

namespace haetae::page {

// A site that was closed for one device, lately.
struct RecentBlock {
  Time when;  // the last time
  std::string host;
  policy::Reason reason = policy::Reason::NoRuleMatched;
  std::string category;  // id; empty: none
};

// What was closed for each device just now, for its own page; in memory only. It holds what the
// profile's log level keeps: other events are not written at all (event::is_kept). Of sensitive
// categories its lists hold nothing. One thread.
class RecentBlocks {
 public:
  // policy: that of the event's generation.
  void take(const event::Event& event, const policy::Policy& policy);
  // Newest first. asker: as asker_of() has it.
  std::vector<RecentBlock> of(std::string_view asker) const;

  // Why the answer for a name was blocked, where the name itself was not (Kind::DnsAnswer): a
  // browser that was led here for it is told so, as long as it remembers the address that led it
  // (limits::kAnswerBlocksKept). generation: of the policy, whose ids the verdict holds.
  std::optional<policy::Verdict> answer_block(std::string_view asker, const Name& name,
                                              std::uint64_t generation, Time now) const;

 private:
  struct Device {
    std::string asker;
    std::vector<RecentBlock> blocks;  // oldest first
  };
  struct AnswerBlock {
    Time when;
    std::uint64_t generation;
    std::string asker;
    Name name;
    policy::Verdict verdict;
  };
  void keep_answer(const event::Event& event, std::string asker);

  std::deque<AnswerBlock> answers_;
  std::list<Device> devices_;  // the one that was stopped last stands first
  std::unordered_map<std::string_view, std::list<Device>::iterator> by_asker_;  // keys: of devices_
};

}  // namespace haetae::page
