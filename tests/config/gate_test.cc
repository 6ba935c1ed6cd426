#include <fmt/format.h>
#include <gmock/gmock.h>

#include "config/load.h"
#include "config/shipped_rules.h"

namespace haetae::config {
namespace {

using test::faults_of;
using test::warnings_of;
using testing::ElementsAre;
using testing::HasSubstr;

// Cases are put below it, from line 4 on.
constexpr std::string_view kGood =
    "default_profile: kid\n"
    "profiles: {kid: {age: 7-9}}\n"
    "dns: {listen: [\"192.168.7.1:53\"]}\n";

Config config_of(std::string_view text) {
  auto config = load_text(std::string(kGood).append(text), "home.yaml", test::shipped_rules());
  if (!config) {
    ADD_FAILURE() << testing::PrintToString(test::lines_of(config.error()));
    return {};
  }
  return std::move(*config);
}

TEST(Gate, IsOffAndHasTheTwoBitsFromTheTopByDefault) {
  const Gate gate = config_of("").gate;
  EXPECT_EQ(gate.mode, GateMode::Off);
  EXPECT_EQ(gate.mark, 0x70000000U);
  EXPECT_EQ(gate.queue_first, 4660);
  EXPECT_EQ(gate.queue_count, 0) << "one for each worker";
  EXPECT_TRUE(gate.dns);
  EXPECT_TRUE(gate.dot_refused);
}

TEST(Gate, TakesEveryKey) {
  const Gate gate =
      config_of(
          "gate: {mode: queue, inside: [br-lan, eth0.20], when_down: open, when_down_dns: "
          "[192.0.2.1, \"2001:db8::1@5353\"], queue: {first: 7, count: 2}, mark: \"0xe\", dns: "
          "false, dot: allow}\n")
          .gate;
  EXPECT_EQ(gate.mode, GateMode::Queue);
  EXPECT_THAT(gate.inside, ElementsAre("br-lan", "eth0.20"));
  EXPECT_EQ(gate.when_down_dns.at(1).address.to_text(), "2001:db8::1");
  EXPECT_EQ(gate.when_down_dns.at(1).port, 5353);
  EXPECT_EQ(gate.queue_first, 7);
  EXPECT_EQ(gate.queue_count, 2);
  EXPECT_EQ(gate.mark, 14U);
  EXPECT_FALSE(gate.dns);
  EXPECT_FALSE(gate.dot_refused);
}

TEST(Gate, IsClosedInASchoolAndOpenElsewhereWhenTheFilterIsDown) {
  struct Case {
    std::string_view text;
    WhenDown wanted;
  };
  for (const Case& c : {Case{"", WhenDown::Open}, Case{"site: {kind: isp}", WhenDown::Open},
                        Case{"site: {kind: school}", WhenDown::Closed},
                        Case{"site: {kind: school}\ngate: {when_down: open}", WhenDown::Open},
                        Case{"gate: {when_down: closed}", WhenDown::Closed}}) {
    EXPECT_EQ(when_down_of(config_of(c.text)), c.wanted) << c.text;
  }
}

TEST(Gate, SaysWhatIsWrong) {
  struct Case {
    std::string_view why;
    std::string_view keys;
    std::string_view line;
  };
  for (const Case& c : {
           Case{"no network to filter", "mode: queue",
                "home.yaml:4: gate.inside: which networks are to be filtered is not said; write "
                "the interface where the children's devices are, as inside: [br-lan]"},
           Case{"a name with a wildcard", "inside: \"eth+\"",
                "home.yaml:4: gate.inside: 'eth+' is not the name of one interface; write it as "
                "br-kids; see `ip link`"},
           Case{"text of nft in a name", "inside: \"a\\\"}; flush\"",
                "home.yaml:4: gate.inside: 'a\"}; flush' is not the name of one interface; write "
                "it as br-kids; see `ip link`"},
           Case{"an option in a name", "inside: \"-j\"",
                "home.yaml:4: gate.inside: '-j' is not the name of one interface; write it as "
                "br-kids; see `ip link`"},
           Case{"this machine itself", "mode: queue, inside: lo",
                "home.yaml:4: gate.inside: 'lo' is this machine itself; write the interface where "
                "the devices are"},
           Case{"two bits", "mark: \"0x3\"",
                "home.yaml:4: gate.mark: '0x3' is not three neighbouring bits; write it as "
                "0x70000000"},
           Case{"three bits apart", "mark: \"0xd\"",
                "home.yaml:4: gate.mark: '0xd' is not three neighbouring bits; write it as "
                "0x70000000"},
           Case{"no bits at all", "mark: \"0x0\"",
                "home.yaml:4: gate.mark: '0x0' is not three neighbouring bits; write it as "
                "0x70000000"},
           Case{"queues beyond the last", "queue: {first: 65535, count: 2}",
                "home.yaml:4: gate.queue: the numbers go beyond 65535; write a lower first, as "
                "4660"},
           Case{"a spare server over TLS", "when_down_dns: \"9.9.9.9#dns.example\"",
                "home.yaml:4: gate.when_down_dns: this server can be asked in plain DNS only; "
                "write it without #name, with another port than 853"},
       }) {
    EXPECT_THAT(faults_of(fmt::format("{}gate: {{{}}}\n", kGood, c.keys)), ElementsAre(c.line))
        << c.why;
  }
}

TEST(Gate, WantsAListenerThatDevicesCanReach) {
  constexpr std::string_view kLoopback =
      "default_profile: kid\nprofiles: {kid: {}}\ngate: {mode: queue, inside: br-lan}\n";
  EXPECT_THAT(faults_of(kLoopback),
              ElementsAre(HasSubstr("dns.listen: DNS of the devices is led here, but only this "
                                    "machine is listened to")));
}

TEST(Gate, WarnsWhereNobodyAnswersWhileItIsDown) {
  const std::string recursive =
      "default_profile: kid\nprofiles: {kid: {}}\n"
      "dns: {listen: \"0.0.0.0\", upstream: {mode: recurse}}\n";
  EXPECT_THAT(warnings_of(recursive + "gate: {mode: queue, inside: br-lan}\n"),
              testing::Contains(HasSubstr("gate.when_down_dns: while the filter is down, devices "
                                          "that ask this machine get no answer")));
  EXPECT_THAT(
      warnings_of(recursive + "gate: {mode: queue, inside: br-lan, when_down_dns: 192.0.2.1}\n"),
      testing::Not(testing::Contains(HasSubstr("when_down_dns"))));
}

}  // namespace
}  // namespace haetae::config
