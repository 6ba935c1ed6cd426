// Records and what stands in them: RFC 1035 section 3.2, RFC 9460.
#include "wire/dns_records.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>

#include "support/guarded_bytes.h"
#include "wire/packet_builder.h"

namespace haetae::wire {
namespace {

using test::kAnswerFlags;
using test::PacketBuilder;
using testing::ElementsAre;

// One record in each section and an OPT at the end.
PacketBuilder whole_answer() {
  PacketBuilder packet(kAnswerFlags, {.answers = 2, .authorities = 1, .additionals = 2});
  packet.question("www.example.com", RRType::A);
  packet.pointer(12).fixed(RRType::Cname, 300, 4).labels("a").pointer(16);
  packet.labels("a").pointer(16).fixed(RRType::A, 60, 4).raw({192, 0, 2, 1});
  packet.pointer(16).fixed(RRType::Ns, 86400, 5).labels("ns").pointer(16);
  packet.name("ns.example.com").fixed(RRType::A, 86400, 4).raw({192, 0, 2, 53});
  return packet.opt(1232, 0);
}

TEST(DnsRecords, AreWalkedThroughAllSectionsInOrder) {
  const PacketBuilder packet = whole_answer();
  const haetae::test::GuardedBytes guarded(packet);
  RecordReader reader(guarded);
  Question question;
  ASSERT_TRUE(reader.next_question(question));
  EXPECT_EQ(question.name, name_of("www.example.com"));
  EXPECT_FALSE(reader.next_question(question));
  std::vector<std::string> seen;
  for (Record record; reader.next(record);) {
    char type[kTypeTextBytesMax];
    const auto section = static_cast<int>(record.section);
    seen.push_back(fmt::format("{} {} {} {} {}", section, record.owner.to_text(),
                               write_type_text(record.type, type), record.ttl_s,
                               record.rdata.size()));
    EXPECT_EQ(record.rdata.data(), guarded.bytes().data() + record.rdata_offset);
    EXPECT_EQ(record.ttl_offset + 6, record.rdata_offset);
  }
  EXPECT_FALSE(reader.error().has_value());
  EXPECT_EQ(reader.left(), 0U);
  EXPECT_THAT(seen,
              ElementsAre("0 www.example.com CNAME 300 4", "0 a.example.com A 60 4",
                          "1 example.com NS 86400 5", "2 ns.example.com A 86400 4", "2 . OPT 0 0"));
}

TEST(DnsRecords, StopAtTheFirstFaultOfEveryPrefix) {
  const PacketBuilder packet = whole_answer();
  for (std::size_t size = 0; size < packet.size(); ++size) {
    const haetae::test::GuardedBytes prefix(packet.bytes().first(size));
    RecordReader reader(prefix);
    for (Record record; reader.next(record);) {
      static_cast<void>(read_target(record));
    }
    EXPECT_EQ(reader.error(), size < kHeaderBytes ? ParseError::NoHeader : ParseError::Truncated)
        << size;
    Record record;
    EXPECT_FALSE(reader.next(record)) << "once stopped, it stays so";
  }
}

struct BadAnswer {
  const char* what;
  PacketBuilder packet;
  ParseError error;
};

TEST(DnsRecords, RefuseCountsAndLengthsThatLie) {
  const auto answer = [](std::uint16_t count) {
    return PacketBuilder(kAnswerFlags, {.answers = count}).question("a", RRType::A);
  };
  const BadAnswer cases[] = {
      {"a record more than there is",
       answer(2).pointer(12).fixed(RRType::A, 1, 4).raw({1, 2, 3, 4}), ParseError::Truncated},
      {"65535 records and none there", answer(65535), ParseError::Truncated},
      {"65535 questions", PacketBuilder(kAnswerFlags, {.questions = 65535}), ParseError::Truncated},
      {"data that runs out", answer(1).pointer(12).fixed(RRType::A, 1, 5).raw({1, 2, 3, 4}),
       ParseError::Truncated},
      {"an owner that points at itself", answer(1).pointer(19).fixed(RRType::A, 1, 0),
       ParseError::BadPointer},
      {"an owner in the header", answer(1).pointer(2).fixed(RRType::A, 1, 0),
       ParseError::BadPointer},
  };
  for (const BadAnswer& c : cases) {
    const haetae::test::GuardedBytes guarded(c.packet);
    RecordReader reader(guarded);
    for (Record record; reader.next(record);) {
    }
    EXPECT_EQ(reader.error(), c.error) << c.what;
  }
}

TEST(DnsRecords, TellWhereTheirTtlsStandButNotTheOpts) {
  const PacketBuilder packet = whole_answer();
  std::array<std::uint16_t, 4> offsets{};
  ASSERT_EQ(collect_ttl_offsets(packet, offsets), 4U);
  EXPECT_EQ(packet.bytes()[offsets[1] + 3U], 60);
  EXPECT_EQ(collect_ttl_offsets(packet, std::span(offsets).first(3)).error(),
            ParseError::TooManyRecords);
}

TEST(DnsRecords, CountATtlWithTheTopBitAsZero) {
  EXPECT_EQ(ttl_seconds(0x7fffffff), 0x7fffffffU);
  EXPECT_EQ(ttl_seconds(0x80000000), 0U);
}

// A response with one answer record of these octets; the question's name "example.com" stands at
// 12 for pointers.
Record record_with(RRType type, const std::vector<std::uint8_t>& rdata,
                   std::optional<haetae::test::GuardedBytes>& keep) {
  PacketBuilder packet(kAnswerFlags, {.answers = 1});
  packet.question("example.com", type);
  packet.pointer(12).fixed(type, 1, rdata.size()).raw(rdata);
  keep.emplace(packet);
  RecordReader reader(keep->bytes());
  Record record;
  EXPECT_TRUE(reader.next(record));
  return record;
}

TEST(DnsRdata, HoldsAddressesOfTheRightSizeOnly) {
  std::optional<haetae::test::GuardedBytes> keep;
  EXPECT_EQ(read_address(record_with(RRType::A, {192, 0, 2, 1}, keep))->to_text(), "192.0.2.1");
  EXPECT_EQ(
      read_address(
          record_with(RRType::Aaaa, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, keep))
          ->to_text(),
      "2001:db8::1");
  EXPECT_FALSE(read_address(record_with(RRType::A, {192, 0, 2}, keep)));
  EXPECT_FALSE(read_address(record_with(RRType::A, {192, 0, 2, 1, 1}, keep)));
  EXPECT_FALSE(read_address(record_with(RRType::Aaaa, {192, 0, 2, 1}, keep)));
  EXPECT_FALSE(read_address(record_with(RRType::Txt, {192, 0, 2, 1}, keep)));
}

TEST(DnsRdata, HoldsOneTargetAndNothingMore) {
  std::optional<haetae::test::GuardedBytes> keep;
  EXPECT_EQ(read_target(record_with(RRType::Cname, {1, 'A', 0xc0, 12}, keep)),
            name_of("a.example.com"));
  EXPECT_EQ(read_target(record_with(RRType::Cname, {1, 'A', 0xc0, 12, 0}, keep)).error(),
            ParseError::BadValue);
  EXPECT_EQ(read_target(record_with(RRType::Cname, {}, keep)).error(), ParseError::Truncated);
  EXPECT_EQ(read_target(record_with(RRType::Cname, {5, 'A', 0}, keep)).error(),
            ParseError::Truncated);
}

TEST(DnsRdata, HoldsASoaWithItsMinimum) {
  std::optional<haetae::test::GuardedBytes> keep;
  const auto soa =
      read_soa(record_with(RRType::Soa, {2, 'n', 's', 0xc0, 12, 0, 0, 0, 0, 1, 0, 0, 0,
                                         2, 0,   0,   0,    3,  0, 0, 0, 4, 0, 0, 1, 44},
                           keep));
  ASSERT_TRUE(soa.has_value());
  EXPECT_EQ(soa->primary, name_of("ns.example.com"));
  EXPECT_TRUE(soa->mailbox.is_root());
  EXPECT_EQ(soa->serial, 1U);
  EXPECT_EQ(soa->expire_s, 4U);
  EXPECT_EQ(soa->minimum_s, 300U);
  EXPECT_EQ(read_soa(record_with(RRType::Soa, {0, 0, 0, 0, 0, 1}, keep)).error(),
            ParseError::BadValue);
}

TEST(DnsRdata, NamesTheTypeThatASignatureCovers) {
  std::optional<haetae::test::GuardedBytes> keep;
  EXPECT_EQ(read_covered_type(record_with(RRType::Rrsig, {0, 65, 13}, keep)), RRType::Https);
  EXPECT_FALSE(read_covered_type(record_with(RRType::Rrsig, {0}, keep)));
}

TEST(DnsSvcb, HoldsTargetParametersAndHints) {
  std::optional<haetae::test::GuardedBytes> keep;
  const auto svcb = read_svcb(
      record_with(RRType::Https, {0, 1, 3, 's', 'v', 'c', 0,                     // 1 svc
                                  0, 1, 0, 3,   2,   'h', '2',                   // alpn=h2
                                  0, 4, 0, 8,   192, 0,   2,   1, 192, 0, 2, 2,  // ipv4hint
                                  0, 5, 0, 1,   9},
                  keep));  // ech
  ASSERT_TRUE(svcb.has_value());
  EXPECT_EQ(svcb->priority, 1);
  EXPECT_EQ(svcb->target, name_of("svc"));
  EXPECT_THAT(*find_svc_param(svcb->params, SvcParamKey::Ech), ElementsAre(9));
  EXPECT_FALSE(find_svc_param(svcb->params, SvcParamKey::Port));
  SvcParamReader params(svcb->params);
  SvcParam param;
  ASSERT_TRUE(params.next(param));
  EXPECT_FALSE(svc_hint_address(param, 0)) << "alpn is no hint";
  ASSERT_TRUE(params.next(param));
  EXPECT_EQ(svc_hint_address(param, 0)->to_text(), "192.0.2.1");
  EXPECT_EQ(svc_hint_address(param, 1)->to_text(), "192.0.2.2");
  EXPECT_FALSE(svc_hint_address(param, 2));
  EXPECT_FALSE(svc_hint_address(param, static_cast<std::size_t>(-1)));
}

TEST(DnsSvcb, FollowsACompressedTargetAsALaxClientWould) {
  std::optional<haetae::test::GuardedBytes> keep;
  EXPECT_EQ(read_svcb(record_with(RRType::Https, {0, 0, 0xc0, 12}, keep))->target,
            name_of("example.com"));
}

struct BadSvcb {
  const char* what;
  std::vector<std::uint8_t> rdata;
};

TEST(DnsSvcb, RefusesWhatRfc9460CallsMalformed) {
  const BadSvcb cases[] = {
      {"keys in the wrong order", {0, 1, 0, 0, 3, 0, 2, 1, 0xbb, 0, 1, 0, 0}},
      {"a key twice", {0, 1, 0, 0, 3, 0, 2, 1, 0xbb, 0, 3, 0, 2, 1, 0xbb}},
      {"a length that runs out", {0, 1, 0, 0, 3, 0, 3, 1, 0xbb}},
      {"half a key", {0, 1, 0, 0}},
      {"no target", {0, 1}},
      {"nothing", {}},
  };
  std::optional<haetae::test::GuardedBytes> keep;
  for (const BadSvcb& c : cases) {
    EXPECT_FALSE(read_svcb(record_with(RRType::Svcb, c.rdata, keep)).has_value()) << c.what;
  }
}

}  // namespace
}  // namespace haetae::wire
