#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"

namespace haetae::wire {

// Cuts a stream into DNS messages (RFC 1035, section 4.2.2: two octets of length, then the
// message), however it arrives in pieces:
//   in.add(read_from_socket(in.room()));
//   while (const auto message = in.next()) ...
// What a message holds is not looked at: one of no octets is a message, too. Memory grows with what
// the announced lengths ask for, up to 65,537 octets, and stays: nothing is allocated once warm.
class StreamFrames {
 public:
  static constexpr std::size_t kLengthBytes = 2;

  // first_bytes: room to start with; at least kLengthBytes.
  explicit StreamFrames(std::size_t first_bytes) : buffer_(first_bytes) {}

  // Where the next octets of the stream go; never empty. Views that next() gave end here. Call it
  // when next() has nothing more.
  MutableBytes room();
  // So many octets were put there.
  void add(std::size_t bytes) noexcept { end_ += bytes; }
  // The next message that is whole; nothing if more octets are needed. Valid until room().
  std::optional<Bytes> next() noexcept;

 private:
  // How long the frame at start_ is, its length octets included; kLengthBytes while unknown.
  std::size_t frame_bytes() const noexcept;

  std::vector<std::uint8_t> buffer_;
  std::size_t start_ = 0;  // the first octet that was not given out
  std::size_t end_ = 0;    // behind the last octet of the stream so far
};

// Writes a message's length before it. out: kLengthBytes octets.
inline void write_frame_length(MutableBytes out, std::size_t message_bytes) noexcept {
  out[0] = static_cast<std::uint8_t>(message_bytes >> 8);
  out[1] = static_cast<std::uint8_t>(message_bytes);
}

}  // namespace haetae::wire
