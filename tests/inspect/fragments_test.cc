#include "inspect/fragments.h"

#include <gtest/gtest.h>

#include <string>

namespace haetae::inspect {
namespace {

struct Pieces {
  wire::Packet piece(std::string_view text, std::uint32_t offset, bool more, std::uint32_t id = 1,
                     std::uint32_t source = 1) {
    wire::Packet packet;
    packet.source = IpAddress::v4(0xc0000200 + source);
    packet.destination = IpAddress::v4(0xc6336401);
    packet.protocol = 17;
    packet.payload = as_bytes(text);
    packet.fragment = wire::Fragment{.id = id, .offset = offset, .more = more};
    return packet;
  }
  std::string add(const wire::Packet& packet) {
    const auto whole = fragments.add(packet, now_s);
    return whole ? std::string(as_text(*whole)) : "";
  }
  FragmentCounters counters;
  Fragments fragments{{3, 4}, counters};
  std::uint32_t now_s = 100;
};

TEST(Fragments, JoinsInAnyOrder) {
  Pieces pieces;
  EXPECT_EQ(pieces.add(pieces.piece("ijk", 8, false)), "");
  EXPECT_EQ(pieces.add(pieces.piece("abcdefgh", 0, true)), "abcdefghijk");
  EXPECT_EQ(pieces.add(pieces.piece("abcdefgh", 0, true)), "") << "another datagram of the same id";
  EXPECT_EQ(pieces.add(pieces.piece("xyz", 8, false)), "abcdefghxyz");
  EXPECT_EQ(pieces.counters.fragments_joined.value(), 2U);
}

TEST(Fragments, KeepsDatagramsApart) {
  Pieces pieces;
  pieces.add(pieces.piece("abcdefgh", 0, true, 1));
  EXPECT_EQ(pieces.add(pieces.piece("ij", 8, false, 2)), "");
  EXPECT_EQ(pieces.add(pieces.piece("ij", 8, false, 1, 9)), "");
  EXPECT_EQ(pieces.add(pieces.piece("ij", 8, false, 1)), "abcdefghij");
}

TEST(Fragments, DropsADatagramWhoseFragmentsOverlap) {
  Pieces pieces;
  pieces.add(pieces.piece("abcdefghABCDEFGH", 0, true));
  EXPECT_EQ(pieces.add(pieces.piece("XXXXXXXXxxxxxxxx", 8, true)), "");
  EXPECT_EQ(pieces.add(pieces.piece("ABCDEFGHij", 8, false)), "") << "what comes later, too";
  EXPECT_EQ(pieces.counters.fragments_overlapped.value(), 1U);
}

TEST(Fragments, SentTwiceIsNoOverlap) {
  Pieces pieces;
  pieces.add(pieces.piece("abcdefgh", 0, true));
  pieces.add(pieces.piece("abcdefgh", 0, true));
  EXPECT_EQ(pieces.add(pieces.piece("ij", 8, false)), "abcdefghij");
}

TEST(Fragments, ADatagramHasOneEnd) {
  Pieces pieces;
  pieces.add(pieces.piece("ij", 8, false));
  pieces.add(pieces.piece("x", 16, false));
  EXPECT_EQ(pieces.add(pieces.piece("abcdefgh", 0, true)), "");
  pieces.add(pieces.piece("ijklmnop", 8, true, 2));
  pieces.add(pieces.piece("", 8, false, 2));
  EXPECT_EQ(pieces.add(pieces.piece("abcdefgh", 0, true, 2)), "") << "an end before what is there";
  EXPECT_EQ(pieces.counters.fragments_overlapped.value(), 2U);
}

TEST(Fragments, RefusesWhatMakesNoSense) {
  Pieces pieces;
  pieces.add(pieces.piece("abc", 0, true));
  pieces.add(pieces.piece("", 0, true));
  pieces.add(pieces.piece("abcdefgh", 65'528, true));
  wire::Packet cut = pieces.piece("abcdefgh", 0, true);
  cut.missing_bytes = 8;
  pieces.add(cut);
  EXPECT_EQ(pieces.counters.fragments_refused.value(), 4U);
}

TEST(Fragments, ForgetsAfterItsTime) {
  Pieces pieces;
  pieces.add(pieces.piece("abcdefgh", 0, true));
  pieces.now_s += limits::kFragmentsSeconds;
  EXPECT_EQ(pieces.add(pieces.piece("ij", 8, false)), "");
  EXPECT_EQ(pieces.counters.fragments_expired.value(), 1U);
  EXPECT_EQ(pieces.add(pieces.piece("abcdefgh", 0, true)), "abcdefghij") << "it began anew";
}

TEST(Fragments, ASourceThatFloodsPushesOutItsOwn) {
  Pieces pieces;
  pieces.add(pieces.piece("abcdefgh", 0, true, 1, 9));
  for (std::uint32_t id = 1; id <= 5000; ++id) {
    pieces.add(pieces.piece("abcdefgh", 0, true, id, 1));
  }
  EXPECT_EQ(pieces.add(pieces.piece("ij", 8, false, 1, 9)), "abcdefghij");
  EXPECT_EQ(pieces.counters.fragments_evicted.value(), 5000U - limits::kFragmentedOfSourceMax);
}

TEST(Fragments, ManySourcesPushOutTheOldest) {
  Pieces pieces;
  for (std::uint32_t source = 0; source < 2 * limits::kFragmentedMax; ++source) {
    pieces.now_s = 100 + source / 64;
    pieces.add(pieces.piece("abcdefgh", 0, true, source, source));
  }
  const std::uint32_t last = 2 * limits::kFragmentedMax - 1;
  EXPECT_EQ(pieces.add(pieces.piece("ij", 8, false, last, last)), "abcdefghij");
  EXPECT_EQ(pieces.counters.fragments_evicted.value(), limits::kFragmentedMax);
}

}  // namespace
}  // namespace haetae::inspect
