#include "inspect/tcp_stream.h"

#include <gtest/gtest.h>

#include <memory>
#include <string_view>

namespace haetae::inspect {
namespace {

using Added = TcpStream::Added;

struct Stream {
  explicit Stream(std::uint32_t first, bool is_certain = true) { stream->start(first, is_certain); }
  Added add(std::uint32_t sequence, std::string_view text) {
    return stream->add(sequence, as_bytes(text));
  }
  std::string_view text() const { return as_text(stream->prefix()); }
  std::unique_ptr<TcpStream> stream = std::make_unique<TcpStream>();
};

TEST(TcpStream, PutsSegmentsInOrder) {
  Stream stream(100);
  EXPECT_EQ(stream.add(103, "def"), Added::Stored);
  EXPECT_EQ(stream.add(100, "abc"), Added::Stored);
  EXPECT_EQ(stream.add(100, "abc"), Added::Stored) << "sent again";
  EXPECT_EQ(stream.text(), "abcdef");
}

TEST(TcpStream, GoesOnPastTheEndOfTheSequenceNumbers) {
  Stream stream(0xfffffffe);
  EXPECT_EQ(stream.add(1, "defg"), Added::Stored);
  EXPECT_EQ(stream.add(0xfffffffe, "abc"), Added::Stored);
  EXPECT_EQ(stream.text(), "abcdefg");
  stream.stream->consume(4);
  EXPECT_EQ(stream.stream->next_sequence(), 2U);
  EXPECT_EQ(stream.add(0xffffffff, "bcd"), Added::Old);
  EXPECT_EQ(stream.add(0xffffffff, "bcdefgh"), Added::Stored) << "partly old";
  EXPECT_EQ(stream.text(), "efgh");
}

TEST(TcpStream, TellsTwoStoriesApart) {
  Stream stream(100);
  stream.add(100, "abc");
  EXPECT_EQ(stream.add(102, "X"), Added::Conflict);
}

TEST(TcpStream, TakesAnEarlierSegmentWhereTheStartWasNotSeen) {
  Stream stream(105, false);
  EXPECT_EQ(stream.add(105, "fgh"), Added::Stored);
  EXPECT_EQ(stream.add(100, "abcde"), Added::Stored);
  EXPECT_EQ(stream.text(), "abcdefgh");
  stream.stream->consume(0);
  EXPECT_EQ(stream.add(95, "....."), Added::Stored);
  EXPECT_EQ(stream.add(95, "_"), Added::Conflict);
  stream.stream->consume(1);
  EXPECT_EQ(stream.add(90, "?????"), Added::Old) << "once something was read the start is known";
}

TEST(TcpStream, KnowsNothingBeforeACertainStart) {
  Stream stream(105);
  EXPECT_EQ(stream.add(100, "abcde"), Added::Old);
  EXPECT_EQ(stream.text(), "");
}

TEST(TcpStream, SaysWhatIsTooFarAhead) {
  Stream stream(100);
  EXPECT_EQ(stream.add(static_cast<std::uint32_t>(100 + limits::kWindowBytesMax), "a"),
            Added::TooFar);
  EXPECT_EQ(stream.add(100U + 0x7fffffff, "a"), Added::TooFar);
  EXPECT_EQ(stream.add(100U + 0x80000001, "a"), Added::Old) << "half of all numbers lie before";
}

}  // namespace
}  // namespace haetae::inspect
