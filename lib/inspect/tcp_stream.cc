#include "inspect/tcp_stream.h"

namespace haetae::inspect {

TcpStream::Added TcpStream::add(std::uint32_t sequence, Bytes segment) noexcept {
  // The distance of two sequence numbers is signed: half of all lie before, half behind.
  const auto distance = static_cast<std::int32_t>(sequence - next_);
  if (distance >= 0) {
    switch (window_.put(static_cast<std::size_t>(distance), segment)) {
      case ByteWindow::Put::Stored: return Added::Stored;
      case ByteWindow::Put::Conflict: return Added::Conflict;
      case ByteWindow::Put::TooFar: return Added::TooFar;
    }
  }
  const auto before = static_cast<std::size_t>(-static_cast<std::int64_t>(distance));
  if (!is_certain_) {
    if (!window_.make_room_before(before)) return Added::Old;
    next_ = sequence;
    return add(sequence, segment);
  }
  if (segment.size() <= before) return Added::Old;
  return add(next_, segment.subspan(before));
}

}  // namespace haetae::inspect
