// Answers made from upstream's packets: RFC 1035, 3597 section 4, 4035 section 3.2.1, 6840, 9460.
#include "wire/dns_rewrite.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>

#include "support/guarded_bytes.h"
#include "wire/dns_records.h"
#include "wire/packet_builder.h"

namespace haetae::wire {
namespace {

using test::kAnswerFlags;
using test::PacketBuilder;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

PacketBuilder upstream(RRType type, PacketBuilder::Counts counts,
                       std::uint16_t flags = kAnswerFlags) {
  return PacketBuilder(flags, counts).question("example.com", type);
}

constexpr std::uint8_t kSignature[] = {0, 1, 13, 2, 0, 0, 0, 9, 9, 9, 9, 9,
                                       8, 8, 8,  8, 0, 7, 0, 1, 2, 3, 4};

// What is in a message, a line a record: "section owner type ttl".
std::vector<std::string> said(Bytes message) {
  std::vector<std::string> lines;
  RecordReader reader(message);
  for (Record record; reader.next(record);) {
    char type[kTypeTextBytesMax];
    lines.push_back(fmt::format("{} {} {} {}", static_cast<int>(record.section),
                                record.owner.to_text(), write_type_text(record.type, type),
                                record.ttl_s));
  }
  EXPECT_FALSE(reader.error().has_value());
  EXPECT_EQ(reader.left(), 0U);
  return lines;
}

class DnsRewrite : public ::testing::Test {
 protected:
  Query client(RRType type, bool with_edns = false, bool dnssec_ok = false) {
    packet_.emplace(
        Header::kRecursionDesired,
        PacketBuilder::Counts{.additionals = with_edns ? std::uint16_t{1} : std::uint16_t{0}});
    packet_->question("eXample.cOm", type);
    if (with_edns) packet_->opt(1232, dnssec_ok ? 0x8000 : 0);
    return *parse_query(*packet_);
  }
  std::expected<std::size_t, ParseError> rewrite(const PacketBuilder& packet, const Query& query,
                                                 const RewriteOptions& options = {}) {
    const haetae::test::GuardedBytes guarded(packet);
    const auto size = rewrite_answer(guarded, query, options, out_);
    reply_ = Bytes(out_).first(size.value_or(0));
    return size;
  }
  Header header() const { return RecordReader(reply_).header(); }

