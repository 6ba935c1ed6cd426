#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "page/recent.h"

namespace haetae::daemon {

// What was closed for each device just now: the event writer's thread fills it, the page's reads.
class RecentKeeper {
 public:
  void take(const event::Event& event, const policy::Policy& policy) {
    const std::lock_guard lock(mutex_);
    blocks_.take(event, policy);
  }
  std::vector<page::RecentBlock> of(std::string_view asker) const {
    const std::lock_guard lock(mutex_);
    return blocks_.of(asker);
  }
  std::optional<policy::Verdict> answer_block(std::string_view asker, const Name& name,
                                              std::uint64_t generation, Time now) const {
    const std::lock_guard lock(mutex_);
    return blocks_.answer_block(asker, name, generation, now);
  }

 private:
  mutable std::mutex mutex_;
  page::RecentBlocks blocks_;
};

}  // namespace haetae::daemon
