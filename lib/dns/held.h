#pragma once

#include <cstdint>

#include "base/limits.h"
#include "dns/pending.h"
#include "dns/pool.h"

namespace haetae::dns {

// Queries held back for a moment, until the network has said who sent them. All wait equally long,
// so the first in is the first whose time is up.
class Held {
 public:
  // Whether one more of this client may wait: the table or the client's share may be full.
  bool has_room_for(const Client& client) const noexcept;
  // Only where there is room.
  void add(const wire::Query& query, const Client& client, Monotonic now) noexcept;

  std::uint32_t first() const noexcept { return first_; }  // kNobody: nothing is held
  bool is_taken(std::uint32_t place) const noexcept { return rows_[place].is_taken; }
  std::uint32_t after(std::uint32_t place) const noexcept { return rows_[place].after; }
  Waiter& at(std::uint32_t place) noexcept { return rows_[place].waiter; }
  void remove(std::uint32_t place) noexcept;
  std::size_t count() const noexcept { return count_; }
  void forget_connection(std::uint64_t connection) noexcept;

 private:
  struct Row {
    std::uint32_t next_free = kNobody;
    std::uint32_t before = kNobody;
    std::uint32_t after = kNobody;
    bool is_taken = false;
    Waiter waiter;
  };

  Pool<Row, limits::kHeldQueriesMax> rows_;
  std::uint32_t first_ = kNobody;
  std::uint32_t last_ = kNobody;
  std::size_t count_ = 0;
};

}  // namespace haetae::dns