  std::optional<PacketBuilder> packet_;
  std::vector<std::uint8_t> out_ = std::vector<std::uint8_t>(kMessageBytesMax);
  Bytes reply_;
};

TEST_F(DnsRewrite, TakesIdFlagsAndLetterCaseFromTheClient) {
  PacketBuilder answer = upstream(RRType::A, {.answers = 1}, kAnswerFlags | Header::kAuthoritative);
  answer.name("Example.COM").fixed(RRType::A, 300, 4).raw({192, 0, 2, 1});
  Query query = client(RRType::A);
  query.id = 0x4321;
  query.checking_disabled = true;
  ASSERT_TRUE(rewrite(answer, query));
  EXPECT_EQ(header().id, 0x4321);
  EXPECT_EQ(header().flags, kAnswerFlags | Header::kCheckingDisabled);
  EXPECT_THAT(reply_.subspan(12, 13), ElementsAreArray(query.question.wire.first(13)));
  EXPECT_EQ(reply_.size(), 12 + 17 + 2 + 10 + 4U) << "the owner is a pointer to the question";
}

TEST_F(DnsRewrite, SetsAdForValidatedAnswersAndClientsThatUnderstandIt) {
  const PacketBuilder answer = upstream(RRType::A, {}, kAnswerFlags | Header::kAuthenticData);
  Query query = client(RRType::A);
  ASSERT_TRUE(rewrite(answer, query, {.authentic = true}));
  EXPECT_FALSE(header().has(Header::kAuthenticData)) << "neither AD nor DO was set";
  query.authentic_data = true;
  ASSERT_TRUE(rewrite(answer, query, {.authentic = true}));
  EXPECT_TRUE(header().has(Header::kAuthenticData));
  ASSERT_TRUE(rewrite(answer, query, {.authentic = false}));
  EXPECT_FALSE(header().has(Header::kAuthenticData)) << "upstream's word is not enough";
  ASSERT_TRUE(rewrite(answer, client(RRType::A, true, true), {.authentic = true}));
  EXPECT_TRUE(header().has(Header::kAuthenticData));
}

PacketBuilder signed_answer() {
  PacketBuilder answer = upstream(RRType::A, {.answers = 2, .authorities = 2, .additionals = 2});
  answer.pointer(12).fixed(RRType::A, 300, 4).raw({192, 0, 2, 1});
  answer.pointer(12).fixed(RRType::Rrsig, 300, sizeof kSignature).raw(kSignature);
  answer.pointer(12).fixed(RRType::Nsec, 300, 5).raw({1, 'a', 0, 0, 0});
  answer.pointer(12).fixed(RRType::Nsec3, 300, 3).raw({1, 2, 3});
  answer.opt(4096, 0x8000);
  return answer.name("key").fixed(RRType::Tsig, 0, 1).u8(0);
}

TEST_F(DnsRewrite, DropsDnssecRecordsUnlessAskedForAndUpstreamsOptAlways) {
  ASSERT_TRUE(rewrite(signed_answer(), client(RRType::A)));
  EXPECT_THAT(said(reply_), ElementsAre("0 example.com A 300"));
  ASSERT_TRUE(rewrite(signed_answer(), client(RRType::A, true, true)));
  EXPECT_THAT(said(reply_), ElementsAre("0 example.com A 300", "0 example.com RRSIG 300",
                                        "1 example.com NSEC 300", "1 example.com NSEC3 300"));
}

TEST_F(DnsRewrite, KeepsADnssecTypeThatWasItselfAskedFor) {
  for (const RRType type : {RRType::Rrsig, RRType::Any}) {
    PacketBuilder answer = upstream(type, {.answers = 1, .authorities = 1});
    answer.pointer(12).fixed(RRType::Rrsig, 9, sizeof kSignature).raw(kSignature);
    answer.pointer(12).fixed(RRType::Rrsig, 9, sizeof kSignature).raw(kSignature);
    ASSERT_TRUE(rewrite(answer, client(type)));
    EXPECT_THAT(said(reply_), ElementsAre("0 example.com RRSIG 9"));
  }
}

TEST_F(DnsRewrite, WritesOurOptForClientsThatSentOne) {
  const ExtendedError errors[] = {{EdeCode::StaleAnswer, "old"}};
  const RewriteOptions options{.edns = EdnsReply{.errors = errors}};
  ASSERT_TRUE(rewrite(signed_answer(), client(RRType::A), options));
  EXPECT_THAT(said(reply_), ElementsAre("0 example.com A 300"));
  ASSERT_TRUE(rewrite(signed_answer(), client(RRType::A, true), options));
  EXPECT_THAT(said(reply_), ElementsAre("0 example.com A 300", "2 . OPT 0"));
}

TEST_F(DnsRewrite, AgesAndCapsTtls) {
  PacketBuilder answer = upstream(RRType::A, {.answers = 4});
  for (const std::uint32_t ttl_s : {300U, 40U, 100U, 0x80000001U}) {
    answer.pointer(12).fixed(RRType::A, ttl_s, 4).u32(1);
  }
  ASSERT_TRUE(rewrite(answer, client(RRType::A), {.age_s = 50, .ttl_max_s = 60}));
  EXPECT_THAT(said(reply_), ElementsAre("0 example.com A 60", "0 example.com A 0",
                                        "0 example.com A 50", "0 example.com A 0"));
}

PacketBuilder answer_with_extras(RRType type) {
  PacketBuilder answer = upstream(RRType::A, {.answers = 1, .authorities = 2, .additionals = 1});
  answer.pointer(12).fixed(type, 300, type == RRType::A ? 4 : 2);
  if (type == RRType::A) {
    answer.u32(1);
  } else {
    answer.pointer(12);
  }
  answer.pointer(12).fixed(RRType::Ns, 300, 2).pointer(12);
  answer.pointer(12).fixed(RRType::Nsec, 300, 4).raw({0, 0, 1, 0x40});
  return answer.pointer(12).fixed(RRType::A, 300, 4).u32(2);
}

TEST_F(DnsRewrite, LeavesOnlyTheAnswerWhereThatSaysItAll) {
  const RewriteOptions minimal{.minimal = true};
  ASSERT_TRUE(rewrite(answer_with_extras(RRType::A), client(RRType::A), minimal));
  EXPECT_THAT(said(reply_), ElementsAre("0 example.com A 300"));
  ASSERT_TRUE(rewrite(answer_with_extras(RRType::A), client(RRType::A, true, true), minimal));
  EXPECT_THAT(said(reply_), ElementsAre("0 example.com A 300", "1 example.com NSEC 300"))
      << "the proof of a wildcard's answer stays";
  ASSERT_TRUE(rewrite(answer_with_extras(RRType::Cname), client(RRType::A), minimal));
  EXPECT_EQ(said(reply_).size(), 3U) << "a CNAME that leads to nothing needs its SOA";
}

// Each type of RFC 1035 and RFC 3597 whose names upstream may have compressed, with the rdata that
// must come out. "example.com" is at 12, "com" at 20.
struct NamesCase {
  RRType type;
  std::vector<std::uint8_t> packed;
  std::size_t size_when_unpacked;
};

TEST_F(DnsRewrite, UnpacksNamesInsideDataWhenRecordsMove) {
  const NamesCase cases[] = {
      {RRType::Ns, {1, 'N', 0xc0, 12}, 15},
      {RRType::Ptr, {1, 'N', 0xc0, 12}, 15},
      {RRType::Mx, {0, 5, 1, 'N', 0xc0, 12}, 17},
      {RRType::Minfo, {0xc0, 12, 0xc0, 20}, 18},
      {RRType::Rp, {0xc0, 12, 0xc0, 20}, 18},
      {RRType::Afsdb, {0, 1, 0xc0, 12}, 15},
      {RRType::Srv, {0, 1, 0, 2, 0, 3, 0xc0, 12}, 19},
      {RRType::Dname, {0xc0, 12}, 13},
      {RRType::Px, {0, 1, 0xc0, 12, 0xc0, 12}, 28},
      {RRType::Naptr, {0, 1, 0, 2, 1, 's', 0, 1, 'x', 0xc0, 12}, 22},
      {RRType::Https, {0, 1, 0xc0, 12, 0, 3, 0, 2, 1, 0xbb}, 21},
  };
  for (const NamesCase& c : cases) {
    PacketBuilder answer = upstream(c.type, {.answers = 2});
    // A record that will be dropped moves what follows it.
    answer.pointer(12).fixed(RRType::Nsec, 1, 4).raw({0, 0, 1, 0x40});
    answer.pointer(12).fixed(c.type, 1, c.packed.size()).raw(c.packed);
    ASSERT_TRUE(rewrite(answer, client(c.type))) << static_cast<int>(c.type);
    RecordReader after(reply_);
    Record copied;
    ASSERT_TRUE(after.next(copied));
    EXPECT_EQ(copied.type, c.type);
    const bool may_pack = c.type == RRType::Ns || c.type == RRType::Ptr || c.type == RRType::Mx ||
                          c.type == RRType::Minfo;
    EXPECT_EQ(copied.rdata.size(), may_pack ? c.packed.size() : c.size_when_unpacked)
        << static_cast<int>(c.type);
  }
}

struct MalformedCase {
  const char* what;
  PacketBuilder packet;
  ParseError error;
};

TEST_F(DnsRewrite, RefusesWhatIsMalformedAnywhere) {
  const auto answer = [](RRType type, std::vector<std::uint8_t> rdata) {
    return upstream(RRType::A, {.answers = 1}).pointer(12).fixed(type, 1, rdata.size()).raw(rdata);
  };
  const MalformedCase cases[] = {
      {"an A of three octets", answer(RRType::A, {1, 2, 3}), ParseError::BadValue},
      {"an AAAA of four", answer(RRType::Aaaa, {1, 2, 3, 4}), ParseError::BadValue},
      {"octets after a CNAME's name", answer(RRType::Cname, {0, 0}), ParseError::BadValue},
      {"a CNAME that points forward", answer(RRType::Cname, {0xc0, 99}), ParseError::BadPointer},
      {"an MX without a name", answer(RRType::Mx, {0, 1}), ParseError::Truncated},
      {"a NAPTR whose text runs out", answer(RRType::Naptr, {0, 1, 0, 1, 9, 'a'}),
       ParseError::Truncated},
      {"an SOA without its numbers", answer(RRType::Soa, {0, 0, 1}), ParseError::BadValue},
      {"an SVCB whose keys descend", answer(RRType::Svcb, {0, 1, 0, 0, 3, 0, 0, 0, 1, 0, 0}),
       ParseError::BadValue},
      {"an OPT as answer", upstream(RRType::A, {.answers = 1}).opt(512, 0), ParseError::BadEdns},
      {"a record of class CHAOS",
       upstream(RRType::A, {.answers = 1}).pointer(12).u16(16).u16(3).u32(1).u16(0),
       ParseError::BadValue},
      {"a count that lies", upstream(RRType::A, {.answers = 1}), ParseError::Truncated},
      {"another name", PacketBuilder(kAnswerFlags, {}).question("example.org", RRType::A),
       ParseError::WrongQuestion},
      {"another type", upstream(RRType::Aaaa, {}), ParseError::WrongQuestion},
      {"no question", PacketBuilder(kAnswerFlags, {.questions = 0}), ParseError::QuestionCount},
      {"a query", upstream(RRType::A, {}, 0), ParseError::NotAResponse},
  };
  for (const MalformedCase& c : cases) {
    EXPECT_EQ(rewrite(c.packet, client(RRType::A)).error(), c.error) << c.what;
  }
}

TEST_F(DnsRewrite, RefusesEveryPrefixOfAnAnswer) {
  const PacketBuilder answer = signed_answer();
  const Query query = client(RRType::A);
  for (std::size_t size = 0; size < answer.size(); ++size) {
    const haetae::test::GuardedBytes prefix(answer.bytes().first(size));
    EXPECT_FALSE(rewrite_answer(prefix, query, {}, out_).has_value()) << size;
  }
}

TEST_F(DnsRewrite, KeepsRcodesOfFourBitsAndMakesServfailOfLongerOnes) {
  ASSERT_TRUE(rewrite(upstream(RRType::A, {}, kAnswerFlags | 3), client(RRType::A)));
  EXPECT_EQ(header().rcode(), Rcode::NxDomain);
  PacketBuilder extended = upstream(RRType::A, {.additionals = 1});
  ASSERT_TRUE(rewrite(extended.opt(512, 0x01000000), client(RRType::A)));
  EXPECT_EQ(header().rcode(), Rcode::ServFail);
}

TEST_F(DnsRewrite, CutsAnAnswerThatIsTooLongForTheClient) {
  PacketBuilder answer = upstream(RRType::A, {.answers = 40});
  for (int i = 0; i < 40; ++i) answer.pointer(12).fixed(RRType::A, 1, 4).u32(1);
  const auto size =
      rewrite_answer(answer, client(RRType::A), {}, MutableBytes(out_).first(kUdpBytesMin));
  EXPECT_EQ(size, 29U);
  EXPECT_TRUE(RecordReader(out_).header().has(Header::kTruncated));
  ASSERT_TRUE(
      rewrite(upstream(RRType::A, {}, kAnswerFlags | Header::kTruncated), client(RRType::A)));
  EXPECT_TRUE(header().has(Header::kTruncated)) << "what upstream cut stays cut";
}

PacketBuilder https_answer(std::vector<std::uint8_t> params) {
  PacketBuilder answer = upstream(RRType::Https, {.answers = 2});
  answer.pointer(12).fixed(RRType::Https, 300, 3 + params.size()).u16(1).u8(0).raw(params);
  std::vector<std::uint8_t> signature(std::begin(kSignature), std::end(kSignature));
  signature[1] = 65;
  return answer.pointer(12).fixed(RRType::Rrsig, 300, signature.size()).raw(signature);
}

TEST_F(DnsRewrite, TakesEchOutAndWithItWhatSignedIt) {
  const Query query = client(RRType::Https, true, true);
  const RewriteOptions strip{.authentic = true, .strip_ech = true};
  const PacketBuilder with_ech =
      https_answer({0, 1, 0, 3, 2, 'h', '3', 0, 5, 0, 2, 7, 7, 0, 7, 0, 0});
  ASSERT_TRUE(rewrite(with_ech, query, strip));
  EXPECT_THAT(said(reply_), ElementsAre("0 example.com HTTPS 300"));
  EXPECT_FALSE(header().has(Header::kAuthenticData));
  RecordReader reader(reply_);
  Record record;
  ASSERT_TRUE(reader.next(record));
  EXPECT_THAT(record.rdata, ElementsAre(0, 1, 0, 0, 1, 0, 3, 2, 'h', '3', 0, 7, 0, 0));

  ASSERT_TRUE(rewrite(https_answer({0, 1, 0, 3, 2, 'h', '3'}), query, strip));
  EXPECT_EQ(said(reply_).size(), 2U) << "without ech nothing is touched";
  EXPECT_TRUE(header().has(Header::kAuthenticData));

  ASSERT_TRUE(rewrite(https_answer({0, 0, 0, 2, 0, 5, 0, 5, 0, 1, 7}), query, strip));
  EXPECT_THAT(said(reply_), IsEmpty()) << "a record that makes ech mandatory is of no use then";
}

// ---- Packed answers.

class DnsPacked : public DnsRewrite {
 protected:
  void pack(std::uint16_t records = 3) {
    PacketBuilder answer = upstream(RRType::A, {.answers = records});
    for (std::uint32_t i = 0; i < records; ++i) {
      answer.pointer(12).fixed(RRType::A, 100 * (i + 1), 4).u32(i);
    }
    Query filler = client(RRType::A);
    filler.authentic_data = true;
    size_ = *rewrite(answer, filler, {.authentic = true});
  }
  MutableBytes packed() { return MutableBytes(out_).first(size_); }

