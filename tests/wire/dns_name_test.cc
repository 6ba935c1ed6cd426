// RFC 1035, section 4.1.4: names and their compression.
#include "wire/dns_name.h"

#include <gmock/gmock.h>

#include <vector>

#include "support/guarded_bytes.h"

namespace haetae::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

void append(Octets& message, Bytes octets) {
  for (const std::uint8_t octet : octets) message.push_back(octet);
}
void append(Octets& message, std::initializer_list<std::uint8_t> octets) {
  append(message, Bytes(octets.begin(), octets.size()));
}

// Twelve octets stand for the header; names start at offset 12.
Octets after_header(std::initializer_list<std::uint8_t> octets) {
  Octets message(12, 0);
  append(message, octets);
  return message;
}

std::expected<Name, ParseError> read_at(const Octets& message, std::size_t offset) {
  const test::GuardedBytes guarded(message);
  WireReader in(guarded);
  in.seek(offset);
  const auto name = read_name(in);
  EXPECT_EQ(name.has_value(), in.ok());
  return name;
}

TEST(DnsName, ReadsPlainLabelsInLowerCase) {
  EXPECT_EQ(read_at(after_header({3, 'W', 'w', 'W', 1, 'A', 0}), 12), name_of("www.a"));
  EXPECT_EQ(read_at(after_header({0}), 12), Name());
}

TEST(DnsName, FollowsPointersBackAndGoesOnAfterTheFirstOne) {
  // "a.b" at 12, "c" and a pointer to it at 17, a pointer to that at 21, one octet more.
  const Octets message = after_header({1, 'a', 1, 'b', 0, 1, 'c', 0xc0, 12, 0xc0, 17, 0x77});
  const test::GuardedBytes guarded(message);
  WireReader in(guarded);
  in.seek(17);
  EXPECT_EQ(read_name(in), name_of("c.a.b"));
  EXPECT_EQ(in.offset(), 21U);
  EXPECT_EQ(read_name(in), name_of("c.a.b"));
  EXPECT_EQ(in.u8(), 0x77);
  EXPECT_TRUE(in.ok());
}

TEST(DnsName, KeepsLetterCaseForCopies) {
  const Octets message = after_header({1, 'A', 0, 2, 'b', 'C', 0xc0, 12});
  WireReader in{Bytes(message)};
  in.seek(15);
  CasedName name;
  ASSERT_TRUE(read_cased_name(in, name).has_value());
  EXPECT_THAT(name.wire(), testing::ElementsAre(2, 'b', 'C', 1, 'A', 0));
}

struct BadName {
  const char* what;
  std::vector<std::uint8_t> octets;
  std::size_t at;
  ParseError error;
};
const BadName kBadNames[] = {
    {"a pointer to itself", {0xc0, 12}, 12, ParseError::BadPointer},
    {"a pointer into its own run of labels", {1, 'a', 0xc0, 12}, 12, ParseError::BadPointer},
    {"a pointer into the middle of its own run", {1, 'a', 0xc0, 13}, 12, ParseError::BadPointer},
    {"two pointers at each other", {0xc0, 14, 0xc0, 12}, 14, ParseError::BadPointer},
    {"a pointer forward", {0xc0, 15, 0, 1, 'a', 0}, 12, ParseError::BadPointer},
    {"a pointer behind the message", {0xff, 0xff}, 12, ParseError::BadPointer},
    {"a pointer into the header", {0xc0, 0}, 12, ParseError::BadPointer},
    {"a pointer to the header's last octet", {0xc0, 11}, 12, ParseError::BadPointer},
    {"a pointer back that leads into a loop",
     {1, 'a', 0xc0, 12, 0xc0, 12},
     16,
     ParseError::BadPointer},
    {"half a pointer", {0xc0}, 12, ParseError::Truncated},
    {"label type 0x40", {0x41, 'a', 0}, 12, ParseError::BadLabel},
    {"label type 0x80", {0x81, 'a', 0}, 12, ParseError::BadLabel},
    {"a label that runs out", {5, 'a', 'b'}, 12, ParseError::Truncated},
    {"no root at the end", {1, 'a'}, 12, ParseError::Truncated},
    {"nothing at all", {}, 12, ParseError::Truncated},
};

