// What a TCP client said and its server has not acknowledged yet: a part of inspect::Inspector.
#include <algorithm>

#include "inspect/inspector_impl.h"
#include "wire/sequence.h"

namespace haetae::inspect {
bool Inspector::Impl::wants_receipt(const Arrival& at, const Work& work) const noexcept {
  if (settings_.waits_for_receipt || work.unreceived != kNobody) return true;
  return settings_.sees_all && (at.packet.tcp_flags & wire::tcp_flag::kSyn) != 0;
}

bool Inspector::Impl::keep_unreceived(const Arrival& at, Work& work,
                                      std::uint32_t sequence) noexcept {
  const Bytes octets = at.packet.payload;
  const std::uint32_t end = sequence + static_cast<std::uint32_t>(octets.size());
  if (work.unreceived == kNobody) {
    const bool is_known = work.received != 0;
    // Sent again, though it arrived: nobody reads it any more.
    if (is_known && wire::sequence_distance(work.received, end) <= 0) {
      return true;
    }
    if (!give_room(work, &Work::unreceived)) {
      settle_unread(at, work.protocol, Unread::NoRoom);
      return false;
    }
    works_.room(work, &Work::unreceived)
        .start(is_known ? work.received : work.next, is_known || work.is_certain);
  }
  switch (works_.room(work, &Work::unreceived).add(sequence, octets)) {
    case TcpStream::Added::Stored:
    case TcpStream::Added::Old: return true;
    case TcpStream::Added::Conflict:
      settle_unread(at, work.protocol, Unread::Conflict);
      return false;
    case TcpStream::Added::TooFar: break;
  }
  if (!work.is_unchecked || wire::sequence_distance(work.unchecked, end) > 0) work.unchecked = end;
  work.is_unchecked = true;
  return true;
}

bool Inspector::Impl::awaits_receipt(const Arrival& at) noexcept {
  if (stage_of(at.flow) != Stage::Working || !at.from_client()) return false;
  Work& work = work_of(at.flow);
  if (work.unreceived == kNobody) return false;
  const TcpStream& stream = works_.room(work, &Work::unreceived);
  if (stream.prefix().empty()) return false;
  work.reader = Reader::Receipt;
  work.receipt = stream.next_sequence() + static_cast<std::uint32_t>(stream.prefix().size());
  works_.give_back_room(work);
  return true;
}

void Inspector::Impl::on_receipt(const Arrival& at) noexcept {
  if (stage_of(at.flow) != Stage::Working || work_of(at.flow).unreceived == kNobody) return;
  Work& work = work_of(at.flow);
  TcpStream& stream = works_.room(work, &Work::unreceived);
  const std::uint32_t acknowledged = at.packet.acknowledgement;
  const std::int32_t count = wire::sequence_distance(stream.next_sequence(), acknowledged);
  if (work.is_unchecked && wire::sequence_distance(work.unchecked, acknowledged) >= 0)
    work.is_unchecked = false;
  if (count <= 0) return;
  stream.consume(static_cast<std::size_t>(count));
  if (work.reader == Reader::Receipt && wire::sequence_distance(work.receipt, acknowledged) >= 0) {
    return settle_as(at, Stage::Accepted);
  }
  if (!stream.is_empty()) return;
  work.received = acknowledged;
  works_.give_back_room(work, &Work::unreceived);
}

}  // namespace haetae::inspect
