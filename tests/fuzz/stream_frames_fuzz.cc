// A stream of DNS messages that comes in pieces: the same messages must come out as when it is read
// at once, whatever the pieces. The first octet says how large they are.
#include <algorithm>
#include <vector>

#include "base/assert.h"
#include "wire/stream_frames.h"

using namespace haetae;
using namespace haetae::wire;

namespace {

// Reads the whole stream at once.
std::vector<Bytes> cut_slowly(Bytes stream) {
  std::vector<Bytes> messages;
  while (stream.size() >= 2) {
    const std::size_t size = static_cast<std::size_t>(stream[0]) << 8 | stream[1];
    if (stream.size() - 2 < size) break;
    messages.push_back(stream.subspan(2, size));
    stream = stream.subspan(2 + size);
  }
  return messages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece_bytes = 1 + data[0];
  Bytes left(data + 1, size - 1);
  const std::vector<Bytes> wanted = cut_slowly(left);
  std::size_t count = 0;
  StreamFrames frames(StreamFrames::kLengthBytes + data[0] % 64);
  while (!left.empty()) {
    const MutableBytes room = frames.room();
    HAETAE_ASSERT(!room.empty() && room.size() <= 65537);
    const std::size_t bytes = std::min({room.size(), left.size(), piece_bytes});
    std::ranges::copy(left.first(bytes), room.begin());
    frames.add(bytes);
    left = left.subspan(bytes);
    while (const auto message = frames.next()) {
      HAETAE_ASSERT(count < wanted.size() && std::ranges::equal(*message, wanted[count]));
      ++count;
    }
  }
  HAETAE_ASSERT(count == wanted.size());
  return 0;
}
