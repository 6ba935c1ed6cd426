#include "admin/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haetae::admin {
namespace {

using testing::HasSubstr;

IpAddress at(const char* text) {
  return *IpAddress::from_text(text);
}

NetworkInterface interface(std::string name, bool has_default_route,
                           std::initializer_list<const char*> networks) {
  NetworkInterface made{.name = std::move(name), .has_default_route = has_default_route};
  for (const char* const text : networks) {
    const std::string_view whole = text;
    made.addresses.push_back(
        {at(std::string(whole.substr(0, whole.find('/'))).c_str()), *Cidr::from_text(whole)});
  }
  return made;
}

Evidence::Port port(const char* address, std::uint16_t number = 53) {
  return {.endpoint = {.address = at(address), .port = number}, .answers_as_filter = true};
}

// A small box beside the router of a house, where all is well.
Evidence healthy_house() {
  Evidence house;
  house.interfaces = {interface("eth0", true, {"192.168.7.2/24", "fe80::2/64"})};
  house.has_default_route_v4 = true;
  house.ports = {port("192.168.7.2")};
  house.upstreams = {{.server = "192.0.2.53 port 53", .answered = true}};
  house.clock = Time{std::chrono::sys_days{std::chrono::year{2026} / 5 / 5}};
  house.signature = {{house.clock - std::chrono::days{1}, house.clock + std::chrono::days{13}}};
  house.allow_from = {*Cidr::from_text("192.168.0.0/16")};
  return house;
}

Finding worst_of(const std::vector<Finding>& findings, std::string_view topic) {
  Finding worst{.topic = "none"};
  for (const Finding& finding : findings) {
    if (finding.topic != topic) continue;
    if (worst.topic == "none" || finding.level > worst.level) worst = finding;
  }
  return worst;
}

TEST(Diagnosis, FindsNothingWrongInAHealthyHouse) {
  for (const Finding& finding : diagnose(healthy_house())) {
    EXPECT_EQ(finding.level, Finding::Level::Good) << finding.topic << ": " << finding.text;
    EXPECT_TRUE(finding.advice.empty());
  }
}

TEST(Diagnosis, IsContentWithAMirrorPortOfBothDirections) {
  Evidence school = healthy_house();
  school.mirror_port = {.interface = "eth1", .frames = 4, .outward = 1, .inward = 0};
  EXPECT_EQ(worst_of(diagnose(school), "tap").text,
            "interface 'eth1' shows connections of the network");
  EXPECT_EQ(worst_of(diagnose(school), "tap").level, Finding::Level::Good);
}

struct FaultCase {
  const char* about;
  void (*spoil)(Evidence&);
  const char* topic;
  Finding::Level level;
  const char* text;
  const char* advice;
};

constexpr auto kFault = Finding::Level::Fault;
constexpr auto kWarning = Finding::Level::Warning;

const FaultCase kFaults[] = {
    {"another resolver has the port",
     [](Evidence& e) {
       e.ports[0].answers_as_filter = false;
       e.ports[0].is_taken = true;
       e.ports[0].holder = "unbound (pid 812)";
     },
     "port", kFault, "192.168.7.2 port 53: taken by unbound (pid 812)", "stop that program"},
    {"the router gave this machine another address",
     [](Evidence& e) {
       e.ports[0].answers_as_filter = false;
       e.ports[0].is_address_missing = true;
     },
     "port", kFault, "no interface of this machine has this address", "dns.listen"},
    {"a port below 1024 without the right to it",
     [](Evidence& e) {
       e.ports[0].answers_as_filter = false;
       e.ports[0].needs_privilege = true;
     },
     "port", kWarning, "may not listen there", "as root"},
    {"it listens to nobody but itself", [](Evidence& e) { e.ports = {port("127.0.0.1", 5300)}; },
     "port", kWarning, "only this machine can ask", "192.168.7.2:53"},
    {"the cable is out", [](Evidence& e) { e.has_default_route_v4 = false; }, "route", kFault,
     "no way to the internet", "cable"},
    {"a board without a battery", [](Evidence& e) { e.clock = Time{}; }, "clock", kFault,
     "in the past", "set the time"},
    {"the clock is behind", [](Evidence& e) { e.clock = e.signature->from - std::chrono::days{2}; },
     "clock", kFault, "slow", "set the time"},
    {"the clock is ahead", [](Evidence& e) { e.clock = e.signature->until + std::chrono::days{2}; },
     "clock", kFault, "fast", "set the time"},
    {"the upstream is silent",
     [](Evidence& e) {
       e.upstreams[0] = {
           .server = "192.0.2.53 port 53", .answered = false, .trouble = "no answer within 2 s"};
     },
     "upstream", kFault, "192.0.2.53 port 53: no answer within 2 s", "choose another server"},
    {"the mirror port's card is gone",
     [](Evidence& e) { e.mirror_port = {.interface = "eth1", .trouble = "there is none"}; }, "tap",
     kFault, "there is none", "docs/TAP.md"},
    {"resets cannot leave",
     [](Evidence& e) {
       e.mirror_port = {.reset_trouble = "it is down", .frames = 40, .outward = 20, .inward = 20};
     },
     "tap", kFault, "it is down", "docs/TAP.md"},
    {"the mirror port is silent", [](Evidence& e) { e.mirror_port = {.interface = "eth1"}; }, "tap",
     kWarning, "nothing came from interface 'eth1'", "cable"},
    {"an ordinary port in place of a mirror port",
     [](Evidence& e) { e.mirror_port = {.interface = "eth1", .frames = 40}; }, "tap", kWarning,
     "shows no connection", "mirror the port of the router"},
    {"a mirror port that shows what comes in alone",
     [](Evidence& e) { e.mirror_port = {.frames = 40, .inward = 20}; }, "tap", kWarning,
     "only what comes from the internet", "both directions"},
    {"a mirror port that shows what goes out alone",
     [](Evidence& e) { e.mirror_port = {.frames = 40, .outward = 20}; }, "tap", kWarning,
     "only what goes to the internet", "both directions"},
    {"the provider's router announces its own resolver",
     [](Evidence& e) { e.announcements = {{"eth0", at("fe80::1"), at("2001:db8::53")}}; },
     "announcement", kFault, "fe80::1 tells all devices of eth0 to ask 2001:db8::53",
     "switch off the IPv6 DNS announcement"},
    {"nobody could listen", [](Evidence& e) { e.could_not_listen = "Operation not permitted"; },
     "announcement", kWarning, "Operation not permitted", "as root"},
    {"the house has another network than allow_from says",
     [](Evidence& e) { e.allow_from = {*Cidr::from_text("10.0.0.0/8")}; }, "devices", kWarning,
     "192.168.7.0/24 at eth0 are refused", "allow_from: auto"},
};

TEST(Diagnosis, NamesEachCommonFaultAndWhatToDo) {
  for (const FaultCase& test : kFaults) {
    Evidence evidence = healthy_house();
    test.spoil(evidence);
    const Finding found = worst_of(diagnose(evidence), test.topic);
    EXPECT_EQ(found.level, test.level) << test.about;
    EXPECT_THAT(found.text, HasSubstr(test.text)) << test.about;
    EXPECT_THAT(found.advice, HasSubstr(test.advice)) << test.about;
  }
}

TEST(Diagnosis, TakesOurOwnAnnouncementForGood) {
  Evidence evidence = healthy_house();
  evidence.announcements = {{"eth0", at("fe80::1"), at("fe80::2")}};
  EXPECT_EQ(worst_of(diagnose(evidence), "announcement").level, Finding::Level::Good);
}

struct PlaceCase {
  const char* about;
  Evidence evidence;
  Standpoint standpoint;
};

TEST(Diagnosis, TellsWhereItStands) {
  Evidence router = healthy_house();
  router.interfaces = {interface("wan", true, {"203.0.113.9/24"}),
                       interface("br-lan", false, {"192.168.7.1/24"})};
  router.ports = {port("192.168.7.1")};
  router.forwards_v4 = true;
  Evidence two_cards = router;
  two_cards.forwards_v4 = false;
  Evidence provider = healthy_house();
  provider.interfaces = {interface("eth0", true, {"203.0.113.9/24"})};
  provider.ports = {port("203.0.113.9")};
  Evidence trial = healthy_house();
  trial.ports = {port("127.0.0.1", 5300)};
  const PlaceCase cases[] = {
      {"packets of a house pass through", router, Standpoint::Router},
      {"two networks, but nothing is passed on", two_cards, Standpoint::BesideRouter},
      {"a box in the house's network", healthy_house(), Standpoint::BesideRouter},
      {"a provider's resolver", provider, Standpoint::ResolverOnly},
      {"tried out on loopback", trial, Standpoint::ResolverOnly},
  };
  for (const PlaceCase& test : cases) {
    EXPECT_EQ(standpoint_of(test.evidence), test.standpoint) << test.about;
    EXPECT_FALSE(cannot_enforce(test.standpoint, false).empty()) << test.about;
  }
}

TEST(Diagnosis, SpeaksOfTheFirewallWhereTheGateIsOn) {
  Evidence house = healthy_house();
  EXPECT_EQ(worst_of(diagnose(house), "firewall").topic, "none");
  house.firewall.emplace();
  house.firewall->machine.has_own_queue = true;
  house.firewall->machine.stands = firewall::Machine::Stands::AsPlanned;
  house.firewall->machine.holder = "haetae (pid 812)";
  EXPECT_EQ(worst_of(diagnose(house), "firewall").level, Finding::Level::Good);
  house.firewall->machine.stands = firewall::Machine::Stands::Nothing;
  EXPECT_THAT(worst_of(diagnose(house), "firewall").text, HasSubstr("no rules of ours stand"));
}

TEST(Standpoint, OfARouterThatLeadsDnsHasOneGapLess) {
  EXPECT_EQ(cannot_enforce(Standpoint::Router, true).size() + 1,
            cannot_enforce(Standpoint::Router, false).size());
}

}  // namespace
}  // namespace haetae::admin
