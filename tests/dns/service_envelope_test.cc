// What trusted peers say of who asks: PROXY headers and EDNS options.
#include <gtest/gtest.h>

#include "dns/edns_options.h"
#include "dns/service_house.h"

namespace haetae::dns::test {
namespace {

using config::PeerSends;

constexpr const char* kForwarder = "192.0.2.2";   // adds MACs
constexpr const char* kBalancer = "203.0.113.3";  // adds PROXY headers; may not ask itself
constexpr const char* kAccess = "192.0.2.4";      // adds names of routers
constexpr const char* kUmbrella = "192.0.2.6";
constexpr const char* kParent = "192.0.2.200";
constexpr const char* kStranger = "198.51.100.9";

const Octets kParentsMac = option(65001, {2, 0, 0, 0, 0, 1});
const Octets kUnknownMac = option(65001, {2, 0, 0, 0, 0, 99});
const Octets kChildsMac = option(65001, {2, 0, 0, 0, 0, 2});

// A child's profile by default; a parent who is known by anything, at whose device nothing is
// blocked.
haetae::test::PolicyMaker family() {
  haetae::test::PolicyMaker maker = House::default_maker();
  const auto parent = maker.profile("parent");
  maker.at(parent).filtered = false;
  maker.at(parent).log = policy::LogLevel::All;
  maker.devices = {{"phone", parent}};
  policy::Recognition phone{.who = {0, parent}};
  phone.mac = MacAddress::from_text("02:00:00:00:00:01");
  phone.credential = "cpe-17";
  phone.places = {*Cidr::from_text(kParent), *Cidr::from_text(kForwarder),
                  *Cidr::from_text("2001:db8::200")};
  maker.recognitions = {phone, {.who = {0, parent}, .credential = std::string(kDeviceText)}};
  return maker;
}

struct Site : House {
  Site() : House(family()) {
    const auto trust = [this](const char* peer, std::vector<PeerSends> sends) {
      settings.trusted_peers.push_back({*Cidr::from_text(peer), std::move(sends)});
    };
    trust(kForwarder, {PeerSends::Mac});
    trust(kBalancer, {PeerSends::Proxy});
    trust(kAccess, {PeerSends::CpeId});
    trust(kUmbrella, {PeerSends::Umbrella, PeerSends::UmbrellaDevice});
    trust("192.0.2.5", {PeerSends::Proxy, PeerSends::Mac});
    publish_settings();
  }

  // As the UDP front does it.
  Effect send_datagram(Bytes datagram, Client client) {
    service->begin_batch();
    const auto query = service->take_proxy_header(datagram, client);
    return query ? send_bytes(*query, client) : Effect{};
  }
  Effect send_through(const char* balancer, const Octets& header, const Asked& asked) {
    Octets octets = header;
    const Octets query = query_bytes(asked);
    octets.insert(octets.end(), query.begin(), query.end());
    Asked from = asked;
    from.from = balancer;
    return send_datagram(octets, client_of(from));
  }

  // Who is taken to ask for a name that only a parent gets: "child" or "parent".
  std::string who(const Effect& effect) {
    if (effect.kind == Effect::Kind::Pending) {
      answer_failed();
      return take_reply()->rcode() == Rcode::ServFail ? "parent" : "?";
    }
    const auto reply = take_reply();
    if (!reply) return "nobody";
    if (reply->rcode() == Rcode::Refused) return "stranger";
    return reply->has_error(EdeCode::Filtered) ? "child" : "?";
  }
  std::string who(const char* from, const Octets& options) {
    return who(send({.name = unasked(), .options = options, .from = from}));
  }
  std::string who_through(const char* balancer, const Octets& header, const Octets& options = {}) {
    return who(send_through(balancer, header, {.name = unasked(), .options = options}));
  }
  std::string unasked() { return "n" + std::to_string(next_++) + ".bad.example"; }

