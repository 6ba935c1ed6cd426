#include <gmock/gmock.h>

#include <array>

#include "support/guarded_bytes.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace haetae::wire {
namespace {

constexpr std::uint8_t kOctets[] = {1, 2, 3, 4, 5, 6, 7, 8};

TEST(WireReader, ReadsNumbersInNetworkOrder) {
  const test::GuardedBytes octets(kOctets);
  WireReader in(octets);
  EXPECT_EQ(in.u8(), 0x01);
  EXPECT_EQ(in.u16(), 0x0203);
  EXPECT_EQ(in.u32(), 0x04050607U);
  EXPECT_EQ(in.left(), 1U);
  EXPECT_TRUE(in.ok());
  WireReader again(octets);
  EXPECT_EQ(again.u24(), 0x010203U);
}

TEST(WireReader, KeepsItsFirstFailureAndGivesNothingAfterIt) {
  const test::GuardedBytes octets(kOctets);
  WireReader in(octets);
  in.skip(6);
  EXPECT_EQ(in.u32(), 0U);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.u8(), 0U) << "two octets were left, but the reader is spent";
  EXPECT_TRUE(in.take(1).empty());
  EXPECT_EQ(in.left(), 0U);
  in.seek(0);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.u16(), 0U);
}

TEST(WireReader, TakesHugeLengthsWithoutWrapping) {
  const test::GuardedBytes octets(kOctets);
  WireReader in(octets);
  in.skip(3);
  EXPECT_TRUE(in.take(static_cast<std::size_t>(-1)).empty());
  EXPECT_FALSE(in.ok());
  WireReader seeker(octets);
  seeker.seek(static_cast<std::size_t>(-1));
  EXPECT_FALSE(seeker.ok());
}

TEST(WireReader, NeverReadsBehindAWindow) {
  const test::GuardedBytes octets(kOctets);
  WireReader in(octets);
  in.skip(1);
  WireReader inner = in.sub(3);
  EXPECT_EQ(inner.offset(), 1U) << "offsets count from the whole";
  EXPECT_EQ(in.offset(), 4U);
  EXPECT_EQ(inner.u16(), 0x0203);
  EXPECT_EQ(inner.u16(), 0U) << "one octet is left in the window";
  EXPECT_FALSE(inner.ok());
  EXPECT_TRUE(in.ok());
  WireReader too_long = in.sub(5);
  EXPECT_FALSE(too_long.ok());
  EXPECT_FALSE(in.ok());
}

TEST(WireReader, SeeksInsideItsWindowOnly) {
  const test::GuardedBytes octets(kOctets);
  WireReader in(octets);
  WireReader inner = in.sub(4);
  inner.seek(4);
  EXPECT_TRUE(inner.ok());
  inner.seek(0);
  EXPECT_EQ(inner.u8(), 1);
  inner.seek(5);
  EXPECT_FALSE(inner.ok());
}

TEST(WireWriter, WritesNumbersInNetworkOrder) {
  std::array<std::uint8_t, 8> out{};
  WireWriter writer(out);
  writer.u8(1);
  writer.u16(0x0203);
  writer.u32(0x04050607);
  EXPECT_TRUE(writer.ok());
  EXPECT_EQ(writer.left(), 1U);
  EXPECT_THAT(writer.written(), testing::ElementsAre(1, 2, 3, 4, 5, 6, 7));
}

TEST(WireWriter, WritesNothingOfWhatDoesNotFitAndNothingAfterIt) {
  std::array<std::uint8_t, 3> out{};
  WireWriter writer(out);
  writer.u16(0x0102);
  writer.u32(0x03040506);
  EXPECT_FALSE(writer.ok());
  writer.u8(9);
  EXPECT_EQ(writer.offset(), 2U);
  EXPECT_THAT(out, testing::ElementsAre(1, 2, 0));
}

TEST(WireWriter, GoesOnAfterARewind) {
  std::array<std::uint8_t, 3> out{};
  WireWriter writer(out);
  writer.u16(0x0102);
  writer.u16(0x0304);
  writer.rewind(1);
  writer.u16(0x0506);
  EXPECT_TRUE(writer.ok());
  EXPECT_THAT(out, testing::ElementsAre(1, 5, 6));
}

TEST(WireWriter, PatchesWhatIsWrittenAndNothingElse) {
  std::array<std::uint8_t, 4> out{};
  WireWriter writer(out);
  writer.u16(0);
  writer.patch_u16(0, 0x0102);
  writer.patch_u16(1, 0xffff);
  EXPECT_THAT(out, testing::ElementsAre(1, 2, 0, 0));
}

TEST(WireWriter, KeepsToItsLimit) {
  std::array<std::uint8_t, 8> out{};
  WireWriter writer(out);
  writer.u16(1);
  writer.set_limit(4);
  EXPECT_EQ(writer.left(), 2U);
  writer.u32(1);
  EXPECT_FALSE(writer.ok());
  writer.rewind(2);
  writer.set_limit(100);
  EXPECT_EQ(writer.left(), 6U) << "never more than the buffer";
}

}  // namespace
}  // namespace haetae::wire
