// What an answer leads to: RFC 1034 section 3.6.2, RFC 6672, RFC 9460.
#include "wire/dns_targets.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "support/guarded_bytes.h"
#include "wire/packet_builder.h"

namespace haetae::wire {
namespace {

using test::kAnswerFlags;
using test::PacketBuilder;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kAsked = "www.example.com";

PacketBuilder answer(RRType type, std::uint16_t answers, std::uint16_t additionals = 0) {
  return PacketBuilder(kAnswerFlags, {.answers = answers, .additionals = additionals})
      .question(kAsked, type);
}

std::size_t wire_bytes(std::string_view name) {
  return name_of(name).wire().size();
}

PacketBuilder& cname(PacketBuilder& packet, std::string_view owner, std::string_view target,
                     RRType type = RRType::Cname) {
  return packet.name(owner).fixed(type, 300, wire_bytes(target)).name(target);
}

PacketBuilder& a(PacketBuilder& packet, std::string_view owner, std::uint8_t last) {
  return packet.name(owner).fixed(RRType::A, 300, 4).raw({192, 0, 2, last});
}

// "kind record what", with "-" before what stands beside the chain.
std::vector<std::string> targets(Bytes message, std::string_view asked = kAsked) {
  const haetae::test::GuardedBytes guarded(message);
  TargetReader reader(guarded.bytes(), name_of(asked));
  std::vector<std::string> found;
  for (Target target; reader.next(target);) {
    const char kinds[] = {'c', 's', 'a', 'h'};
    found.push_back(fmt::format(
        "{}{}{} {}", target.on_chain ? "" : "-", kinds[static_cast<int>(target.kind)],
        target.record, target.is_name() ? target.name.to_text() : target.address.to_text()));
  }
  if (reader.malformed()) found.emplace_back("malformed");
  return found;
}

TEST(TargetReader, FollowsAChainOfCnamesToItsAddresses) {
  PacketBuilder packet = answer(RRType::A, 4);
  cname(packet, "WWW.example.com", "Edge.Example.net");
  cname(packet, "edge.example.net", "pop.example.org");
  a(a(packet, "pop.example.org", 1), "pop.example.org", 2);
  EXPECT_THAT(targets(packet), ElementsAre("c0 edge.example.net", "c1 pop.example.org",
                                           "a2 192.0.2.1", "a3 192.0.2.2"));
}

TEST(TargetReader, TellsWhatStandsBesideTheChain) {
  PacketBuilder packet = answer(RRType::A, 4);
  a(packet, "other.example.com", 1);
  cname(packet, "elsewhere.example.com", "allowed.example");
  cname(packet, "www.example.com", "edge.example.net");
  a(packet, "allowed.example", 2);
  EXPECT_THAT(targets(packet), ElementsAre("-a0 192.0.2.1", "-c1 allowed.example",
                                           "c2 edge.example.net", "-a3 192.0.2.2"));
}

TEST(TargetReader, EndsWhereAChainRunsInACircle) {
  PacketBuilder packet = answer(RRType::A, 3);
  cname(packet, "www.example.com", "a.example");
  cname(packet, "a.example", "www.example.com");
  cname(packet, "www.example.com", "a.example");
  EXPECT_THAT(targets(packet), ElementsAre("c0 a.example", "c1 www.example.com", "c2 a.example"));
}

TEST(TargetReader, MakesOfADnameTheNameThatAClientWouldFollow) {
  PacketBuilder packet = answer(RRType::A, 3);
  cname(packet, "example.com", "example.net", RRType::Dname);
  cname(packet, "www.example.com", "www.example.net");
  a(packet, "www.example.net", 1);
  EXPECT_THAT(targets(packet),
              ElementsAre("-c0 www.example.net", "c1 www.example.net", "a2 192.0.2.1"));

  PacketBuilder alone = answer(RRType::A, 1);
  cname(alone, "example.com", "example.net", RRType::Dname);
  EXPECT_THAT(targets(alone), ElementsAre("-c0 www.example.net"));
}

TEST(TargetReader, TellsADnamesTargetWhereTheDnameWasAskedFor) {
  PacketBuilder packet = answer(RRType::Dname, 1);
  cname(packet, "www.example.com", "example.net", RRType::Dname);
  EXPECT_THAT(targets(packet), ElementsAre("c0 example.net"));
}

TEST(TargetReader, FollowsNoDnameToANameThatIsTooLong) {
  const std::string label(63, 'x');
  const std::string target = label + "." + label + "." + label + "." + std::string(60, 'x');
  PacketBuilder packet = answer(RRType::A, 2);
  cname(packet, "example.com", target, RRType::Dname);
  a(packet, "www.example.com", 1);
  EXPECT_THAT(targets(packet), ElementsAre("a1 192.0.2.1"));
}

TEST(TargetReader, TellsServicesHostsAndAllTheirHints) {
  PacketBuilder packet = answer(RRType::Https, 3);
  // 1 svc.example.net alpn=h2 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1
  packet.name(kAsked).fixed(RRType::Https, 300, 2 + wire_bytes("svc.example.net") + 7 + 12 + 20);
  packet.u16(1).name("svc.example.net").u16(1).u16(3).raw({2, 'h', '2'});
  packet.u16(4).u16(8).raw({192, 0, 2, 1, 192, 0, 2, 2});
  packet.u16(6).u16(16).raw({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  // 1 . ipv4hint=192.0.2.3: the owner's own
  packet.name(kAsked).fixed(RRType::Https, 300, 2 + 1 + 8);
  packet.u16(1).u8(0).u16(4).u16(4).raw({192, 0, 2, 3});
  // 0 pool.example.net: an alias
  packet.name(kAsked).fixed(RRType::Https, 300, 2 + wire_bytes("pool.example.net"));
  packet.u16(0).name("pool.example.net");
  EXPECT_THAT(targets(packet),
              ElementsAre("s0 svc.example.net", "h0 192.0.2.1", "h0 192.0.2.2", "h0 2001:db8::1",
                          "h1 192.0.2.3", "s2 pool.example.net"));
}

TEST(TargetReader, TellsNothingOfAServiceWithoutHostAndHints) {
  PacketBuilder packet = answer(RRType::Svcb, 1);
  packet.name(kAsked).fixed(RRType::Svcb, 300, 2 + 1 + 6).u16(1).u8(0).u16(3).u16(2).u16(443);
  EXPECT_THAT(targets(packet), IsEmpty());
}

TEST(TargetReader, LooksAtTheAnswerSectionAlone) {
  PacketBuilder packet = answer(RRType::Mx, 1, 1);
  packet.name(kAsked).fixed(RRType::Mx, 300, 2 + wire_bytes("mail.example")).u16(5);
  packet.name("mail.example");
  a(packet, "mail.example", 9);
  EXPECT_THAT(targets(packet), IsEmpty());
}

TEST(TargetReader, StopsAtARecordThatDoesNotRead) {
  PacketBuilder short_address = answer(RRType::A, 1);
  short_address.name(kAsked).fixed(RRType::A, 300, 3).raw({192, 0, 2});
  EXPECT_THAT(targets(short_address), ElementsAre("malformed"));
  PacketBuilder tail = answer(RRType::A, 1);
  tail.name(kAsked).fixed(RRType::Cname, 300, 3).u8(0).u16(7);
  EXPECT_THAT(targets(tail), ElementsAre("malformed"));
  PacketBuilder missing = answer(RRType::A, 2);
  a(missing, kAsked, 1);
  EXPECT_THAT(targets(missing), ElementsAre("a0 192.0.2.1", "malformed"));
  PacketBuilder keys = answer(RRType::Https, 1);  // keys must ascend
  keys.name(kAsked).fixed(RRType::Https, 300, 2 + 1 + 8).u16(1).u8(0);
  keys.u16(4).u16(0).u16(4).u16(0);
  EXPECT_THAT(targets(keys), ElementsAre("malformed"));
}

TEST(TargetReader, ReadsEveryPrefixOfAnAnswerWithoutLeavingIt) {
  PacketBuilder packet = answer(RRType::Https, 2);
  cname(packet, kAsked, "edge.example.net");
  packet.name("edge.example.net").fixed(RRType::Https, 300, 2 + 1 + 8);
  packet.u16(1).u8(0).u16(4).u16(4).raw({192, 0, 2, 3});
  ASSERT_THAT(targets(packet), ElementsAre("c0 edge.example.net", "h1 192.0.2.3"));
  for (std::size_t size = 0; size < packet.size(); ++size) {
    EXPECT_THAT(targets(packet.bytes().first(size)), testing::Contains("malformed")) << size;
  }
}

}  // namespace
}  // namespace haetae::wire
