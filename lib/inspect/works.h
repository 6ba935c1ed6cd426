#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/lazy_array.h"
#include "inspect/flow_table.h"
#include "inspect/limits.h"
#include "inspect/seen.h"
#include "inspect/tcp_stream.h"
#include "wire/http_head.h"
#include "wire/quic_packet.h"

namespace haetae::inspect {

// What a flow's octets are read as.
enum class Reader : std::uint8_t {
  Start,  // nobody knows yet
  Http,
  Dns,
  Quic,
  Receipt,  // it was judged, and may pass: only that its server acknowledges what it was judged by
            // is missing
};

// What is known of a flow that is still being read, beside its entry in the table.
struct Work {
  std::uint32_t flow = kNobody;  // its place in the flow table
  std::uint32_t source = 0;      // the row in which its source is counted
  std::uint32_t room = kNobody;  // where octets wait for others
  std::uint32_t start = 0;       // TCP: of the connection's first octet; 0: not to be told
  std::uint32_t next = 0;        // TCP, without a room: the sequence number that is wanted
  bool is_certain = false;       // TCP: `next` was told by the connection, not guessed
  Reader reader = Reader::Start;
  Protocol protocol = Protocol::Tcp;  // what it looks like, while that is not certain
  std::uint8_t proxied = 0;           // CONNECTs so far: behind each a conversation starts anew
  std::uint8_t unread = 0;            // payloads that told nothing, in a row
  std::uint8_t tried = 0;             // names of an unfinished head that were judged already
  std::uint32_t asked = 0;            // DNS: of which ids questions were seen
  bool is_upgraded = false;           // HTTP: what comes may be no HTTP any more
  std::uint32_t unread_from = 0;      // HTTP: nothing new can be told until a line ends behind here
  std::uint32_t unreceived = kNobody;  // TCP: the room of what the server has not acknowledged yet
  std::uint32_t received = 0;          // TCP: up to where it has, while `unreceived` is nobody's
  std::uint32_t receipt = 0;           // up to where it must have for a Receipt
  std::uint32_t unchecked = 0;         // TCP: up to where octets were sent that found no room there
  bool is_unchecked = false;           // … and the server has not acknowledged them
  std::uint64_t body_left = 0;         // HTTP: octets of the body that are still to come
  std::optional<wire::HttpBodyReader> chunks{};  // HTTP: inside of a body in chunks

  wire::QuicEra era = wire::QuicEra::Unknown;
  std::uint8_t first_id_size = 0;
  std::array<std::uint8_t, 20> first_id{};  // QUIC: what the keys are made of

  std::uint32_t older = kNobody;  // all works by the time they were taken …
  std::uint32_t newer = kNobody;  // … and of free ones, the next
};

// The works of one worker's flows, and the rooms in which octets wait for others. Both are bounded;
// a source has only its share of the rooms. No allocation after construction.
class Works {
 public:
  Works();

  // A work for this flow, as `start` says. If none is left, the oldest must go first.
  bool has_place() const noexcept { return count_ < limits::kFlowWorksMax; }
  std::uint32_t take(const Work& start) noexcept;
  void give_back(std::uint32_t place) noexcept;
  std::uint32_t oldest() const noexcept { return oldest_; }
  Work& operator[](std::uint32_t place) noexcept { return works_[place]; }

  // A work may have two rooms.
  using WhichRoom = std::uint32_t Work::*;
  // Gives the work a room. False: its source has its share; or none is left, and one must be given
  // up first (oldest_with_room()).
  enum class RoomTaken : std::uint8_t { Yes, SourceHasItsShare, NoneLeft };
  RoomTaken take_room(Work& work, WhichRoom which = &Work::room) noexcept;
  void give_back_room(Work& work, WhichRoom which = &Work::room) noexcept;
  // Of those that have a room, one that is among the oldest; kNobody if nobody has.
  std::uint32_t oldest_with_room() noexcept;
  TcpStream& room(const Work& work, WhichRoom which = &Work::room) noexcept {
    return rooms_[work.*which].stream;
  }

 private:
  struct Room {
    std::uint32_t work;
    std::uint32_t next_free;
    TcpStream stream;
  };

  LazyArray<Work> works_;
  LazyArray<Room> rooms_;
  LazyArray<std::uint16_t> rooms_of_source_;
  std::uint32_t count_ = 0;
  std::uint32_t works_touched_ = 0;
  std::uint32_t first_free_ = kNobody;
  std::uint32_t oldest_ = kNobody;
  std::uint32_t newest_ = kNobody;
  std::uint32_t rooms_touched_ = 0;
  std::uint32_t first_free_room_ = kNobody;
  std::uint32_t room_hand_ = 0;
};

}  // namespace haetae::inspect
