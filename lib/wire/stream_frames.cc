#include "wire/stream_frames.h"

#include <algorithm>

namespace haetae::wire {

MutableBytes StreamFrames::room() {
  // What is left is moved to the front: less than one frame, unless the caller stopped early.
  if (start_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(start_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= start_;
    start_ = 0;
  }
  const std::size_t wanted = std::max(frame_bytes(), end_ + 1);
  if (buffer_.size() < wanted) buffer_.resize(wanted);
  return MutableBytes(buffer_).subspan(end_);
}

std::optional<Bytes> StreamFrames::next() noexcept {
  const std::size_t frame = frame_bytes();
  const std::size_t have = end_ - start_;
  if (have < kLengthBytes || have < frame) return std::nullopt;
  const Bytes message = Bytes(buffer_).subspan(start_ + kLengthBytes, frame - kLengthBytes);
  start_ += frame;
  return message;
}

std::size_t StreamFrames::frame_bytes() const noexcept {
  if (end_ - start_ < kLengthBytes) return kLengthBytes;
  return kLengthBytes + (static_cast<std::size_t>(buffer_[start_]) << 8 | buffer_[start_ + 1]);
}

}  // namespace haetae::wire
