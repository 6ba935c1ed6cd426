#include "firewall/ruleset.h"

#include <gmock/gmock.h>

#include "support/test_data.h"

namespace haetae::firewall {
namespace {

using testing::HasSubstr;
using testing::Not;

IpAddress ip(std::string_view text) {
  return *IpAddress::from_text(text);
}

config::UpstreamServer server(std::string_view address, bool over_tls = false) {
  return {.address = ip(address),
          .port = static_cast<std::uint16_t>(over_tls ? 853 : 53),
          .over_tls = over_tls};
}

// A house of two networks, whose filter answers in one of them over both families.
config::Config house() {
  config::Config config;
  config.gate.mode = config::GateMode::Queue;
  config.gate.inside = {"br-lan", "br-guests", "br-lan"};
  config.dns.listen = {{ip("127.0.0.1"), 53}, {ip("192.168.7.1"), 53}, {ip("fd07::1"), 53}};
  config.dns.upstream_servers = {server("9.9.9.9", true), server("192.0.2.53"),
                                 server("2001:db8::53", true)};
  return config;
}

Plan plan(const config::Config& config, QueueBy queue_by = QueueBy::MangleChain) {
  return plan_of(config, 2, queue_by);
}

// The text that stands in tests/firewall/golden/NAME.
void expect_golden(std::string_view name, const std::string& text) {
  const auto file = test::source_folder() / "tests/firewall/golden" / name;
  EXPECT_EQ(text, test::read_file(file)) << file;
}

TEST(Ruleset, OfAnOpenHouseQueuesByTheMangleChain) {
  Plan open = plan(house());
  open.limits_devices = true;
  expect_golden("open.nft", table_text(open, {}, false));
  expect_golden("open.v4", mangle_text(open, true, ""));
  expect_golden("open.v6", mangle_text(open, false, saved_mangle_text(open, false)));
}

TEST(Ruleset, TellsTheWorkerOfWhatOpensAConnection) {
  Plan one = plan(house());
  one.spares_openings = true;
  expect_golden("openings.v4", mangle_text(one, true, ""));
  one.inside = {"br-lan"};
  one.queue_last = one.queue_first;
  expect_golden("openings_one_queue.v6", mangle_text(one, false, ""));
}

TEST(Ruleset, OfAClosedSchoolRefusesWhatNobodyJudges) {
  config::Config school = house();
  school.site.kind = config::SiteKind::School;
  school.gate.inside = {"br0"};
  school.gate.strict = true;
  school.gate.queue_first = 10;
  school.gate.queue_count = 1;
  school.gate.mark = 0x3;
  const Plan closed = plan(school, QueueBy::OwnTable);
  Sets sets;
  sets.crowded = true;
  sets.house = {{ip("10.20.0.0"), ip("10.20.255.255")}};
  sets.stopped_macs = {*MacAddress::from_text("02:00:00:00:00:01")};
  sets.stopped = {{ip("10.20.0.9"), ip("10.20.0.9")}, {ip("2001:db8::1"), ip("2001:db8::f")}};
  expect_golden("closed.nft", table_text(closed, sets, true));
}

TEST(Ruleset, OfAProviderWithoutQueueLetsPassAndKnowsNoHouse) {
  config::Config provider = house();
  provider.site.kind = config::SiteKind::Isp;
  provider.gate.dns = false;
  provider.gate.dot_refused = false;
  Plan of_provider = plan(provider, QueueBy::Nobody);
  of_provider.limits_devices = true;
  expect_golden("no_queue.nft", table_text(of_provider, {}, true));
}

TEST(Sets, AreCrowdedFromThreeQuartersUntilHalfIsFree) {
  EXPECT_FALSE(is_crowded(false, 749, 1000));
  EXPECT_TRUE(is_crowded(false, 750, 1000));
  EXPECT_TRUE(is_crowded(true, 500, 1000));
  EXPECT_FALSE(is_crowded(true, 499, 1000));
}

config::Config house_with_proxy() {
  config::Config config = house();
  config.gate.dns = false;
  config.proxy.mode = config::ProxyMode::Transparent;
  config.proxy.listen = {{ip("0.0.0.0"), 8118}, {ip("::1"), 8118}};
  config.proxy.ports = {80, 8080, 80};
  return config;
}

TEST(Ruleset, LeadsTheWebToTheProxyWithItsAddressesOn) {
  expect_golden("web_tproxy.nft",
                table_text(plan(house_with_proxy(), QueueBy::OwnTable), {}, true));
}

TEST(Ruleset, RewritesTheWebToTheProxyWhereTheKernelHasNoTproxy) {
  Plan without = plan(house_with_proxy(), QueueBy::OwnTable);
  lead_web_by(WebBy::Redirect, without);
  EXPECT_FALSE(without.web_v6) << "no device reaches loopback";
  expect_golden("web_redirect.nft", table_text(without, {}, true));
}

TEST(Plan, LeadsToAListenerThatDevicesReach) {
  config::Config config = house();
  EXPECT_EQ(plan(config).dns_v4, (DnsTarget{ip("192.168.7.1"), 53}));
  EXPECT_EQ(plan(config).dns_v6, (DnsTarget{ip("fd07::1"), 53}));
  config.dns.listen.push_back({ip("0.0.0.0"), 5300});
  EXPECT_EQ(plan(config).dns_v4, (DnsTarget{std::nullopt, 5300})) << "best: every address";
  config.dns.listen = {{ip("192.168.7.1"), 53}, {ip("::1"), 53}, {ip("fe80::1"), 53}};
  EXPECT_EQ(plan(config).dns_v6, std::nullopt);
}

TEST(Plan, TakesPlainServersAsSpareThenOthersThenNone) {
  config::Config config = house();
  EXPECT_EQ(plan(config).spare_v4->address, ip("192.0.2.53"));
  EXPECT_EQ(plan(config).spare_v6->address, ip("2001:db8::53"));
  EXPECT_EQ(plan(config).spare_v6->port, 53) << "asked over TLS, it answers plain DNS there";
  config.gate.when_down_dns = {server("198.51.100.53")};
  EXPECT_EQ(plan(config).spare_v4->address, ip("198.51.100.53"));
  EXPECT_FALSE(plan(config).spare_v6) << "those that are named are all";
  config.gate.when_down_dns.clear();
  config.dns.upstream_mode = config::UpstreamMode::Recurse;
  EXPECT_FALSE(plan(config).spare_v4);
}

TEST(Plan, NeverLeadsTheFiltersOwnServersInACircle) {
  config::Config config = house();
  config.dns.stub_zones = {{"lan.example", server("192.168.7.2")}};
  EXPECT_THAT(table_text(plan(config), {}, true),
              HasSubstr("ip saddr { 9.9.9.9, 192.0.2.53, 192.168.7.2 } accept"));
}

TEST(Plan, HasAsManyQueuesAsWorkersAndNoneBeyondTheLast) {
  config::Config config = house();
  EXPECT_EQ(plan(config).queue_first, 4660);
  EXPECT_EQ(plan(config).queue_last, 4661);
  config.gate.queue_count = 7;
  EXPECT_EQ(plan(config).queue_last, 4666);
  config.gate.queue_first = 65535;
  EXPECT_EQ(plan(config).queue_last, 65535);
}

TEST(Update, WritesOnlyTheSetsThatChange) {
  Sets before;
  before.house = {{ip("10.0.0.0"), ip("10.0.0.255")}};
  Sets after = before;
  EXPECT_EQ(update_text(before, after), "");
  after.stopped = {{ip("10.0.0.9"), ip("10.0.0.9")}};
  EXPECT_EQ(update_text(before, after),
            "flush set inet haetae somebody_stopped\n"
            "add element inet haetae somebody_stopped { ipv4, ipv6 }\n"
            "flush set inet haetae stopped_v4\n"
            "add element inet haetae stopped_v4 { 10.0.0.9 }\n");
  EXPECT_EQ(update_text(after, before),
            "flush set inet haetae somebody_stopped\n"
            "flush set inet haetae stopped_v4\n");
}

TEST(Alive, IsSaidInOneTransactionThatTakesTheOldWordAway) {
  EXPECT_EQ(alive_text(),
            "flush set inet haetae alive\nadd element inet haetae alive { ipv4, ipv6 }\n");
}

TEST(Mangle, TakesAwayEveryJumpAndItsChainAndNothingElse) {
  constexpr std::string_view kSaved =
      "*mangle\n:FORWARD ACCEPT [0:0]\n:HAETAE - [0:0]\n:HAETAE2 - [0:0]\n"
      "-A FORWARD -m mark --mark 0x5/0x7 -j HAETAE\n-A FORWARD -i eth0 -j HAETAE2\n"
      "-A FORWARD -j HAETAE\n"
      "-A HAETAE -p icmp -j RETURN\nCOMMIT\n";
  EXPECT_EQ(mangle_removal_text(kSaved),
            "*mangle\n-D FORWARD -m mark --mark 0x5/0x7 -j HAETAE\n-D FORWARD -j HAETAE\n"
            "-F HAETAE\n-X HAETAE\nCOMMIT\n");
  EXPECT_EQ(own_mangle_lines(kSaved),
            ":HAETAE - [0:0]\n-A FORWARD -m mark --mark 0x5/0x7 -j HAETAE\n"
            "-A FORWARD -j HAETAE\n-A HAETAE -p icmp -j RETURN\n");
  EXPECT_EQ(mangle_removal_text("*mangle\n:FORWARD ACCEPT [0:0]\nCOMMIT\n"), "");
  EXPECT_EQ(mangle_removal_text(""), "");
}

TEST(Mangle, IsListedAsItWasWritten) {
  const Plan open = plan(house());
  const std::string saved = "*mangle\n" + saved_mangle_text(open, true) + "COMMIT\n";
  EXPECT_EQ(own_mangle_lines(saved), saved_mangle_text(open, true));
}

TEST(Listing, IsEqualHoweverTheKernelOrdersElements) {
  EXPECT_EQ(in_order("a\n\n\tiifname { \"b\", \"a\" } vmap { 2 : drop, 1 : accept } x\n\n"),
            "a\n\tiifname { \"a\", \"b\" } vmap { 1 : accept, 2 : drop } x\n");
  EXPECT_EQ(in_order("{ unfinished"), "{ unfinished");
  EXPECT_EQ(in_order(""), "");
}

}  // namespace
}  // namespace haetae::firewall
