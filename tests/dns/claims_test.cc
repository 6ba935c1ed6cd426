// Which of the options that name a client count, and what they say.
#include "dns/claims.h"

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

#include "dns/edns_options.h"
#include "support/guarded_bytes.h"

namespace haetae::dns {
namespace {

using config::PeerSends;
using test::device_option;
using test::ident_option;
using test::kDeviceText;
using test::kMacText;
using test::option;
using test::together;
using Octets = std::vector<std::uint8_t>;

const PeerTrust kEverything(std::vector{PeerSends::Mac, PeerSends::MacText, PeerSends::CpeId,
                                        PeerSends::Umbrella, PeerSends::UmbrellaDevice});

const Octets kMac = option(65001, {2, 0, 0, 0, 0, 1});
const Octets kOtherMac = option(65001, {2, 0, 0, 0, 0, 2});
const Octets kMacAsText = option(65073, kMacText);
const Octets kCpe = option(65074, "cpe-17");

ReadClaims read(const Octets& options, PeerTrust trust = kEverything) {
  return read_claims(haetae::test::GuardedBytes(options), trust);
}

std::string said(const ReadClaims& read) {
  std::string text;
  if (read.claims.mac) text += "mac " + read.claims.mac->to_text() + ' ';
  if (read.claims.address) text += "address " + read.claims.address->to_text() + ' ';
  if (!read.claims.id.view().empty()) text += "id " + std::string(read.claims.id.view()) + ' ';
  if (read.ignored) text += "ignored ";
  if (read.malformed) text += "malformed ";
  if (!text.empty()) text.pop_back();
  return text;
}

TEST(Claims, AreWhatTheOptionsSay) {
  struct Case {
    const char* what;
    Octets options;
    std::string_view says;
  };
  const Case cases[] = {
      {"no options", {}, ""},
      {"options of others", together({option(10, "12345678"), option(8, {0, 1, 0, 0})}), ""},
      {"a MAC", kMac, "mac 02:00:00:00:00:01"},
      {"a MAC as text", kMacAsText, "mac 02:00:00:00:00:0a"},
      {"a MAC in base64", option(65073, "AgAAAAAB"), "mac 02:00:00:00:00:01"},
      {"octets before text", together({kMac, kMacAsText}), "mac 02:00:00:00:00:01"},
      {"octets before text in either order", together({kMacAsText, kMac}), "mac 02:00:00:00:00:01"},
      {"a router's name", kCpe, "id cpe-17"},
      {"a device's number", device_option(), "id 0123456789abcdef"},
      {"an address", ident_option(false), "address 192.0.2.55"},
      {"an address and a device", ident_option(true), "address 192.0.2.55 id 0123456789abcdef"},
      {"the device before its router", together({device_option(), kCpe}), "id 0123456789abcdef"},
      {"all at once, among others", together({option(3, ""), kCpe, kMac, ident_option(false)}),
       "mac 02:00:00:00:00:01 address 192.0.2.55 id cpe-17"},
      {"a MAC of other hardware", option(65001, Octets(8, 1)), "malformed"},
      {"a text that is no MAC", option(65073, "nominum-7"), "malformed"},
      {"a name that is too long", option(65074, std::string(65, 'a')), "malformed"},
      {"an empty name", option(65074, ""), "malformed"},
      {"a cut Umbrella option", option(20292, "ODNS"), "malformed"},
      {"a device that is none", option(26946, "OpenDNS"), "malformed"},
      {"what is sound counts beside what is not", together({kMac, option(65074, "")}),
       "mac 02:00:00:00:00:01 malformed"},
      {"two MACs: the client wrote one of them", together({kMac, kOtherMac}), "malformed"},
      {"the same MAC twice", together({kMac, kMac}), "malformed"},
      {"three of them", together({kMac, kMac, kMac}), "malformed"},
      {"two names, a MAC", together({kCpe, kMac, kCpe}), "mac 02:00:00:00:00:01 malformed"},
  };
  for (const Case& c : cases) EXPECT_EQ(said(read(c.options)), c.says) << c.what;
}

TEST(Claims, CountOnlyIfThePeerIsBelievedToAddThem) {
  const Octets all = together({kMac, kMacAsText, kCpe, ident_option(false), device_option()});
  EXPECT_EQ(said(read(all, PeerTrust())), "ignored");
  const auto believing = [&](PeerSends what) { return said(read(all, PeerTrust({&what, 1}))); };
  EXPECT_EQ(believing(PeerSends::Mac), "mac 02:00:00:00:00:01 ignored");
  EXPECT_EQ(believing(PeerSends::MacText), "mac 02:00:00:00:00:0a ignored");
  EXPECT_EQ(believing(PeerSends::CpeId), "id cpe-17 ignored");
  EXPECT_EQ(believing(PeerSends::Umbrella), "address 192.0.2.55 ignored");
  EXPECT_EQ(believing(PeerSends::UmbrellaDevice), "id 0123456789abcdef ignored");
  EXPECT_EQ(believing(PeerSends::Proxy), "ignored") << "a balancer's header says nothing of OPT";
  EXPECT_EQ(said(read(kMac, kEverything)), "mac 02:00:00:00:00:01");
}

TEST(Claims, TakeAnIdAsLongAsTheLimitAndNoLonger) {
  ClientId id;
  EXPECT_EQ(id.view(), "");
  id.set(std::string(limits::kClientIdBytesMax, 'x'));
  EXPECT_EQ(id.view().size(), limits::kClientIdBytesMax);
  id.set("short");
  EXPECT_EQ(id.view(), "short");
}

TEST(TrustedPeers, AreKnownByTheLongestPrefix) {
  const std::vector<config::TrustedPeer> written{
      {*Cidr::from_text("192.0.2.0/24"), {PeerSends::Mac}},
      {*Cidr::from_text("192.0.2.7"), {PeerSends::Proxy, PeerSends::CpeId}},
      {*Cidr::from_text("2001:db8::7"), {PeerSends::Umbrella}}};
  const TrustedPeers peers(written);
  const auto of = [&](const char* text) { return peers.of(*IpAddress::from_text(text)); };
  EXPECT_TRUE(of("192.0.2.8").has(PeerSends::Mac));
  EXPECT_FALSE(of("192.0.2.7").has(PeerSends::Mac));
  EXPECT_TRUE(of("192.0.2.7").has(PeerSends::Proxy));
  EXPECT_TRUE(of("192.0.2.7").has(PeerSends::CpeId));
  EXPECT_TRUE(of("2001:db8::7").has(PeerSends::Umbrella));
  EXPECT_FALSE(of("2001:db8::8").has_options());
  EXPECT_FALSE(TrustedPeers().of(*IpAddress::from_text("192.0.2.7")).has(PeerSends::Proxy));
}

TEST(TrustedPeers, TellBalancersFromThoseThatAddOptions) {
  const PeerSends proxy = PeerSends::Proxy;
  const PeerSends mac = PeerSends::Mac;
  EXPECT_FALSE(PeerTrust().has_options());
  EXPECT_FALSE(PeerTrust({&proxy, 1}).has_options());
  EXPECT_TRUE(PeerTrust({&mac, 1}).has_options());
  const PeerTrust both = PeerTrust({&mac, 1}) | PeerTrust({&proxy, 1});
  EXPECT_TRUE(both.has(PeerSends::Proxy) && both.has(PeerSends::Mac) && both.has_options());
}

}  // namespace
}  // namespace haetae::dns
