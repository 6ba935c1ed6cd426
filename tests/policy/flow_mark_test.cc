#include "policy/flow_mark.h"

#include <gtest/gtest.h>

namespace haetae::policy {
namespace {

TEST(FlowMark, KeepsWhatIsLetThroughAlthoughItsDeviceIsStopped) {
  constexpr struct {
    const char* description;
    Action action;
    Reason reason;
    bool is_stopped;
    FlowMark mark;
  } kRows[] = {
      {"nothing against it", Action::Allow, Reason::NoRuleMatched, false, FlowMark::Accepted},
      {"a help line, always", Action::Allow, Reason::Help, false, FlowMark::Kept},
      {"a name of the house, always", Action::Allow, Reason::House, false, FlowMark::Kept},
      {"a grant while paused", Action::Allow, Reason::Granted, true, FlowMark::Kept},
      {"a grant otherwise", Action::Allow, Reason::Granted, false, FlowMark::Accepted},
      {"safe search is DNS's business", Action::Rewrite, Reason::SafeSearch, false,
       FlowMark::Accepted},
      {"blocked", Action::Block, Reason::Category, false, FlowMark::Blocked},
      {"blocked while stopped", Action::Block, Reason::Paused, true, FlowMark::Blocked},
  };
  for (const auto& row : kRows) {
    Verdict verdict;
    verdict.action = row.action;
    verdict.reason = row.reason;
    EXPECT_EQ(mark_for(verdict, row.is_stopped), row.mark) << row.description;
  }
}

TEST(MarkBits, TouchNoOtherBits) {
  for (const std::uint32_t mask : {0x00000007U, 0x70000000U, 0xe0000000U}) {
    const MarkBits bits(mask);
    for (const FlowMark mark : {FlowMark::Undecided, FlowMark::Accepted, FlowMark::Blocked,
                                FlowMark::Kept, FlowMark::Requests}) {
      for (const std::uint32_t before : {0U, 0xffffffffU, 0x12345678U}) {
        const std::uint32_t after = bits.with(before, mark);
        EXPECT_EQ(bits.read(after), mark);
        EXPECT_EQ(after & ~mask, before & ~mask);
      }
    }
  }
}

}  // namespace
}  // namespace haetae::policy
