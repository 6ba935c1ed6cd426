#include "wire/stream_frames.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

namespace haetae::wire {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Messages = std::vector<std::string>;

std::string frame(const std::string& message) {
  std::string framed(StreamFrames::kLengthBytes, '\0');
  write_frame_length(MutableBytes(reinterpret_cast<std::uint8_t*>(framed.data()), framed.size()),
                     message.size());
  return framed + message;
}

// Feeds the stream in pieces of so many octets at most; returns what comes out.
Messages cut(const std::string& stream, std::size_t piece_bytes, std::size_t first_bytes = 2) {
  StreamFrames frames(first_bytes);
  Messages messages;
  Bytes left = as_bytes(stream);
  while (!left.empty()) {
    const MutableBytes room = frames.room();
    EXPECT_FALSE(room.empty());
    const std::size_t bytes = std::min({room.size(), left.size(), piece_bytes});
    std::ranges::copy(left.first(bytes), room.begin());
    frames.add(bytes);
    left = left.subspan(bytes);
    while (const auto message = frames.next()) messages.emplace_back(as_text(*message));
  }
  EXPECT_FALSE(frames.next());
  return messages;
}

TEST(StreamFrames, CutsTheSameMessagesHoweverTheStreamComes) {
  const std::string stream = frame("one") + frame("") + frame(std::string(300, 'x')) + frame("two");
  for (const std::size_t piece : {1, 2, 3, 7, 64, 4096}) {
    for (const std::size_t first : {2, 3, 100, 4096}) {
      EXPECT_THAT(cut(stream, piece, first), ElementsAre("one", "", std::string(300, 'x'), "two"))
          << piece << " octets at a time, room for " << first;
    }
  }
}

TEST(StreamFrames, HoldsTheLongestMessage) {
  const std::string longest(65535, 'y');
  EXPECT_THAT(cut(frame(longest) + frame("z"), 5000), ElementsAre(longest, "z"));
}

TEST(StreamFrames, GivesNothingForAnyBeginningOfAMessage) {
  const std::string whole = frame("a message");
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    EXPECT_THAT(cut(whole.substr(0, bytes), 1), IsEmpty()) << bytes;
  }
}

TEST(StreamFrames, TakesNoMoreMemoryThanTheLongestMessageNeeds) {
  StreamFrames frames(2);
  for (int i = 0; i < 5; ++i) {
    const std::string stream = frame(std::string(65535, 'x'));
    Bytes left = as_bytes(stream);
    while (!left.empty()) {
      const MutableBytes room = frames.room();
      EXPECT_LE(room.size(), 65537U);
      const std::size_t bytes = std::min(room.size(), left.size());
      std::ranges::copy(left.first(bytes), room.begin());
      frames.add(bytes);
      left = left.subspan(bytes);
    }
    EXPECT_TRUE(frames.next());
  }
}

}  // namespace
}  // namespace haetae::wire
