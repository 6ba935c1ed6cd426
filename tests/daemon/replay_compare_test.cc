// How requests that two policies saw are paired.
#include "daemon/commands/replay_compare.h"

#include <gmock/gmock.h>

#include "support/policy_maker.h"

namespace haetae::daemon {
namespace {

using inspect::Seen;
using policy::Action;
using policy::Reason;

Seen seen(std::string_view host, std::uint16_t port, Action action = Action::Allow,
          Reason reason = Reason::NoRuleMatched) {
  Seen made;
  made.protocol = inspect::Protocol::Quic;
  made.client = {*IpAddress::from_text("192.168.7.21"), port};
  made.server = {*IpAddress::from_text("192.0.2.80"), 443};
  made.has_name = true;
  made.name = name_of(host);
  made.verdict.action = action;
  made.verdict.reason = reason;
  return made;
}

struct Scene {
  Scene() { maker.profile("minji"); }

  // "host was-reason would-be-reason" of every change.
  std::vector<std::string> compare(const std::vector<Seen>& first, const std::vector<Seen>& other) {
    const auto policy = maker.make();
    std::vector<std::string> told;
    const auto take = [&](const Changed& changed) {
      told.push_back(replay_host(changed.was.seen) + " " +
                     std::string(to_text(changed.was.seen.verdict.reason)) + " " +
                     std::string(to_text(changed.would_be.verdict.reason)));
    };
    Comparison comparison({*policy, *policy, take});
    comparison.on_packet({capture, 1, first, other});
    totals = comparison.totals();
    return told;
  }

  const std::string capture = "a.pcap";
  test::PolicyMaker maker;
  CompareTotals totals;
};

using Texts = std::vector<std::string>;

TEST(Comparison, TellsEachRequestThatIsJudgedDifferently) {
  Scene scene;
  EXPECT_EQ(
      scene.compare({seen("a.example", 1), seen("b.example", 2), seen("c.example", 3)},
                    {seen("a.example", 1), seen("b.example", 2, Action::Block, Reason::Category),
                     seen("c.example", 3, Action::Rewrite, Reason::SafeSearch)}),
      (Texts{"b.example no_rule_matched category", "c.example no_rule_matched safe_search"}));
  EXPECT_EQ(scene.totals.requests, 3U);
  EXPECT_EQ(scene.totals.unpaired, 0U);
  EXPECT_EQ(scene.totals.changes[0].by_device.at("192.168.7.21 (minji)"), 1U);
}

TEST(Comparison, PairsARequestOfWhichEachPolicyTellsAnotherReading) {
  Scene scene;
  EXPECT_EQ(scene.compare({seen("a.example", 1)},
                          {seen("bad.example", 1, Action::Block, Reason::Category)}),
            Texts{"a.example no_rule_matched category"});
  EXPECT_EQ(scene.totals.changes[0].by_name.at("bad.example"), 1U);
}

TEST(Comparison, CountsWhatOnePolicyAloneSawAndPairsTheRest) {
  Scene scene;
  const Seen blocked = seen("b.example", 2, Action::Block, Reason::Category);
  EXPECT_EQ(scene.compare({seen("a.example", 1), seen("b.example", 2)}, {blocked}),
            Texts{"b.example no_rule_matched category"});
  EXPECT_EQ(scene.totals.unpaired, 1U);
  EXPECT_EQ(scene.compare({seen("b.example", 2)}, {seen("a.example", 1), blocked}),
            Texts{"b.example no_rule_matched category"});
  EXPECT_EQ(scene.totals.unpaired, 1U);
  EXPECT_EQ(scene.compare({}, {blocked}), Texts{});
  EXPECT_EQ(scene.totals.unpaired, 1U);
  EXPECT_THAT(compare_summary(scene.totals), ::testing::HasSubstr("left out: 1"));
}

TEST(Comparison, ListsTheTenHostsThatChangeMost) {
  Scene scene;
  std::vector<Seen> first;
  std::vector<Seen> other;
  for (std::uint16_t i = 0; i < 12; ++i) {
    const std::string host = "n" + std::to_string(10 + i) + ".example";
    for (std::uint16_t k = 0; k <= i; ++k) {
      const auto port = static_cast<std::uint16_t>(100 * i + k);
      first.push_back(seen(host, port, Action::Block, Reason::Category));
      other.push_back(seen(host, port));
    }
  }
  scene.compare(first, other);
  const std::string summary = compare_summary(scene.totals);
  EXPECT_THAT(summary, ::testing::HasSubstr("newly allowed: 78"));
  EXPECT_THAT(summary, ::testing::HasSubstr("most often: n21.example 12, n20.example 11"));
  EXPECT_THAT(summary, ::testing::HasSubstr("n12.example 3 and 2 more"));
}

}  // namespace
}  // namespace haetae::daemon
