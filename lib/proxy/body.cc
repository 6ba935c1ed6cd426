#include "proxy/body.h"

#include <algorithm>

namespace haetae::proxy {

using wire::Progress;

wire::HttpChunkReader::Step Body::feed(Bytes more) noexcept {
  if (is_done_) return {Progress::Done, 0, {}};
  switch (framing_) {
    case Framing::None: break;
    case Framing::UntilClose: return {Progress::NeedMore, more.size(), more};
    case Framing::Length: {
      const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, more.size()));
      skip(taken);
      return {is_done_ ? Progress::Done : Progress::NeedMore, taken, more.first(taken)};
    }
    case Framing::Chunked: {
      const auto step = chunks_.feed(more);
      is_done_ = step.progress == Progress::Done;
      return step;
    }
  }
  return {Progress::Done, 0, {}};
}

std::uint64_t Body::unread() const noexcept {
  if (is_done_) return 0;
  switch (framing_) {
    case Framing::None: return 0;
    case Framing::Length: return left_;
    case Framing::Chunked: return chunks_.data_left();
    case Framing::UntilClose: return std::numeric_limits<std::uint64_t>::max();
  }
  return 0;
}

void Body::skip(std::uint64_t bytes) noexcept {
  if (framing_ == Framing::Chunked) return chunks_.skip(bytes);
  if (framing_ != Framing::Length) return;
  left_ -= bytes;
  is_done_ = left_ == 0;
}

bool Body::end() noexcept {
  if (framing_ == Framing::UntilClose) is_done_ = true;
  return is_done_;
}

}  // namespace haetae::proxy