  std::size_t size_ = 0;
};

TEST_F(DnsPacked, AgesInPlace) {
  pack();
  std::array<std::uint16_t, 8> offsets{};
  const std::size_t count = *collect_ttl_offsets(packed(), offsets);
  age_answer(packed(), std::span(offsets).first(count), 150, 120);
  EXPECT_THAT(said(packed()),
              ElementsAre("0 example.com A 0", "0 example.com A 50", "0 example.com A 120"));
}

TEST_F(DnsPacked, IsAddressedToAnotherClient) {
  pack();
  PacketBuilder other_packet(Header::kCheckingDisabled, {});
  other_packet.question("EXAMPLE.com", RRType::A);
  Query other = *parse_query(other_packet);
  other.id = 7;
  address_to_client(packed(), other);
  EXPECT_EQ(header().id, 7);
  EXPECT_EQ(header().flags,
            Header::kResponse | Header::kRecursionAvailable | Header::kCheckingDisabled);
  EXPECT_THAT(packed().subspan(12, 17), ElementsAreArray(other.question.wire));
  EXPECT_EQ(said(packed()).size(), 3U);
}

TEST_F(DnsPacked, KeepsAdForClientsThatWantIt) {
  pack();
  ASSERT_TRUE(header().has(Header::kAuthenticData));
  address_to_client(packed(), client(RRType::A, true, true));
  EXPECT_TRUE(header().has(Header::kAuthenticData));
  address_to_client(packed(), client(RRType::A));
  EXPECT_FALSE(header().has(Header::kAuthenticData));
}

TEST_F(DnsPacked, GetsAnOpt) {
  pack();
  const ExtendedError errors[] = {{EdeCode::StaleAnswer, ""}};
  size_ = append_edns(MutableBytes(out_).first(1232), size_, {.errors = errors});
  EXPECT_EQ(said(packed()).back(), "2 . OPT 0");
  EXPECT_EQ(header().additional_count, 1);
}

TEST_F(DnsPacked, IsCutWhereItsOptDoesNotFit) {
  pack(30);
  ASSERT_EQ(size_, 29 + 30 * 16U);
  const std::size_t with_opt =
      append_edns(MutableBytes(out_).first(kUdpBytesMin), size_, EdnsReply{});
  EXPECT_EQ(with_opt, 29 + 11U);
  EXPECT_TRUE(header().has(Header::kTruncated));
  EXPECT_THAT(said(Bytes(out_).first(with_opt)), ElementsAre("2 . OPT 0"));
}

TEST_F(DnsPacked, LosesErrorTextsBeforeItLosesRecords) {
  pack(30);
  const std::string text(400, 'x');
  const ExtendedError errors[] = {{EdeCode::StaleAnswer, text}};
  size_ = append_edns(MutableBytes(out_).first(600), size_, {.errors = errors});
  EXPECT_EQ(size_, 29 + 30 * 16 + 11 + 6U);
  EXPECT_FALSE(header().has(Header::kTruncated));
}

TEST_F(DnsPacked, IsTruncatedToItsQuestion) {
  pack();
  size_ = truncate_answer(packed());
  EXPECT_EQ(size_, 29U);
  EXPECT_TRUE(header().has(Header::kTruncated));
  EXPECT_THAT(said(packed()), IsEmpty());
}

}  // namespace
}  // namespace haetae::wire
