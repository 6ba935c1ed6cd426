#pragma once

#include <array>
#include <cstdint>

#include "base/limits.h"
#include "base/name.h"
#include "base/time.h"
#include "dns/pool_list.h"
#include "dns/service.h"
#include "wire/dns_message.h"

namespace haetae::dns {

// A client's query that waits, with what its reply needs.
struct Waiter {
  Client client;
  Monotonic since;
  std::uint32_t question = kNobody;  // place of the question it waits for
  std::uint16_t id = 0;
  std::uint16_t udp_payload_bytes = 0;
  bool recursion_desired = false;
  bool authentic_data = false;
  bool checking_disabled = false;
  bool edns = false;
  bool dnssec_ok = false;
  std::uint8_t restarts = 0;
  std::uint16_t question_bytes = 0;
  std::array<std::uint8_t, limits::kNameBytesMax + 4> question_wire;  // in the client's letter case

  void keep(const wire::Query& query) noexcept;
  // The query again; its views point into this object.
  void restore(wire::Query& out) const noexcept;
};

// A question that the upstream is working on; asked once for all who wait for it.
struct PendingQuestion {
  Name name;
  wire::RRType type{};
  Monotonic asked;
  std::uint64_t hash = 0;
  std::uint8_t forms = 0;  // in which the answer is to be cached, as bits
  bool sets_clock = false;
};

// Questions on their way and the queries that wait for them, in bounded tables. Places are indexes
// that stay while the question or waiter lives.
class Pending {
 public:
  Pending();

  // ---- Questions
  std::uint32_t find_question(std::uint64_t hash, const Name& name,
                              wire::RRType type) const noexcept;
  // kNobody if the table is full.
  std::uint32_t open_question(std::uint64_t hash, const Name& name, wire::RRType type,
                              Monotonic now) noexcept;
  // Nobody may wait for it any more.
  void close_question(std::uint32_t place) noexcept;
  PendingQuestion& question(std::uint32_t place) noexcept { return questions_[place].value; }
  const PendingQuestion& question(std::uint32_t place) const noexcept {
    return questions_[place].value;
  }
  // A token names one asking: after close_question() it names nothing.
  std::uint64_t token(std::uint32_t place) const noexcept;
  std::uint32_t question_of(std::uint64_t token) const noexcept;
  // The question asked longest ago; kNobody if there is none.
  std::uint32_t oldest_question() const noexcept { return by_age_.first; }

  // ---- Waiters
  // Whether one more from this client may wait: the table or the client's share may be full.
  bool has_room_for(const Client& client) const noexcept;
  // Only where there is room.
  Waiter& add_waiter(std::uint32_t question, const Client& client, Monotonic now) noexcept;
  std::uint32_t first_waiter(std::uint32_t question) const noexcept;
  Waiter& waiter(std::uint32_t place) noexcept { return waiters_[place].value; }
  void remove_waiter(std::uint32_t place) noexcept;
  // The waiter goes over to another question.
  void move_waiter(std::uint32_t place, std::uint32_t question) noexcept;
  std::size_t waiter_count() const noexcept { return waiter_count_; }
  // Longest waiting first: of those not yet looked at for a stale answer, and of the others.
  std::uint32_t oldest_patient() const noexcept { return patient_.first; }
  std::uint32_t oldest_overdue() const noexcept { return overdue_.first; }
  // Looked at for a stale answer; there was none.
  void mark_overdue(std::uint32_t place) noexcept;
  // Removes all that came over this connection. Looks at every waiter, if any came over a stream.
  void forget_connection(std::uint64_t connection) noexcept;

 private:
  struct WaiterRow {
    std::uint32_t next_free = kNobody;
    PoolLink by_question;
    PoolLink by_time;
    bool is_overdue = false;
    Waiter value;
  };
  struct QuestionRow {
    std::uint32_t next_free = kNobody;
    PoolLink by_age;
    PoolList waiters;
    std::uint32_t next_in_bucket = kNobody;
    std::uint32_t generation = 0;
    bool open = false;
    PendingQuestion value;
  };

  using QuestionRows = Pool<QuestionRow, limits::kPendingQuestionsMax>;
  using WaiterRows = Pool<WaiterRow, limits::kPendingQueriesMax>;

  void forget_in(PoolList& list, std::uint64_t connection) noexcept;
  static std::size_t share_of(const Client& client) noexcept;

  static constexpr std::size_t kBuckets = 4096;
  static constexpr std::size_t kShares = 8192;

  QuestionRows questions_;
  WaiterRows waiters_;
  std::size_t waiter_count_ = 0;
  std::size_t stream_waiter_count_ = 0;
  std::array<std::uint32_t, kBuckets> buckets_;
  // Waiting queries by client, hashed: two clients may share one, which only means that they share
  // the limit.
  std::array<std::uint16_t, kShares> shares_{};
  PoolList by_age_;
  PoolList patient_;
  PoolList overdue_;
};

}  // namespace haetae::dns
