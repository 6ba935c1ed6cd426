#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/limits.h"
#include "dns/forward_table.h"

namespace haetae::dns {

// The ids of the questions in flight on one stream. An id is a place and how often it was used, so
// that the answer to a question given up on is not taken for that to the next one in its place.
class IdTable {
 public:
  static constexpr std::size_t kPlaces = limits::kTlsInFlightMax;

  IdTable() noexcept;
  // Nothing if all are in use.
  std::optional<std::uint16_t> take(AttemptId attempt) noexcept;
  // Nothing if no question with that id is in flight.
  std::optional<AttemptId> find(std::uint16_t id) const noexcept;
  // An id that find() knows.
  void give_back(std::uint16_t id) noexcept;
  std::size_t in_use() const noexcept { return in_use_; }
  bool is_full() const noexcept { return in_use_ == kPlaces; }

  // Gives back those that nobody waits for any more. is_wanted: AttemptId -> bool.
  template <typename IsWanted>
  void prune(IsWanted is_wanted) noexcept {
    for (std::size_t place = 0; place < kPlaces && in_use_ > 0; ++place) {
      if (rows_[place].is_used && !is_wanted(rows_[place].attempt)) give_back(id_of(place));
    }
  }
  // Gives back all, telling each: void(AttemptId), which must not take any.
  template <typename Tell>
  void drain(Tell tell) noexcept {
    for (std::size_t place = 0; place < kPlaces && in_use_ > 0; ++place) {
      if (!rows_[place].is_used) continue;
      const AttemptId attempt = rows_[place].attempt;
      give_back(id_of(place));
      tell(attempt);
    }
  }

 private:
  struct Row {
    AttemptId attempt = 0;
    std::uint16_t uses = 0;
    std::uint16_t next_free = 0;
    bool is_used = false;
  };
  std::uint16_t id_of(std::size_t place) const noexcept {
    return static_cast<std::uint16_t>(rows_[place].uses * kPlaces + place);
  }

  static_assert((kPlaces & (kPlaces - 1)) == 0 && kPlaces <= 0x8000);
  std::array<Row, kPlaces> rows_;
  std::size_t in_use_ = 0;
  // Free places are a queue: an id comes back as late as can be.
  std::uint16_t first_free_ = 0;
  std::uint16_t last_free_ = kPlaces - 1;
};

}  // namespace haetae::dns