 private:
  int next_ = 0;
};

Octets proxy_header(const char* source, std::uint8_t command = 0x21) {
  const IpAddress address = *IpAddress::from_text(source);
  Octets octets{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
  octets.push_back(command);
  octets.push_back(address.is_v4() ? 0x12 : 0x22);
  octets.push_back(0);
  octets.push_back(static_cast<std::uint8_t>(2 * address.wire().size() + 4));
  for (int twice = 0; twice < 2; ++twice) {
    octets.insert(octets.end(), address.wire().begin(), address.wire().end());
  }
  octets.insert(octets.end(), {0x9c, 0x40, 0, 53});
  return octets;
}

TEST(ServiceEnvelope, TakesTheMacThatATrustedForwarderTells) {
  Site site;
  EXPECT_EQ(site.who(kForwarder, kParentsMac), "parent");
  EXPECT_EQ(site.who(kForwarder, kChildsMac), "child");
  EXPECT_EQ(site.counters.claims_ignored.value(), 0U);
  EXPECT_EQ(site.counters.claims_malformed.value(), 0U);
}

TEST(ServiceEnvelope, TakesNamesAndAddressesThatTrustedPeersTell) {
  Site site;
  EXPECT_EQ(site.who(kAccess, option(65074, "cpe-17")), "parent");
  EXPECT_EQ(site.who(kAccess, option(65074, "cpe-18")), "child");
  EXPECT_EQ(site.who(kAccess, option(65074, "CPE-17")), "child") << "names are told apart by case";
  EXPECT_EQ(site.who(kUmbrella, device_option()), "parent");
  EXPECT_EQ(site.who(kUmbrella, ident_option(true)), "parent");
  EXPECT_EQ(site.who(kUmbrella, ident_option(false)), "child") << "192.0.2.55 is nobody";
  EXPECT_EQ(site.who(kUmbrella, option(20292, {'O', 'D', 'N', 'S', 1, 0, 0, 0x10, 192, 0, 2, 200})),
            "parent")
      << "by the address that it tells";
}

TEST(ServiceEnvelope, IgnoresAndCountsWhatOthersClaim) {
  Site site;
  const Octets options[] = {
      kParentsMac,
      option(65073, "02:00:00:00:00:01"),
      option(65073, "AgAAAAAB"),
      device_option(),
      option(65074, "cpe-17"),
      ident_option(true),
  };
  std::uint64_t ignored = 0;
  for (const Octets& one : options) {
    EXPECT_EQ(site.who("192.0.2.10", one), "child");
    EXPECT_EQ(site.counters.claims_ignored.value(), ++ignored);
  }
  // Nor does who is believed in one thing pass for somebody by another.
  EXPECT_EQ(site.who(kForwarder, option(65074, "cpe-17")), "child");
  EXPECT_EQ(site.who(kForwarder, option(65073, "02:00:00:00:00:01")), "child");
  EXPECT_EQ(site.who(kAccess, kParentsMac), "child");
  EXPECT_EQ(site.counters.claims_ignored.value(), ignored + 3);
  EXPECT_EQ(site.who(kParent, kChildsMac), "parent") << "a claim takes nothing away either";
}

TEST(ServiceEnvelope, CountsClaimsThatSayNothing) {
  Site site;
  EXPECT_EQ(site.who(kForwarder, together({kParentsMac, kChildsMac})), "child");
  EXPECT_EQ(site.who(kForwarder, together({kChildsMac, kParentsMac})), "child");
  EXPECT_EQ(site.who(kForwarder, option(65001, {2, 0, 0, 0, 0})), "child");
  EXPECT_EQ(site.counters.claims_malformed.value(), 3U);
  EXPECT_EQ(site.counters.claims_ignored.value(), 0U);
}

TEST(ServiceEnvelope, AForwardersOwnAddressNeverSaysWhoAsks) {
  // Its address stands among the parent's places, as somebody's may who set it up.
  Site site;
  EXPECT_EQ(site.who(kForwarder, {}), "child");
  EXPECT_EQ(site.who(kForwarder, kUnknownMac), "child");
  site.settings.trusted_peers.clear();
  site.publish_settings();
  EXPECT_EQ(site.who(kForwarder, {}), "parent") << "when it is no forwarder any more";
}

TEST(ServiceEnvelope, AForwardersNetworkStillCounts) {
  haetae::test::PolicyMaker maker = family();
  maker.recognitions.push_back(
      {.who = {policy::kUnknownDevice, 1}, .places = {*Cidr::from_text("192.0.2.4/31")}});
  Site site;
  site.maker = maker;
  site.publish_policy();
  EXPECT_EQ(site.who(kAccess, {}), "parent") << "the network has the parent's profile";
  EXPECT_EQ(site.who(kAccess, option(65074, "cpe-18")), "parent");
}

TEST(ServiceEnvelope, WhoWaitsStaysWhoTheyAre) {
  Site site;
  const Asked asked{.name = "new.bad.example", .options = kParentsMac, .from = kForwarder};
  EXPECT_EQ(site.send(asked).kind, Effect::Kind::Pending);
  site.answer(Packet("new.bad.example", RRType::A).address("198.51.100.1").make());
  EXPECT_EQ(site.take_reply()->of(RRType::A).size(), 1U);
  // Decided anew when the answer comes: the parent's phone is not known any more.
  const Asked again{.name = "other.bad.example", .options = kParentsMac, .from = kForwarder};
  EXPECT_EQ(site.send(again).kind, Effect::Kind::Pending);
  site.maker.recognitions.clear();
  site.publish_policy();
  site.answer(Packet("other.bad.example", RRType::A).address("198.51.100.1").make());
  EXPECT_TRUE(site.take_reply()->has_error(EdeCode::Filtered));
}

TEST(ServiceEnvelope, NothingOfAClientsOptionsComesBack) {
  Site site;
  const Octets everything =
      together({kParentsMac, option(65073, "AgAAAAAB"), option(65074, "cpe-17"), device_option(),
                ident_option(true), option(8, {0, 1, 24, 0, 192, 0, 2}), option(10, "cookies!"),
                option(12, "padding"), option(65005, "private")});
  for (const char* from : {"192.0.2.10", kForwarder, kAccess, kUmbrella}) {
    for (const char* name : {"www.example", "bad.example"}) {
      const Asked asked{.name = name, .options = everything, .from = from};
      const auto reply =
          site.ask_with(asked, Packet(name, RRType::A).address("198.51.100.1").make());
      ASSERT_TRUE(reply.has_value());
      EXPECT_TRUE(reply->has_edns && reply->other_options.empty()) << from << ' ' << name;
    }
  }
}

TEST(ServiceEnvelope, TakesWhoAsksFromTheHeaderOfABalancer) {
  Site site;
  EXPECT_EQ(site.who_through(kBalancer, proxy_header(kParent)), "parent");
  EXPECT_EQ(site.who_through(kBalancer, proxy_header("2001:db8::200")), "parent");
  EXPECT_EQ(site.who_through(kBalancer, proxy_header("192.0.2.10")), "child");
  EXPECT_EQ(site.counters.dropped_proxy_header.value(), 0U);
}

TEST(ServiceEnvelope, AnswersTheBalancerAndRecordsTheClient) {
  Site site;
  site.send_through(kBalancer, proxy_header(kParent), {.name = "www.example"});
  site.answer(Packet("www.example", RRType::A).address("198.51.100.1").make());
  ASSERT_EQ(site.replied_to.size(), 1U);
  EXPECT_EQ(site.replied_to[0].peer.address.to_text(), kBalancer);
  EXPECT_EQ(site.replied_to[0].peer.port, 5353);
  ASSERT_NE(site.events.front(), nullptr);
  EXPECT_EQ(site.events.front()->peer.address.to_text(), kParent);
  EXPECT_EQ(site.events.front()->peer.port, 40000);
}

TEST(ServiceEnvelope, WhoMayAskIsTheClientAndNotTheBalancer) {
  Site site;
  EXPECT_EQ(site.who_through(kBalancer, proxy_header(kStranger)), "stranger");
  EXPECT_EQ(site.counters.refused_client.value(), 1U);
  // LOCAL: the balancer's own, which may not ask at this site …
  EXPECT_EQ(site.who_through(kBalancer, proxy_header(kParent, 0x20)), "stranger");
  // … and at another one may.
  EXPECT_EQ(site.who_through("192.0.2.5", proxy_header(kParent, 0x20)), "child");
}

TEST(ServiceEnvelope, ABalancersDatagramWithoutASoundHeaderIsDroppedAndCounted) {
  Site site;
  const Octets header = proxy_header(kParent);
  const Octets query = query_bytes({.name = "www.example"});
  Asked from;
  from.from = kBalancer;
  std::uint64_t dropped = 0;
  const auto expect_dropped = [&](Octets datagram, const Octets& behind, const char* what) {
    datagram.insert(datagram.end(), behind.begin(), behind.end());
    EXPECT_EQ(site.send_datagram(datagram, site.client_of(from)).kind, Effect::Kind::Drop) << what;
    EXPECT_EQ(site.counters.dropped_proxy_header.value(), ++dropped) << what;
  };
  expect_dropped({}, query, "no header");
  for (std::size_t size = 0; size < header.size(); ++size) {
    expect_dropped(Octets(header.begin(), header.begin() + static_cast<long>(size)), {}, "cut");
  }
  Octets wrong = header;
  wrong[3] = 'x';
  expect_dropped(wrong, query, "another signature");
  Octets beyond = header;
  beyond[14] = 0x02;
  expect_dropped(beyond, query, "a length beyond the datagram");
  Octets unspecified = header;
  unspecified[13] = 0;
  expect_dropped(unspecified, query, "a client without address");
  Octets cut_values = header;
  cut_values[15] += 2;
  expect_dropped(cut_values, query, "the query read as additional values");
  EXPECT_TRUE(site.replies.empty());
  EXPECT_TRUE(site.upstream_asked.empty());
  EXPECT_EQ(site.counters.queries.value(), 0U);
}

TEST(ServiceEnvelope, AHeaderAloneIsNoQuery) {
  Site site;
  Asked from;
  from.from = kBalancer;
  EXPECT_EQ(site.send_datagram(proxy_header(kParent), site.client_of(from)).kind,
            Effect::Kind::Drop);
  EXPECT_EQ(site.counters.dropped_short.value(), 1U);
}

TEST(ServiceEnvelope, TheHeaderOfAnybodyElseIsAMalformedQuery) {
  Site site;
  const Effect effect =
      site.send_through("192.0.2.10", proxy_header(kParent), {.name = "www.example"});
  EXPECT_EQ(effect.kind, Effect::Kind::Reply);
  EXPECT_EQ(site.take_reply()->rcode(), Rcode::NotImp);
  EXPECT_EQ(site.counters.notimp.value(), 1U);
  EXPECT_EQ(site.counters.dropped_proxy_header.value(), 0U);
}

TEST(ServiceEnvelope, ABalancerMayStandBeforeOrBesideAForwarder) {
  Site site;
  // Before: the client that it names is a forwarder.
  EXPECT_EQ(site.who_through(kBalancer, proxy_header(kForwarder), kParentsMac), "parent");
  EXPECT_EQ(site.who_through(kBalancer, proxy_header(kForwarder), kUnknownMac), "child");
  EXPECT_EQ(site.who_through(kBalancer, proxy_header(kForwarder)), "child");
  // Beside: it adds MACs itself; the address is the client's own.
  EXPECT_EQ(site.who_through("192.0.2.5", proxy_header("192.0.2.10"), kParentsMac), "parent");
  EXPECT_EQ(site.who_through("192.0.2.5", proxy_header(kParent)), "parent");
  // Neither: what the client wrote.
  EXPECT_EQ(site.who_through(kBalancer, proxy_header("192.0.2.10"), kParentsMac), "child");
  EXPECT_EQ(site.counters.claims_ignored.value(), 1U);
}

TEST(ServiceEnvelope, AKnownMacGoesBeforeTheAddressAndAnUnknownOneRaisesNobody) {
  Site site;
  EXPECT_EQ(site.who_through("192.0.2.5", proxy_header(kParent), kUnknownMac), "child")
      << "somebody else took the parent's address";
}

TEST(ServiceEnvelope, EachClientBehindAPeerHasItsOwnShareOfTheWaiting) {
  struct Case {
    const char* what;
    std::function<Effect(Site&, const std::string& name, std::uint8_t client)> send;
  };
  const Case cases[] = {
      {"behind a balancer",
       [](Site& site, const std::string& name, std::uint8_t client) {
         return site.send_through(kBalancer,
                                  proxy_header(("192.0.2." + std::to_string(client)).c_str()),
                                  {.name = name});
       }},
      {"behind a forwarder that tells MACs",
       [](Site& site, const std::string& name, std::uint8_t client) {
         return site.send(
             {.name = name, .options = option(65001, {2, 0, 0, 0, 1, client}), .from = kForwarder});
       }},
      {"behind routers with names",
       [](Site& site, const std::string& name, std::uint8_t client) {
         return site.send({.name = name,
                           .options = option(65074, "room-" + std::to_string(client)),
                           .from = kAccess});
       }},
  };
  for (const Case& c : cases) {
    Site site;
    for (std::size_t i = 0; i < limits::kPendingPerClientMax; ++i) {
      const std::string name = "n" + std::to_string(i) + ".example";
      ASSERT_EQ(c.send(site, name, 10).kind, Effect::Kind::Pending) << c.what;
    }
    EXPECT_EQ(c.send(site, "more.example", 10).kind, Effect::Kind::Drop) << c.what;
    EXPECT_EQ(c.send(site, "more.example", 11).kind, Effect::Kind::Pending) << c.what;
  }
}

TEST(ServiceEnvelope, TellsFrontsWhoStartsWithAHeader) {
  Site site;
  const auto sends = [&](const char* peer) {
    return site.service->sends_proxy_header(*IpAddress::from_text(peer));
  };
  site.service->begin_batch();
  EXPECT_TRUE(sends(kBalancer));
  EXPECT_TRUE(sends("192.0.2.5"));
  EXPECT_FALSE(sends(kForwarder));
  EXPECT_FALSE(sends("192.0.2.10"));
}

}  // namespace
}  // namespace haetae::dns::test
