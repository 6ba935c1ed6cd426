#pragma once

#include <cstdint>

#include "dns/pool.h"

namespace haetae::dns {

// Lists that run through the rows of a Pool: each row holds a Link for each list it may stand in.
struct PoolLink {
  std::uint32_t before = kNobody;
  std::uint32_t after = kNobody;
};

struct PoolList {
  std::uint32_t first = kNobody;
  std::uint32_t last = kNobody;
};

template <typename Rows, typename Row>
void append(PoolList& list, Rows& rows, PoolLink Row::* link, std::uint32_t place) noexcept {
  rows[place].*link = {list.last, kNobody};
  (list.last == kNobody ? list.first : (rows[list.last].*link).after) = place;
  list.last = place;
}

template <typename Rows, typename Row>
void unlink(PoolList& list, Rows& rows, PoolLink Row::* link, std::uint32_t place) noexcept {
  const PoolLink gone = rows[place].*link;
  (gone.before == kNobody ? list.first : (rows[gone.before].*link).after) = gone.after;
  (gone.after == kNobody ? list.last : (rows[gone.after].*link).before) = gone.before;
}

}  // namespace haetae::dns
