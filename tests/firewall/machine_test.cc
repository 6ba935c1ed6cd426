#include "firewall/machine.h"

#include <gmock/gmock.h>

namespace haetae::firewall {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using Level = Remark::Level;

auto remark(Level level, std::string_view text) {
  return AllOf(Field("level", &Remark::level, level),
               Field("text", &Remark::text, HasSubstr(std::string(text))));
}

// A router of Debian's: nothing is wrong with it.
Machine good() {
  Machine machine;
  machine.has_own_queue = true;
  machine.forwards_v4 = machine.forwards_v6 = true;
  machine.inside = {{.name = "br-lan"}};
  return machine;
}

TEST(Machine, QueuesByWhatTheKernelHas) {
  Machine machine = good();
  EXPECT_EQ(queue_by(machine), QueueBy::OwnTable);
  machine.has_own_queue = false;
  EXPECT_EQ(queue_by(machine), QueueBy::Nobody);
  machine.has_queue_target = true;
  EXPECT_EQ(queue_by(machine), QueueBy::Nobody) << "without the programs";
  machine.has_mangle_programs = true;
  EXPECT_EQ(queue_by(machine), QueueBy::MangleChain);
}

TEST(Machine, SparesOpeningsWhereItCanTellOfThemAndNothingIsDecidedByThem) {
  Machine machine = good();
  machine.has_own_queue = false;
  machine.has_queue_target = machine.has_mangle_programs = machine.has_bpf_match = true;
  Plan plan;
  fit(plan, machine);
  EXPECT_FALSE(plan.spares_openings) << "without the log";
  machine.has_log_target = true;
  fit(plan, machine);
  EXPECT_TRUE(plan.spares_openings);
  machine.has_bpf_match = false;
  fit(plan, machine);
  EXPECT_FALSE(plan.spares_openings) << "without the match";
  machine.has_bpf_match = true;
  plan.is_strict = true;
  fit(plan, machine);
  EXPECT_FALSE(plan.spares_openings);
  plan.is_strict = false;
  plan.unresolved_refused = true;
  fit(plan, machine);
  EXPECT_FALSE(plan.spares_openings) << "the first packet is judged";
}

TEST(Machine, ChecksSourcesOnlyWhereRoutesTellWhereTheyAre) {
  Machine machine = good();
  machine.inside = {{.name = "br-lan"}, {.name = "br0", .is_transparent_bridge = true}};
  Plan plan;
  plan.sources_checked = {"br-lan", "br0", "late"};
  fit(plan, machine);
  EXPECT_THAT(plan.sources_checked, ElementsAre("br-lan", "late"));
}

TEST(Machine, ThatHasEverythingIsGood) {
  EXPECT_THAT(judge(good(), {}), ElementsAre(remark(Level::Good, "nft's own queue")));
}

TEST(Machine, SaysWhatIsMissingAndWhatThatMeans) {
  struct Case {
    std::string_view why;
    void (*change)(Machine&, Plan&);
    Level level;
    std::string_view text;
  };
  for (const Case& c : {
           Case{"no privilege", [](Machine& m, Plan&) { m.may_change = false; }, Level::Fault,
                "may not change the firewall"},
           Case{"a kernel without nat",
                [](Machine& m, Plan&) {
                  m.missing = {"nft_nat"};
                  m.trouble = "no such file";
                },
                Level::Fault, "cannot do what the rules need: nft_nat"},
           Case{"a kernel that takes every part but not the whole",
                [](Machine& m, Plan&) { m.trouble = "File exists"; }, Level::Fault,
                "refuses the rules: File exists"},
           Case{"no queue, open", [](Machine& m, Plan&) { m.has_own_queue = false; },
                Level::Warning, "connections are not judged, only DNS is"},
           Case{"no queue, closed",
                [](Machine& m, Plan& p) {
                  m.has_own_queue = false;
                  p.is_open = false;
                },
                Level::Fault, "what nobody can judge is refused"},
           Case{"no interface", [](Machine& m, Plan&) { m.inside[0].is_there = false; },
                Level::Warning, "no interface br-lan"},
           Case{"no router", [](Machine& m, Plan&) { m.forwards_v4 = m.forwards_v6 = false; },
                Level::Fault, "passes no packets on"},
           Case{"a bridge that hides IPv6",
                [](Machine& m, Plan&) {
                  m.inside[0].is_transparent_bridge = true;
                  m.inside[0].shows_v6 = false;
                },
                Level::Fault, "the bridge br-lan over IPv6 does not come to the rules"},
           Case{"a bridge that cannot lead DNS on",
                [](Machine& m, Plan& p) {
                  m.inside[0].is_transparent_bridge = true;
                  m.forwards_v4 = false;
                  p.spare_v4 = config::Endpoint{};
                },
                Level::Warning, "cannot be led on"},
       }) {
    Machine machine = good();
    Plan plan;
    c.change(machine, plan);
    EXPECT_THAT(judge(machine, plan), testing::Contains(remark(c.level, c.text))) << c.why;
  }
}

TEST(Machine, ThatIsABridgeNeedNotBeARouter) {
  Machine machine = good();
  machine.forwards_v4 = machine.forwards_v6 = false;
  machine.inside[0].is_transparent_bridge = true;
  EXPECT_THAT(judge(machine, {}), ElementsAre(remark(Level::Good, "queue")));
}

TEST(Machine, SaysWhatStands) {
  Machine machine = good();
  EXPECT_THAT(judge_standing(machine), remark(Level::Warning, "no rules of ours stand"));
  machine.stands = Machine::Stands::Otherwise;
  EXPECT_THAT(judge_standing(machine), remark(Level::Warning, "not those of this configuration"));
  machine.stands = Machine::Stands::AsPlanned;
  EXPECT_THAT(judge_standing(machine), remark(Level::Warning, "but no filter is running"));
  machine.holder = "haetae (pid 812)";
  EXPECT_THAT(judge_standing(machine), remark(Level::Good, "haetae (pid 812) keeps them"));
}

}  // namespace
}  // namespace haetae::firewall
