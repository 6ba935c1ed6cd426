#include "inspect/works.h"

#include "base/assert.h"

namespace haetae::inspect {

Works::Works()
    : works_(limits::kFlowWorksMax),
      rooms_(limits::kHelloRoomsMax),
      rooms_of_source_(limits::kFlowSources) {}

std::uint32_t Works::take(const Work& start) noexcept {
  HAETAE_ASSERT(has_place());
  const std::uint32_t place = first_free_ != kNobody ? first_free_ : works_touched_++;
  Work& work = works_[place];
  if (place == first_free_) first_free_ = work.newer;
  work = start;
  work.older = newest_;
  work.newer = kNobody;
  (newest_ == kNobody ? oldest_ : works_[newest_].newer) = place;
  newest_ = place;
  ++count_;
  return place;
}

void Works::give_back(std::uint32_t place) noexcept {
  Work& work = works_[place];
  give_back_room(work);
  give_back_room(work, &Work::unreceived);
  (work.older == kNobody ? oldest_ : works_[work.older].newer) = work.newer;
  (work.newer == kNobody ? newest_ : works_[work.newer].older) = work.older;
  work.newer = first_free_;
  first_free_ = place;
  --count_;
}

Works::RoomTaken Works::take_room(Work& work, WhichRoom which) noexcept {
  if (rooms_of_source_[work.source] >= limits::kHelloRoomsOfSourceMax) {
    return RoomTaken::SourceHasItsShare;
  }
  if (first_free_room_ == kNobody && rooms_touched_ == limits::kHelloRoomsMax) {
    return RoomTaken::NoneLeft;
  }
  const std::uint32_t place = first_free_room_ != kNobody ? first_free_room_ : rooms_touched_++;
  Room& room = rooms_[place];
  if (place == first_free_room_) first_free_room_ = room.next_free;
  room.work = static_cast<std::uint32_t>(works_.place_of(work));
  work.*which = place;
  ++rooms_of_source_[work.source];
  return RoomTaken::Yes;
}

void Works::give_back_room(Work& work, WhichRoom which) noexcept {
  if (work.*which == kNobody) return;
  Room& room = rooms_[work.*which];
  room.work = kNobody;
  room.next_free = first_free_room_;
  first_free_room_ = work.*which;
  work.*which = kNobody;
  --rooms_of_source_[work.source];
}

// All rooms are in use when somebody asks: going around gives each the same time.
std::uint32_t Works::oldest_with_room() noexcept {
  for (std::size_t i = 0; i < rooms_touched_; ++i) {
    room_hand_ = (room_hand_ + 1) % rooms_touched_;
    if (rooms_[room_hand_].work != kNobody) return rooms_[room_hand_].work;
  }
  return kNobody;
}

}  // namespace haetae::inspect
