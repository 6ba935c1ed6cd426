// Responses as we write them: RFC 1035, RFC 6891, RFC 8914, RFC 2181 section 9.
#include "wire/dns_writer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <string>

#include "wire/packet_builder.h"

namespace haetae::wire {
namespace {

using test::PacketBuilder;
using testing::ElementsAreArray;

class DnsReply : public ::testing::Test {
 protected:
  DnsReply() : packet_(Header::kRecursionDesired, {}) {
    packet_.question("Www.Example.com", RRType::A);
    query_ = *parse_query(packet_);
  }
  MutableBytes room(std::size_t bytes = kMessageBytesMax) {
    return MutableBytes(out_).first(bytes);
  }
  Bytes reply(std::size_t size) const { return Bytes(out_).first(size); }
  Header header_of(std::size_t size) const { return RecordReader(reply(size)).header(); }
  // The start of a reply to our question.
  PacketBuilder expected(std::uint16_t flags, PacketBuilder::Counts counts) const {
    return PacketBuilder(flags, counts).question("Www.Example.com", RRType::A);
  }

  PacketBuilder packet_;
  Query query_;
  std::vector<std::uint8_t> out_ = std::vector<std::uint8_t>(kMessageBytesMax);
};

TEST_F(DnsReply, EchoesTheQuestionInItsLetterCase) {
  DnsWriter writer(room(), query_, Rcode::Refused);
  const std::size_t size = writer.finish();
  EXPECT_THAT(reply(size), ElementsAreArray(expected(0x8185, {}).bytes()));
}

TEST_F(DnsReply, CopiesRdAndCdOnly) {
  query_.recursion_desired = false;
  query_.checking_disabled = true;
  query_.authentic_data = true;
  DnsWriter writer(room(), query_, Rcode::NoError);
  EXPECT_EQ(header_of(writer.finish()).flags, 0x8090);
}

TEST_F(DnsReply, PointsAtTheQuestionAndAtEarlierNames) {
  DnsWriter writer(room(), query_, Rcode::NoError);
  const Name target = name_of("cdn.example.com");
  writer.add_cname(Section::Answer, query_.question.name, 60, target);
  writer.add_address(Section::Answer, target, 30, *IpAddress::from_text("192.0.2.1"));
  writer.add_address(Section::Answer, target, 30, *IpAddress::from_text("2001:db8::1"));
  PacketBuilder answer = expected(0x8180, {.answers = 3});
  answer.pointer(12).fixed(RRType::Cname, 60, 6);
  const std::size_t target_at = answer.size();
  answer.labels("cdn").pointer(16);
  answer.pointer(target_at).fixed(RRType::A, 30, 4).raw({192, 0, 2, 1});
  answer.pointer(target_at).fixed(RRType::Aaaa, 30, 16);
  answer.raw({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  const std::size_t size = writer.finish();
  EXPECT_THAT(reply(size), ElementsAreArray(answer.bytes()));
}

TEST_F(DnsReply, SaysNoWithASoaAndAnExtendedError) {
  DnsWriter writer(room(), query_, Rcode::NxDomain);
  Soa soa;
  soa.primary = name_of("ns.haetae.example");
  soa.mailbox = name_of("hostmaster.haetae.example");
  soa.minimum_s = 2;
  writer.add_soa(Section::Authority, query_.question.name, 2, soa);
  const ExtendedError errors[] = {{EdeCode::Filtered, "adult; list"}, {EdeCode::ForgedAnswer, ""}};
  const std::size_t size = writer.finish({.dnssec_ok = true, .errors = errors});

  PacketBuilder answer = expected(0x8183, {.authorities = 1, .additionals = 1});
  const std::size_t rdata_at = answer.pointer(12).fixed(RRType::Soa, 2, 52).size();
  answer.name("ns.haetae.example").labels("hostmaster").pointer(rdata_at + 3);
  answer.u32(0).u32(0).u32(0).u32(0).u32(2);
  answer.u8(0).u16(41).u16(1232).u32(0x8000).u16(23);
  answer.u16(15).u16(13).u16(17).raw(as_bytes("adult; list"));
  answer.u16(15).u16(2).u16(4);
  EXPECT_THAT(reply(size), ElementsAreArray(answer.bytes()));
}

TEST_F(DnsReply, PutsTheUpperBitsOfAnRcodeIntoTheOpt) {
  DnsWriter writer(room(), query_, Rcode::BadVers);
  const std::size_t size = writer.finish(EdnsReply{});
  EXPECT_EQ(header_of(size).flags & Header::kRcodeMask, 0);
  RecordReader reader(reply(size));
  Record opt;
  ASSERT_TRUE(reader.next(opt));
  EXPECT_EQ(opt.ttl_s, 0x01000000U);
  DnsWriter plain(room(), query_, Rcode::BadVers);
  EXPECT_EQ(header_of(plain.finish()).rcode(), Rcode::ServFail) << "no OPT, no place for it";
}

TEST_F(DnsReply, KeepsHeaderQuestionAndOptAndSetsTcWhenTheAnswerDoesNotFit) {
  DnsWriter writer(room(512), query_, Rcode::NoError);
  const std::vector<std::uint8_t> text(200, 'x');
  for (int i = 0; i < 3; ++i) {
    writer.add_raw(Section::Answer, query_.question.name, RRType::Txt, 60, text);
  }
  writer.add_address(Section::Additional, query_.question.name, 60, IpAddress());
  const std::size_t size = writer.finish(EdnsReply{});
  PacketBuilder cut = expected(0x8380, {.additionals = 1});
  EXPECT_THAT(reply(size), ElementsAreArray(cut.opt(1232, 0).bytes()));
}

TEST_F(DnsReply, OnlyDropsTheAdditionalSectionWhenThatDoesNotFit) {
  for (const std::size_t text_bytes : {300U, 420U}) {
    DnsWriter writer(room(512), query_, Rcode::NoError);
    const std::vector<std::uint8_t> text(text_bytes, 'x');
    writer.add_address(Section::Answer, query_.question.name, 60, IpAddress());
    writer.add_raw(Section::Additional, query_.question.name, RRType::Txt, 60, text);
    writer.add_raw(Section::Additional, query_.question.name, RRType::Txt, 60, text);
    const Header header = header_of(writer.finish(EdnsReply{}));
    EXPECT_FALSE(header.has(Header::kTruncated));
    EXPECT_EQ(header.answer_count, 1);
    EXPECT_EQ(header.additional_count, 1) << "the OPT";
  }
}

TEST_F(DnsReply, FillsItsLimitToTheLastOctet) {
  const std::size_t fixed_bytes = 12 + 21 + 12;  // header, question, a record's fixed part
  for (const std::size_t spare : {0U, 1U}) {
    DnsWriter writer(room(512), query_, Rcode::NoError);
    const std::vector<std::uint8_t> text(512 - fixed_bytes - 11 + spare, 'x');
    writer.add_raw(Section::Answer, query_.question.name, RRType::Txt, 60, text);
    const std::size_t size = writer.finish(EdnsReply{});
    EXPECT_EQ(size, spare == 0 ? 512U : 12 + 21 + 11U);
    EXPECT_EQ(header_of(size).has(Header::kTruncated), spare == 1);
  }
}

TEST_F(DnsReply, LeavesOutErrorTextsBeforeRecords) {
  const std::string long_text(600, 'x');
  const ExtendedError errors[] = {{EdeCode::Filtered, long_text}};
  DnsWriter writer(room(512), query_, Rcode::NoError);
  writer.add_address(Section::Answer, query_.question.name, 60, IpAddress());
  const std::size_t size = writer.finish({.errors = errors});
  EXPECT_FALSE(header_of(size).has(Header::kTruncated));
  EXPECT_EQ(header_of(size).answer_count, 1);
  EXPECT_EQ(reply(size).last(6)[5], 17) << "the code alone";
}

TEST_F(DnsReply, NeverGrowsBeyondWhatAMessageCanBe) {
  std::vector<std::uint8_t> more(kMessageBytesMax + 1000);
  DnsWriter writer(more, query_, Rcode::NoError);
  const std::vector<std::uint8_t> text(60000, 'x');
  writer.add_raw(Section::Answer, query_.question.name, RRType::Txt, 60, text);
  writer.add_raw(Section::Answer, query_.question.name, RRType::Txt, 60, text);
  EXPECT_LE(writer.finish(), kMessageBytesMax);
}

TEST_F(DnsReply, WritesAQuestionOfOurOwnFromItsParts) {
  Query own;
  own.question.name = name_of("a.example");
  own.question.type = RRType::Https;
  own.question.klass = RRClass::In;
  DnsWriter writer(room(), own, Rcode::NoError);
  RecordReader reader(reply(writer.finish()));
  Question question;
  ASSERT_TRUE(reader.next_question(question));
  EXPECT_EQ(question.name, own.question.name);
  EXPECT_EQ(question.type, RRType::Https);
}

TEST_F(DnsReply, StaysRightWhenItHasMoreNamesThanItCanRemember) {
  DnsWriter writer(room(), query_, Rcode::NoError);
  std::vector<Name> names;
  for (int i = 0; i < 200; ++i) {
    names.push_back(name_of(fmt::format("n{}.zone{}.example", i, i)));
    writer.add_cname(Section::Answer, names.back(), 1, names[static_cast<std::size_t>(i) / 2]);
  }
  const std::size_t size = writer.finish();
  RecordReader reader(reply(size));
  std::size_t i = 0;
  for (Record record; reader.next(record); ++i) {
    EXPECT_EQ(record.owner, names[i]);
    EXPECT_EQ(read_target(record), names[i / 2]);
  }
  EXPECT_EQ(i, 200U);
}

}  // namespace
}  // namespace haetae::wire
