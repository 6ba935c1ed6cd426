#include "dns/forwarder.h"

#include <gmock/gmock.h>

#include "dns/forwarder_scene.h"
#include "support/allocation_count.h"

namespace haetae::dns {
namespace {

using test::ForwarderScene;
using test::Sent;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using wire::Rcode;
using Kind = Forwarder::Outcome::Kind;

TEST(Forwarder, AsksOneServerAndDeliversItsAnswer) {
  ForwarderScene scene(1);
  ASSERT_TRUE(scene.ask("www.example", 7));
  ASSERT_THAT(scene.servers_asked(), ElementsAre(0));
  EXPECT_EQ(scene.forwarder.in_flight(), 1U);
  EXPECT_EQ(scene.answer(scene.sent[0]), Kind::Taken);
  EXPECT_THAT(scene.delivered, ElementsAre(7));
  EXPECT_FALSE(scene.last_failed);
  EXPECT_GT(scene.last_bytes, 0U);
  EXPECT_TRUE(scene.forwarder.is_idle());
}

TEST(Forwarder, MeasuresServersByCopiesOfTheFirstQuestionsAndKeepsToTheQuickest) {
  ForwarderScene scene(3);
  scene.ask("a.example", 1);
  scene.ask("b.example", 2);
  ASSERT_THAT(scene.servers_asked(), ElementsAre(0, 1, 0, 2));
  const std::vector<Sent> first = std::exchange(scene.sent, {});
  scene.answer(first[3]);
  scene.now += milliseconds{40};
  for (const Sent& one : {first[0], first[1], first[2]}) scene.answer(one);
  EXPECT_THAT(scene.delivered, UnorderedElementsAre(1, 2)) << "each once";
  EXPECT_TRUE(scene.forwarder.is_idle());
  scene.ask("c.example", 3);
  EXPECT_THAT(scene.servers_asked(), ElementsAre(2));
}

TEST(Forwarder, AsksAnotherServerTooWhenAnAnswerIsOverdue) {
  ForwarderScene scene(2);
  scene.measure_all(2);
  scene.ask("slow.example", 1);
  scene.pass(kHedgeAfter - milliseconds{50});
  EXPECT_THAT(scene.servers_asked(), ElementsAre(0));
  scene.pass(milliseconds{100});
  EXPECT_THAT(scene.servers_asked(), ElementsAre(0, 1));
  EXPECT_EQ(scene.counters.hedges.value(), 1U);
  scene.answer(scene.sent[0]);  // late, and still in time
  scene.answer(scene.sent[1]);
  EXPECT_THAT(scene.delivered, ElementsAre(1));
  EXPECT_TRUE(scene.forwarder.is_idle());
}

TEST(Forwarder, AsksOthersFirstWhileAServerOwesAnAnswer) {
  ForwarderScene scene(2);
  scene.measure_all(2);
  scene.ask("slow.example", 1);
  scene.pass(kHedgeAfter + milliseconds{50});
  scene.sent.clear();
  scene.ask("next.example", 2);
  EXPECT_THAT(scene.servers_asked(), ElementsAre(1, 0)) << "with a copy to see whether it lives";
}

TEST(Forwarder, DoesNotWaitLongForAConnection) {
  ForwarderScene scene(2);
  scene.measure_all(2);
  scene.outcomes[0] = SendOutcome::Waiting;
  scene.ask("www.example", 1);
  scene.pass(kUnsentHedgeAfter + milliseconds{50});
  ASSERT_THAT(scene.servers_asked(), ElementsAre(0, 1));
  scene.answer(scene.sent[1]);
  EXPECT_THAT(scene.delivered, ElementsAre(1));
}

TEST(Forwarder, CountsWaitingFromWhenTheQuestionLeft) {
  ForwarderScene scene(2);
  scene.measure_all(2);
  scene.outcomes[0] = SendOutcome::Waiting;
  scene.ask("www.example", 1);
  scene.pass(milliseconds{400});
  scene.forwarder.on_sent(scene.sent[0].attempt, scene.now);
  scene.pass(kHedgeAfter - milliseconds{50});
  EXPECT_THAT(scene.servers_asked(), ElementsAre(0));
  scene.pass(milliseconds{100});
  EXPECT_THAT(scene.servers_asked(), ElementsAre(0, 1));
}

TEST(Forwarder, AsksElsewhereAtOnceWhenAConnectionEnds) {
  ForwarderScene scene(2);
  scene.measure_all(2);
  for (std::uint64_t i = 0; i < 100; ++i) scene.ask("www.example", i);
  const std::vector<Sent> lost = std::exchange(scene.sent, {});
  for (const Sent& one : lost) scene.lose(one);
  ASSERT_THAT(scene.sent, SizeIs(100));
  const std::vector<Sent> again = scene.sent;
  for (const Sent& one : again) {
    EXPECT_EQ(one.server, 1U);
    scene.answer(one);
  }
  EXPECT_THAT(scene.delivered, SizeIs(100));
  EXPECT_TRUE(scene.forwarder.is_idle());
}

TEST(Forwarder, AsksTheOnlyServerAgainAfterALoss) {
  ForwarderScene scene(1);
  scene.ask("www.example", 1);
  scene.lose(scene.sent[0]);
  ASSERT_THAT(scene.servers_asked(), ElementsAre(0, 0));
  scene.answer(scene.sent[1]);
  EXPECT_THAT(scene.delivered, ElementsAre(1));
}

TEST(Forwarder, SendsAQuestionSixTimesAtMost) {
  ForwarderScene scene(1);
  scene.ask("www.example", 1);
  for (std::size_t i = 0; i < limits::kForwardAttemptsMax; ++i) {
    ASSERT_GT(scene.sent.size(), i);
    scene.lose(scene.sent[i]);
  }
  EXPECT_THAT(scene.sent, SizeIs(limits::kForwardAttemptsMax));
  EXPECT_THAT(scene.delivered, ElementsAre(1));
  EXPECT_TRUE(scene.last_failed);
}

TEST(Forwarder, LeavesAServerThatFailedAloneAndProbesItByACopy) {
  ForwarderScene scene(2);
  scene.measure_all(2);
  scene.fail(0, ServerFault::CertificateExpired);
  EXPECT_EQ(scene.report.faults[0].load(), ServerFault::CertificateExpired);
  scene.ask("a.example", 1);
  EXPECT_THAT(scene.servers_asked(), ElementsAre(1));
  scene.answer(scene.sent[0]);
  scene.pass(milliseconds{1500});
  scene.sent.clear();
  scene.ask("b.example", 2);
  ASSERT_THAT(scene.servers_asked(), ElementsAre(1, 0));
  scene.ask("c.example", 3);
  EXPECT_THAT(scene.servers_asked(), ElementsAre(1, 0, 1)) << "one probe at a time";
  scene.answer(scene.sent[1]);
  EXPECT_EQ(scene.report.faults[0].load(), ServerFault::None);
}

TEST(Forwarder, FailsAtOnceWhileAllServersRestAndTriesAgainSoon) {
  ForwarderScene scene(2);
  for (int i = 0; i < 6; ++i) {  // long rests by now
    scene.now += seconds{2};
    scene.fail(0);
    scene.fail(1);
  }
  EXPECT_FALSE(scene.ask("a.example", 1));
  EXPECT_TRUE(scene.forwarder.is_idle());
  scene.now += kServerRestMin;
  EXPECT_TRUE(scene.ask("b.example", 2));
  EXPECT_THAT(scene.servers_asked(), ElementsAre(0));
}

TEST(Forwarder, FailsWhatNobodyCanBeAskedForAnyMore) {
  ForwarderScene scene(2);
  scene.outcomes = {{0, SendOutcome::Waiting}, {1, SendOutcome::Waiting}};
  scene.ask("www.example", 1);
  ASSERT_THAT(scene.servers_asked(), ElementsAre(0, 1)) << "the second is a probe";
  scene.fail(0);
  scene.lose(scene.sent[0]);
  EXPECT_THAT(scene.delivered, IsEmpty()) << "the probe may still bring an answer";
  scene.fail(1);
  scene.lose(scene.sent[1]);
  EXPECT_THAT(scene.delivered, ElementsAre(1));
  EXPECT_TRUE(scene.last_failed);
  EXPECT_EQ(scene.counters.failures.value(), 1U);
}

TEST(Forwarder, DropsAnswersToOtherQuestionsAndGoesOnWaiting) {
  ForwarderScene scene(1);
  scene.ask("www.example", 1);
  const Sent other{0, scene.sent[0].attempt, "other.example"};
  EXPECT_EQ(scene.answer(other), Kind::NotMine);
  EXPECT_THAT(scene.delivered, IsEmpty());
  EXPECT_EQ(scene.counters.wrong_answers.value(), 1U);
  EXPECT_EQ(scene.answer(scene.sent[0]), Kind::Taken);
  EXPECT_THAT(scene.delivered, ElementsAre(1));
}

TEST(Forwarder, SaysWhatIsNotDns) {
  ForwarderScene scene(1);
  scene.ask("www.example", 1);
  auto cut = scene.answer_to(scene.sent[0]);
  cut.resize(cut.size() - 1);
  EXPECT_EQ(scene.forwarder.on_message(scene.sent[0].attempt, cut, scene.now).kind,
            Kind::Malformed);
  EXPECT_EQ(scene.counters.malformed.value(), 1U);
  EXPECT_THAT(scene.delivered, IsEmpty()) << "the connection will be lost";
}

TEST(Forwarder, AsksOneOtherServerAboutANameThatOneCannotResolve) {
  for (const auto& [rcode, is_cut] : {std::pair{Rcode::ServFail, false},
                                      {Rcode::Refused, false},
                                      {Rcode::NotImp, false},
                                      {Rcode::NoError, true}}) {
    ForwarderScene scene(3);
    scene.measure_all(3);
    scene.ask("lame.example", 1);
    scene.answer(scene.sent[0], rcode, is_cut);
    EXPECT_THAT(scene.servers_asked(), ElementsAre(0, 1));
    scene.answer(scene.sent[1], rcode, is_cut);
    EXPECT_THAT(scene.servers_asked(), ElementsAre(0, 1));
    EXPECT_THAT(scene.delivered, ElementsAre(1));
    EXPECT_EQ(scene.last_failed, is_cut);
    EXPECT_EQ(scene.last_rcode, static_cast<int>(rcode));
  }
}

TEST(Forwarder, WaitsForACopyThatIsOnItsWayBeforeItTakesNoForAnAnswer) {
  ForwarderScene scene(2);
  scene.ask("www.example", 1);
  ASSERT_THAT(scene.servers_asked(), ElementsAre(0, 1));
  scene.answer(scene.sent[0], Rcode::ServFail);
  EXPECT_THAT(scene.delivered, IsEmpty());
  scene.answer(scene.sent[1]);
  EXPECT_THAT(scene.delivered, ElementsAre(1));
  EXPECT_EQ(scene.last_rcode, 0);
}

TEST(Forwarder, FallsBackToPlainDnsOnlyWhileNoServerIsGood) {
  ForwarderScene scene(2);
  scene.has_plain = true;
  scene.measure_all(2);
  scene.fail(0);
  scene.ask("a.example", 1);
  EXPECT_THAT(scene.plainly, IsEmpty());
  scene.fail(1);
  scene.lose(scene.sent[0]);
  EXPECT_THAT(scene.plainly, ElementsAre("a.example"));
  EXPECT_TRUE(scene.report.is_plain.load());
  EXPECT_THAT(scene.delivered, IsEmpty()) << "the plain upstream answers by itself";
  EXPECT_TRUE(scene.forwarder.is_idle());
  EXPECT_TRUE(scene.ask("b.example", 2));
  EXPECT_THAT(scene.plainly, ElementsAre("a.example", "b.example"));
  scene.pass(milliseconds{1500});
  scene.sent.clear();
  scene.ask("c.example", 3);
  ASSERT_THAT(scene.servers_asked(), ElementsAre(0)) << "a probe";
  scene.answer(scene.sent[0]);
  EXPECT_FALSE(scene.report.is_plain.load());
  EXPECT_THAT(scene.delivered, IsEmpty());
  scene.ask("d.example", 4);
  EXPECT_THAT(scene.plainly, SizeIs(3));
  EXPECT_EQ(scene.counters.plain_fallbacks.value(), 3U);
}

TEST(Forwarder, DoesNotFallBackForANameThatIsOnlySlow) {
  ForwarderScene scene(1);
  scene.has_plain = true;
  scene.measure_all(1);
  scene.ask("slow.example", 1);
  scene.pass(seconds{9});
  EXPECT_THAT(scene.plainly, IsEmpty());
}

TEST(Forwarder, ClosesTheConnectionsOfAServerThatHangs) {
  ForwarderScene scene(1);
  scene.measure_all(1);
  for (std::uint64_t i = 0; i < 10; ++i) scene.ask("www.example", i);
  scene.pass(kHedgeAfter + milliseconds{50});
  EXPECT_THAT(scene.resets, ElementsAre(0));
  EXPECT_EQ(scene.report.faults[0].load(), ServerFault::Silent);
}

TEST(Forwarder, GivesUpInTheEnd) {
  ForwarderScene scene(2);
  scene.ask("www.example", 1);
  scene.pass(kForwardGiveUpAfter);
  EXPECT_THAT(scene.delivered, ElementsAre(1));
  EXPECT_TRUE(scene.last_failed);
  EXPECT_TRUE(scene.forwarder.is_idle());
  EXPECT_EQ(scene.forwarder.question_of(scene.sent[0].attempt), nullptr);
  EXPECT_EQ(scene.answer(scene.sent[0]), Kind::Taken) << "late, and no fault";
  scene.lose(scene.sent[1]);
}

TEST(Forwarder, AsksElsewhereWhereAServerHasNoRoom) {
  ForwarderScene scene(2);
  scene.measure_all(2);
  scene.outcomes[0] = SendOutcome::Full;
  ASSERT_TRUE(scene.ask("www.example", 1));
  EXPECT_THAT(scene.servers_asked(), ElementsAre(1));
  scene.outcomes[1] = SendOutcome::Full;
  EXPECT_FALSE(scene.ask("more.example", 2));
}

TEST(Forwarder, TakesNoMoreQuestionsThanItsTableHolds) {
  ForwarderScene scene(1);
  for (std::uint64_t i = 0; i < limits::kPendingQuestionsMax; ++i) {
    ASSERT_TRUE(scene.ask("www.example", i));
  }
  EXPECT_FALSE(scene.ask("www.example", 1));
  scene.answer(scene.sent[0]);
  EXPECT_TRUE(scene.ask("www.example", 1));
}

TEST(Forwarder, MayBeAskedWhileItDelivers) {
  ForwarderScene scene(2);
  int asked = 0;
  scene.on_deliver = [&] {
    if (asked++ < 3) scene.ask("next.example", 100 + static_cast<std::uint64_t>(asked));
  };
  scene.ask("www.example", 1);
  for (std::size_t i = 0; i < scene.sent.size(); ++i) scene.answer(scene.sent[i]);
  EXPECT_THAT(scene.delivered, ElementsAre(1, 101, 102, 103));
  EXPECT_TRUE(scene.forwarder.is_idle());
}

TEST(Forwarder, AllocatesNothingOnceWarm) {
  ForwarderScene scene(2);
  scene.measure_all(2);
  scene.sent.reserve(10);
  scene.delivered.reserve(10);
  const auto packet = scene.answer_to({0, 0, "www.example"});
  const UpstreamQuestion question{.name = name_of("www.example"), .type = 1, .record_class = 1};
  const std::uint64_t before = haetae::test::allocation_count();
  for (int i = 0; i < 100; ++i) {
    scene.sent.clear();
    scene.delivered.clear();
    scene.forwarder.resolve(question, 1, scene.now);
    scene.forwarder.on_message(scene.sent[0].attempt, packet, scene.now);
  }
  EXPECT_EQ(haetae::test::allocation_count(), before);
}

}  // namespace
}  // namespace haetae::dns