TEST(DnsName, RefusesWhatCannotBeAName) {
  for (const BadName& bad : kBadNames) {
    Octets message(12, 0);
    append(message, bad.octets);
    const auto name = read_at(message, bad.at);
    ASSERT_FALSE(name.has_value()) << bad.what;
    EXPECT_EQ(name.error(), bad.error) << bad.what;
    CasedName cased;
    WireReader in{Bytes(message)};
    in.seek(bad.at);
    EXPECT_EQ(read_cased_name(in, cased).error(), bad.error) << bad.what;
  }
}

// Names of 62-octet labels, each pointing at the one before: 64, 128, 192, 256 octets long.
TEST(DnsName, CountsALengthOf255OverPointersToo) {
  Octets message(12, 0);
  std::vector<std::size_t> starts;
  for (int i = 0; i < 4; ++i) {
    starts.push_back(message.size());
    const std::uint8_t length = i == 0 ? 61 : 62;
    message.push_back(length);
    append(message, Octets(length, 'a'));
    if (i == 0) {
      message.push_back(0);
    } else {
      message.push_back(0xc0);
      message.push_back(static_cast<std::uint8_t>(starts[static_cast<std::size_t>(i) - 1]));
    }
  }
  EXPECT_EQ(read_at(message, starts[3])->wire().size(), 252U);
  append(message, {2, 'b', 'b', 0xc0, static_cast<std::uint8_t>(starts[3])});
  EXPECT_EQ(read_at(message, message.size() - 5)->wire().size(), 255U);
  append(message, {3, 'b', 'b', 'b', 0xc0, static_cast<std::uint8_t>(starts[3])});
  EXPECT_EQ(read_at(message, message.size() - 6).error(), ParseError::NameTooLong);
}

TEST(DnsName, FollowsSoManyPointersAndNotOneMore) {
  Octets message = after_header({0});
  std::size_t last = 12;
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < limits::kNamePointersMax + 1; ++i) {
    starts.push_back(message.size());
    message.push_back(static_cast<std::uint8_t>(0xc0 | last >> 8));
    message.push_back(static_cast<std::uint8_t>(last));
    last = starts.back();
  }
  EXPECT_EQ(read_at(message, starts[limits::kNamePointersMax - 1]), Name());
  EXPECT_EQ(read_at(message, starts[limits::kNamePointersMax]).error(), ParseError::NameTooLong);
}

TEST(DnsName, IsSteppedOverWithoutFollowingItsPointer) {
  const Octets message = after_header({1, 'a', 0xff, 0xff, 7});
  WireReader in{Bytes(message)};
  in.seek(12);
  ASSERT_TRUE(skip_name(in).has_value());
  EXPECT_EQ(in.u8(), 7);
  for (std::size_t size = 12; size < 16; ++size) {
    const test::GuardedBytes prefix(Bytes(message).first(size));
    WireReader cut(prefix);
    cut.seek(12);
    EXPECT_EQ(skip_name(cut).error(), ParseError::Truncated) << size;
  }
  const Octets odd = after_header({0x40, 0});
  WireReader odd_in{Bytes(odd)};
  odd_in.seek(12);
  EXPECT_EQ(skip_name(odd_in).error(), ParseError::BadLabel);
}

TEST(DnsName, StepsOver255OctetsAtMost) {
  Octets message(12, 0);
  for (int i = 0; i < 127; ++i) append(message, {1, 'a'});
  Octets longest = message;
  longest.push_back(0);
  WireReader in{Bytes(longest)};
  in.seek(12);
  EXPECT_TRUE(skip_name(in).has_value());
  append(message, {1, 'a', 0});
  WireReader longer{Bytes(message)};
  longer.seek(12);
  EXPECT_EQ(skip_name(longer).error(), ParseError::NameTooLong);
}

}  // namespace
}  // namespace haetae::wire
