// Queries: RFC 1035 section 4.1, RFC 6891 (EDNS), RFC 9619 (one question).
#include <gmock/gmock.h>

#include <array>

#include "support/guarded_bytes.h"
#include "wire/dns_message.h"
#include "wire/dns_name.h"
#include "wire/packet_builder.h"

namespace haetae::wire {
namespace {

using test::kQueryFlags;
using test::PacketBuilder;
using testing::ElementsAre;
using testing::ElementsAreArray;

PacketBuilder plain_query() {
  return PacketBuilder(kQueryFlags, {}).question("wWw.Example.com", RRType::Aaaa);
}
PacketBuilder query_with(std::uint16_t additionals) {
  return PacketBuilder(kQueryFlags, {.additionals = additionals})
      .question("www.example.com", RRType::A);
}

TEST(DnsQuery, IsReadWithItsFlagsAndItsLetterCase) {
  const PacketBuilder packet = plain_query();
  const haetae::test::GuardedBytes guarded(packet);
  const auto query = parse_query(guarded);
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(query->id, 0x1234);
  EXPECT_TRUE(query->recursion_desired);
  EXPECT_FALSE(query->authentic_data);
  EXPECT_FALSE(query->checking_disabled);
  EXPECT_FALSE(query->wants_authentic_data());
  EXPECT_EQ(query->question.name, name_of("www.example.com"));
  EXPECT_EQ(query->question.type, RRType::Aaaa);
  EXPECT_EQ(query->question.klass, RRClass::In);
  EXPECT_THAT(query->question.wire, ElementsAreArray(packet.bytes().subspan(kHeaderBytes)));
  EXPECT_FALSE(query->edns.present);
  EXPECT_EQ(query->edns.udp_payload_bytes, 512) << "RFC 1035, section 4.2.1";
}

TEST(DnsQuery, TellsEachFlagFromTheOthers) {
  const auto with = [](std::uint16_t flags) {
    return *parse_query(PacketBuilder(flags, {}).question("a", RRType::A));
  };
  EXPECT_FALSE(with(0).recursion_desired);
  EXPECT_TRUE(with(Header::kAuthenticData).wants_authentic_data());
  EXPECT_TRUE(with(Header::kCheckingDisabled).checking_disabled);
  // Reserved and answer-only bits in a query mean nothing.
  EXPECT_FALSE(with(0x0040 | Header::kTruncated | Header::kAuthoritative).recursion_desired);
}

TEST(DnsQuery, HoldsWhatItsOptSays) {
  constexpr std::uint8_t kOptions[] = {0, 10, 0, 2, 0xaa, 0xbb, 0xfd, 0xe9, 0, 1, 7, 0, 12, 0, 0};
  const PacketBuilder packet = query_with(1).opt(1232, 0x8000, kOptions);
  const auto query = parse_query(packet);
  ASSERT_TRUE(query.has_value());
  EXPECT_TRUE(query->edns.present);
  EXPECT_TRUE(query->edns.dnssec_ok);
  EXPECT_TRUE(query->wants_authentic_data());
  EXPECT_EQ(query->edns.udp_payload_bytes, 1232);
  EXPECT_THAT(*find_edns_option(query->edns.options, EdnsOptionCode::Cookie),
              ElementsAre(0xaa, 0xbb));
  EXPECT_THAT(*find_edns_option(query->edns.options, EdnsOptionCode::Mac), ElementsAre(7));
  EXPECT_TRUE(find_edns_option(query->edns.options, EdnsOptionCode::Padding)->empty());
  EXPECT_FALSE(find_edns_option(query->edns.options, EdnsOptionCode::ClientSubnet).has_value());
}

TEST(DnsQuery, TakesPayloadSizesBelow512As512) {
  EXPECT_EQ(parse_query(query_with(1).opt(100, 0))->edns.udp_payload_bytes, 512);
}

struct TolerantCase {
  const char* what;
  PacketBuilder packet;
};

TEST(DnsQuery, PassesWhatServersMustTolerate) {
  constexpr std::uint8_t kUnknownOption[] = {0xff, 0xf0, 0, 1, 9};
  const TolerantCase cases[] = {
      {"an unknown EDNS option", query_with(1).opt(512, 0, kUnknownOption)},
      {"reserved EDNS flags", query_with(1).opt(512, 0x7fff)},
      {"octets after the last record", plain_query().raw({1, 2, 3})},
      {"an unknown type and class", PacketBuilder(0, {}).name("a").u16(65280).u16(77)},
      {"a TSIG after the OPT",
       query_with(2).opt(512, 0).name("key").fixed(RRType::Tsig, 0, 3).raw({1, 2, 3})},
      {"the SOA of an IXFR", PacketBuilder(0, {.authorities = 1})
                                 .question("a", RRType::Ixfr)
                                 .pointer(12)
                                 .fixed(RRType::Soa, 0, 1)
                                 .u8(0)},
      {"the root as name", PacketBuilder(0, {}).u8(0).u16(2).u16(1)},
  };
  for (const TolerantCase& c : cases) EXPECT_TRUE(parse_query(c.packet).has_value()) << c.what;
}

struct RefusedCase {
  const char* what;
  PacketBuilder packet;
  ParseError error;
  std::optional<Rcode> rcode;
};

TEST(DnsQuery, IsRefusedWithTheRightRcodeOrDropped) {
  constexpr std::uint8_t kLongOption[] = {0, 10, 0, 9, 1};
  const std::uint16_t notify = 4 << 11;
  const PacketBuilder five_records =
      query_with(5).opt(512, 0).raw(std::vector<std::uint8_t>(44, 0));
  const RefusedCase cases[] = {
      {"a response", PacketBuilder(0x8000, {}).question("a", RRType::A), ParseError::NotAQuery,
       std::nullopt},
      {"NOTIFY", PacketBuilder(notify, {}).question("a", RRType::Soa), ParseError::OpcodeNotQuery,
       Rcode::NotImp},
      {"no question", PacketBuilder(0, {.questions = 0}), ParseError::QuestionCount,
       Rcode::FormErr},
      {"two questions",
       PacketBuilder(0, {.questions = 2}).question("a", RRType::A).question("b", RRType::A),
       ParseError::QuestionCount, Rcode::FormErr},
      {"a count that promises a record", query_with(1), ParseError::Truncated, Rcode::FormErr},
      {"a pointer as question", PacketBuilder(0, {}).pointer(12).u16(1).u16(1),
       ParseError::BadPointer, Rcode::FormErr},
      {"label type 0x40", PacketBuilder(0, {}).raw({0x41, 'a', 0}).u16(1).u16(1),
       ParseError::BadLabel, Rcode::FormErr},
      {"two OPTs", query_with(2).opt(512, 0).opt(512, 0), ParseError::BadEdns, Rcode::FormErr},
      {"an OPT as answer", PacketBuilder(0, {.answers = 1}).question("a", RRType::A).opt(512, 0),
       ParseError::BadEdns, Rcode::FormErr},
      {"an OPT that is not at the root", query_with(1).name("a").fixed(RRType::Opt, 0, 0),
       ParseError::BadEdns, Rcode::FormErr},
      {"an option longer than the OPT", query_with(1).opt(512, 0, kLongOption), ParseError::BadEdns,
       Rcode::FormErr},
      {"data longer than the message", query_with(1).u8(0).fixed(RRType::Opt, 0, 1),
       ParseError::Truncated, Rcode::FormErr},
      {"five records", five_records, ParseError::TooManyRecords, Rcode::FormErr},
      {"EDNS version 1", query_with(1).opt(512, 0x00010000), ParseError::EdnsVersion,
       Rcode::BadVers},
      {"EDNS version 1 with options of its own making",
       query_with(1).opt(512, 0x00010000, kLongOption), ParseError::EdnsVersion, Rcode::BadVers},
  };
  for (const RefusedCase& c : cases) {
    const haetae::test::GuardedBytes guarded(c.packet);
    const auto query = parse_query(guarded);
    ASSERT_FALSE(query.has_value()) << c.what;
    EXPECT_EQ(query.error(), c.error) << c.what;
    EXPECT_EQ(error_rcode(c.error), c.rcode) << c.what;
  }
}

TEST(DnsQuery, RefusesEveryPrefixOfItself) {
  constexpr std::uint8_t kCookie[] = {0, 10, 0, 2, 0xaa, 0xbb};
  const PacketBuilder packet = query_with(1).opt(1232, 0x8000, kCookie);
  ASSERT_TRUE(parse_query(packet).has_value());
  for (std::size_t size = 0; size < packet.size(); ++size) {
    const haetae::test::GuardedBytes prefix(packet.bytes().first(size));
    const auto query = parse_query(prefix);
    ASSERT_FALSE(query.has_value()) << size;
    EXPECT_EQ(query.error(), size < kHeaderBytes ? ParseError::NoHeader : ParseError::Truncated);
  }
}

std::vector<std::uint8_t> refusal_of(Bytes message) {
  std::vector<std::uint8_t> out(kUdpBytesMin);
  out.resize(write_refusal(message, parse_query(message).error(), out));
  return out;
}

TEST(DnsRefusal, IsAHeaderWithIdOpcodeAndRcode) {
  EXPECT_THAT(refusal_of(PacketBuilder(kQueryFlags, {.questions = 0})),
              ElementsAre(0x12, 0x34, 0x81, 0x01, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(refusal_of(PacketBuilder(4 << 11, {.questions = 0})),
              ElementsAre(0x12, 0x34, 0xa0, 0x04, 0, 0, 0, 0, 0, 0, 0, 0));
}

TEST(DnsRefusal, OfALaterEdnsVersionHoldsQuestionAndOpt) {
  const PacketBuilder packet = query_with(1).opt(512, 0x00010000);
  const auto reply = refusal_of(packet);
  PacketBuilder expected(0x8100, {.additionals = 1});
  expected.question("www.example.com", RRType::A).opt(kUdpBytesOffered, 0x01000000);
  EXPECT_THAT(reply, ElementsAreArray(expected.bytes()));
}

TEST(DnsRefusal, IsNothingWhereAnAnswerWouldLoop) {
  EXPECT_TRUE(refusal_of(PacketBuilder(0x8000, {})).empty());
  constexpr std::uint8_t kShort[] = {1, 2, 3};
  EXPECT_TRUE(refusal_of(kShort).empty());
}

TEST(ParseError, HasASentenceForEveryValue) {
  for (int i = 0; i <= static_cast<int>(ParseError::NoRoom); ++i) {
    EXPECT_NE(describe(static_cast<ParseError>(i)), "unknown error") << i;
  }
}

TEST(DnsTypes, AreReadAndWrittenAsText) {
  char text[kTypeTextBytesMax];
  for (unsigned number = 0; number <= 65535; ++number) {
    const auto type = static_cast<RRType>(number);
    EXPECT_EQ(type_from_text(write_type_text(type, text)), type);
  }
  EXPECT_EQ(type_from_text("https"), RRType::Https);
  EXPECT_EQ(type_from_text("type65"), RRType::Https);
  EXPECT_EQ(write_type_text(static_cast<RRType>(65535), text), "TYPE65535");
  for (const char* const bad : {"", "TYPE", "TYPE65536", "TYPE-1", "TYPE1x", "B", "AA"}) {
    EXPECT_FALSE(type_from_text(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace haetae::wire
