#include "wire/http_chunks.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace haetae::wire {
namespace {

struct Outcome {
  Progress progress = Progress::NeedMore;
  std::string data;
  std::size_t bytes = 0;
};

Outcome read(std::string_view text, std::size_t piece) {
  HttpChunkReader reader;
  Outcome out;
  while (!text.empty() && out.progress == Progress::NeedMore) {
    const auto step = reader.feed(as_bytes(text.substr(0, piece)));
    out.progress = step.progress;
    out.data += as_text(step.data);
    out.bytes += step.bytes;
    text.remove_prefix(step.bytes);
  }
  return out;
}

TEST(HttpChunks, GivesTheDataAndFindsTheEndHoweverItIsCut) {
  const std::string_view body =
      "5\r\nhello\r\n006;a=\"b\"\r\n world\r\n0\r\nX-Sum: 1\r\n\r\nGET / HTTP/1.1\r\n";
  for (std::size_t piece = 1; piece <= body.size(); ++piece) {
    const Outcome out = read(body, piece);
    EXPECT_EQ(out.progress, Progress::Done) << piece;
    EXPECT_EQ(out.data, "hello world") << piece;
    EXPECT_EQ(body.substr(out.bytes), "GET / HTTP/1.1\r\n") << piece;
  }
}

TEST(HttpChunks, TakesNothingThatOthersReadOtherwise) {
  constexpr std::pair<std::string_view, std::string_view> kCases[] = {
      {"LF alone behind the size", "5\nhello\r\n0\r\n\r\n"},
      {"a blank behind the size", "5 \r\nhello\r\n0\r\n\r\n"},
      {"a sign", "+5\r\nhello\r\n0\r\n\r\n"},
      {"0x", "0x5\r\nhello\r\n0\r\n\r\n"},
      {"no size", "\r\nhello\r\n0\r\n\r\n"},
      {"a size beyond all", "fffffffffffffffff\r\nhello"},
      {"a chunk longer than told", "5\r\nhello!\r\n0\r\n\r\n"},
      {"LF alone behind the chunk", "5\r\nhello\n0\r\n\r\n"},
      {"LF alone in an extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"},
      {"a bare CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"},
      {"a trailer that ends with LF", "0\r\nX: 1\n\r\n"},
      {"a trailer that starts with a blank", "0\r\n X: 1\r\n\r\n"},
      {"a last line that ends with LF", "0\r\n\n"},
  };
  for (const auto& [what, text] : kCases) {
    EXPECT_EQ(read(text, text.size()).progress, Progress::Malformed) << what;
  }
  EXPECT_EQ(read("5;" + std::string(kChunkLineBytesMax, 'a'), 100).progress, Progress::Malformed);
  EXPECT_EQ(read("0\r\nX: " + std::string(kTrailerBytesMax, 'a'), 100).progress,
            Progress::Malformed);
}

TEST(HttpChunks, DataMayPassUnread) {
  HttpChunkReader reader;
  EXPECT_EQ(reader.data_left(), 0U);
  reader.feed(as_bytes("a\r\nab"));
  reader.feed(as_bytes("ab"));
  HttpChunkReader other;
  auto step = other.feed(as_bytes("a\r\n"));
  EXPECT_EQ(step.progress, Progress::NeedMore);
  EXPECT_EQ(other.data_left(), 10U);
  other.skip(4);
  EXPECT_EQ(other.data_left(), 6U);
  other.skip(6);
  EXPECT_EQ(other.data_left(), 0U);
  EXPECT_EQ(other.feed(as_bytes("\r\n0\r\n\r\n")).progress, Progress::Done);
}

}  // namespace
}  // namespace haetae::wire
