#include "page/recent.h"

#include <algorithm>

#include "base/idn.h"
#include "page/ask_token.h"
#include "page/limits.h"

namespace haetae::page {

void RecentBlocks::take(const event::Event& event, const policy::Policy& policy) {
  const policy::Verdict& verdict = event.verdict;
  if (verdict.action != policy::Action::Block || event.who.profile >= policy.profiles.size())
    return;
  if (event.kind == policy::Kind::DnsAnswer && event.name_size > 0) {
    keep_answer(event, asker_of(policy, event.who, event.peer.address));
  }
  const bool has_name = event.name_size > 0;
  if (!has_name && event.answer != event::Event::Answer::Address) return;
  if (event::is_sensitive(event, policy)) return;

  RecentBlock block{
      .when = event.when,
      .host = has_name ? to_user_text(event.name()) : event.answer_address().to_text(),
      .reason = verdict.reason};
  if (verdict.category < policy.categories.size()) {
    block.category = policy.categories[verdict.category].id;
  }
  std::string asker = asker_of(policy, event.who, event.peer.address);
  if (const auto known = by_asker_.find(asker); known != by_asker_.end()) {
    devices_.splice(devices_.begin(), devices_, known->second);
  } else {
    if (devices_.size() >= limits::kRecentDevicesMax) {
      by_asker_.erase(devices_.back().asker);
      devices_.pop_back();
    }
    devices_.push_front({.asker = std::move(asker), .blocks = {}});
    by_asker_[devices_.front().asker] = devices_.begin();
  }
  std::vector<RecentBlock>& blocks = devices_.front().blocks;
  // A page asks for A, AAAA and HTTPS at once, and asks again: that is one line.
  std::erase_if(blocks, [&](const RecentBlock& old) {
    return old.host == block.host && old.reason == block.reason;
  });
  if (blocks.size() >= limits::kRecentBlocksMax) blocks.erase(blocks.begin());
  blocks.push_back(std::move(block));
}

void RecentBlocks::keep_answer(const event::Event& event, std::string asker) {
  while (!answers_.empty() && (answers_.size() >= limits::kAnswerBlocksMax ||
                               answers_.front().when + limits::kAnswerBlocksKept <= event.when)) {
    answers_.pop_front();
  }
  answers_.push_back({.when = event.when,
                      .generation = event.policy_generation,
                      .asker = std::move(asker),
                      .name = event.name(),
                      .verdict = event.verdict});
}

std::optional<policy::Verdict> RecentBlocks::answer_block(std::string_view asker, const Name& name,
                                                          std::uint64_t generation,
                                                          Time now) const {
  const auto found = std::ranges::find_if(answers_.rbegin(), answers_.rend(), [&](const auto& one) {
    return one.generation == generation && one.name == name && one.asker == asker &&
           now < one.when + limits::kAnswerBlocksKept;
  });
  if (found == answers_.rend()) return std::nullopt;
  return found->verdict;
}

std::vector<RecentBlock> RecentBlocks::of(std::string_view asker) const {
  const auto known = by_asker_.find(asker);
  if (known == by_asker_.end()) return {};
  const std::vector<RecentBlock>& blocks = known->second->blocks;
  return {blocks.rbegin(), blocks.rend()};
}

}  // namespace haetae::page
