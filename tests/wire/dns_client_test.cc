#include "wire/dns_client.h"

#include <gmock/gmock.h>

#include <array>
#include <string>

#include "support/guarded_bytes.h"
#include "wire/edns.h"
#include "wire/packet_builder.h"

namespace haetae::wire {
namespace {

using test::kAnswerFlags;
using test::PacketBuilder;

std::string long_name(std::size_t labels) {
  std::string text = "example";
  for (std::size_t i = 0; i < labels; ++i) text = std::string(20, 'x') + "." + text;
  return text;
}

TEST(StreamQuery, IsAQueryThatSaysWhatItIsToSay) {
  std::array<std::uint8_t, kStreamQueryBytesMax> room;
  const Name name = name_of("www.example");
  const std::size_t size =
      write_stream_query({.id = 0xabcd, .name = name, .type = RRType::Aaaa}, room);
  const auto query = parse_query(Bytes(room).first(size));
  ASSERT_TRUE(query);
  EXPECT_EQ(query->id, 0xabcd);
  EXPECT_EQ(query->question.name, name);
  EXPECT_EQ(query->question.type, RRType::Aaaa);
  EXPECT_EQ(query->question.klass, RRClass::In);
  EXPECT_TRUE(query->recursion_desired);
  EXPECT_FALSE(query->checking_disabled);
  EXPECT_FALSE(query->authentic_data);
  EXPECT_TRUE(query->edns.dnssec_ok);
  EXPECT_EQ(find_edns_option(query->edns.options, EdnsOptionCode::TcpKeepalive)->size(), 0U);
}

TEST(StreamQuery, IsPaddedToWholeBlocksWhateverTheName) {
  for (std::size_t labels = 0; labels < 11; ++labels) {
    std::array<std::uint8_t, kStreamQueryBytesMax> room;
    const Name name = name_of(long_name(labels));
    const std::size_t size = write_stream_query({.id = 1, .name = name, .type = RRType::A}, room);
    EXPECT_EQ(size % kQueryPaddingBlockBytes, 0U);
    EXPECT_LT(size, name.wire().size() + 4 + 12 + 19 + kQueryPaddingBlockBytes);
    EXPECT_TRUE(parse_query(Bytes(room).first(size)));
  }
}

PacketBuilder answer(std::string_view name, std::uint16_t flags = kAnswerFlags) {
  PacketBuilder packet(flags, {.answers = 1, .additionals = 1});
  packet.question(name, RRType::A);
  packet.pointer(12).fixed(RRType::A, 60, 4).raw({192, 0, 2, 1});
  return packet;
}

std::expected<Response, ParseError> read(Bytes message) {
  const haetae::test::GuardedBytes guarded(message);
  static const Name kName = name_of("www.example");
  return parse_response(guarded, {.name = kName, .type = RRType::A});
}

TEST(Response, AnswersTheQuestionInAnyLetterCase) {
  for (const std::string_view name : {"www.example", "WWW.eXample"}) {
    const auto response = read(answer(name).opt(1232, 0));
    ASSERT_TRUE(response) << name;
    EXPECT_EQ(response->rcode, Rcode::NoError);
    EXPECT_FALSE(response->keepalive_100ms);
  }
}

TEST(Response, TellsTheTimeoutAndTheWholeRcode) {
  const std::array<std::uint8_t, 10> options{0, 12, 0, 0, 0, 11, 0, 2, 1, 44};
  const auto response = read(answer("www.example").opt(1232, 0x01000000, options));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->keepalive_100ms, 300);
  EXPECT_EQ(response->rcode, Rcode::BadVers);
}

TEST(Response, TakesATimeoutOfAnotherLengthForNone) {
  const std::array<std::uint8_t, 5> options{0, 11, 0, 1, 9};
  const auto response = read(answer("www.example").opt(1232, 0, options));
  ASSERT_TRUE(response);
  EXPECT_FALSE(response->keepalive_100ms);
}

TEST(Response, MayLeaveOutTheQuestionOnlyWhenItSaysAnError) {
  const auto bare = [](unsigned rcode) {
    return read(PacketBuilder(static_cast<std::uint16_t>(kAnswerFlags | rcode), {.questions = 0}));
  };
  EXPECT_EQ(bare(1)->rcode, Rcode::FormErr);
  EXPECT_EQ(bare(0).error(), ParseError::WrongQuestion);
  EXPECT_EQ(bare(3).error(), ParseError::WrongQuestion);
}

TEST(Response, OfSomethingElseIsRefused) {
  EXPECT_EQ(read(answer("www.example.org").opt(1232, 0)).error(), ParseError::WrongQuestion);
  EXPECT_EQ(read(answer("www.example", 0x0100).opt(1232, 0)).error(), ParseError::NotAResponse);
  EXPECT_EQ(read(answer("www.example", 0xa000).opt(1232, 0)).error(), ParseError::OpcodeNotQuery);
  const auto other_type = PacketBuilder(kAnswerFlags, {}).question("www.example", RRType::Aaaa);
  EXPECT_EQ(read(other_type).error(), ParseError::WrongQuestion);
  const auto other_class = PacketBuilder(kAnswerFlags, {}).name("www.example").u16(1).u16(3);
  EXPECT_EQ(read(other_class).error(), ParseError::WrongQuestion);
  const auto two = PacketBuilder(kAnswerFlags, {.questions = 2})
                       .question("www.example", RRType::A)
                       .question("www.example", RRType::A);
  EXPECT_EQ(read(two).error(), ParseError::WrongQuestion);
}

TEST(Response, IsMalformedWhereverItIsCut) {
  const PacketBuilder whole = answer("www.example").opt(1232, 0);
  const Bytes message = whole;
  for (std::size_t bytes = 0; bytes < message.size(); ++bytes) {
    EXPECT_FALSE(read(message.first(bytes))) << bytes;
  }
  EXPECT_TRUE(read(message));
}

}  // namespace
}  // namespace haetae::wire
