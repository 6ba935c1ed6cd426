#include "dns/held.h"

namespace haetae::dns {

// The table is small and nearly always empty: looking at all of it is cheaper than counting.
bool Held::has_room_for(const Client& client) const noexcept {
  if (count_ == limits::kHeldQueriesMax) return false;
  std::size_t own = 0;
  for (std::uint32_t place = first_; place != kNobody; place = rows_[place].after) {
    if (rows_[place].waiter.client.peer.address == client.peer.address) ++own;
  }
  return own < limits::kHeldPerClientMax;
}

void Held::add(const wire::Query& query, const Client& client, Monotonic now) noexcept {
  const std::uint32_t place = rows_.take();
  Row& row = rows_[place];
  row.is_taken = true;
  row.waiter.client = client;
  row.waiter.since = now;
  row.waiter.keep(query);
  row.before = last_;
  row.after = kNobody;
  (last_ == kNobody ? first_ : rows_[last_].after) = place;
  last_ = place;
  ++count_;
}

void Held::remove(std::uint32_t place) noexcept {
  Row& row = rows_[place];
  row.is_taken = false;
  (row.before == kNobody ? first_ : rows_[row.before].after) = row.after;
  (row.after == kNobody ? last_ : rows_[row.after].before) = row.before;
  rows_.give_back(place);
  --count_;
}

void Held::forget_connection(std::uint64_t connection) noexcept {
  if (connection == 0) return;
  for (std::uint32_t place = first_; place != kNobody;) {
    const std::uint32_t next = rows_[place].after;
    if (rows_[place].waiter.client.connection == connection) remove(place);
    place = next;
  }
}

}  // namespace haetae::dns
