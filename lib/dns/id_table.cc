#include "dns/id_table.h"

#include "base/assert.h"

namespace haetae::dns {

IdTable::IdTable() noexcept {
  for (std::size_t place = 0; place < kPlaces; ++place) {
    rows_[place].next_free = static_cast<std::uint16_t>(place + 1);
  }
}

std::optional<std::uint16_t> IdTable::take(AttemptId attempt) noexcept {
  if (is_full()) return std::nullopt;
  const std::uint16_t place = first_free_;
  Row& row = rows_[place];
  first_free_ = row.next_free;
  ++in_use_;
  ++row.uses;
  row.is_used = true;
  row.attempt = attempt;
  return id_of(place);
}

std::optional<AttemptId> IdTable::find(std::uint16_t id) const noexcept {
  const std::size_t place = id % kPlaces;
  if (!rows_[place].is_used || id_of(place) != id) return std::nullopt;
  return rows_[place].attempt;
}

void IdTable::give_back(std::uint16_t id) noexcept {
  const auto place = static_cast<std::uint16_t>(id % kPlaces);
  HAETAE_ASSERT(rows_[place].is_used);
  rows_[place].is_used = false;
  if (is_full()) {
    first_free_ = place;
  } else {
    rows_[last_free_].next_free = place;
  }
  last_free_ = place;
  --in_use_;
}

}  // namespace haetae::dns
