#include "dns/forward_table.h"

#include <algorithm>

#include "base/assert.h"

namespace haetae::dns {

std::uint32_t ForwardTable::open_question(const UpstreamQuestion& asked, std::uint64_t token,
                                          Monotonic now) noexcept {
  const std::uint32_t place = questions_.take();
  if (place == kNobody) return kNobody;
  questions_[place].value = {.asked = asked, .token = token, .since = now};
  append(by_age_, questions_, &QuestionRow::by_age, place);
  return place;
}

void ForwardTable::close_question(std::uint32_t place) noexcept {
  HAETAE_ASSERT(questions_[place].value.attempts_open == 0);
  unlink(by_age_, questions_, &QuestionRow::by_age, place);
  questions_.give_back(place);
}

std::uint32_t ForwardTable::open_attempt(std::uint32_t question, std::size_t server,
                                         bool is_probe) noexcept {
  Question& asked = questions_[question].value;
  if (asked.sends == limits::kForwardAttemptsMax) return kNobody;
  const std::uint32_t place = attempts_.take();
  if (place == kNobody) return kNobody;
  AttemptRow& row = attempts_[place];
  ++row.generation;
  row.is_open = true;
  row.is_listed = false;
  row.value = {
      .question = question, .server = static_cast<std::uint8_t>(server), .is_probe = is_probe};
  ++asked.sends;
  asked.attempts[asked.attempts_open++] = place;
  return place;
}

void ForwardTable::start(std::uint32_t place, Stage stage, Monotonic now) noexcept {
  take_out(place);
  AttemptRow& row = attempts_[place];
  row.value.stage = stage;
  row.value.since = now;
  row.is_listed = true;
  append(stage == Stage::Sent ? sent_ : unsent_, attempts_, &AttemptRow::by_time, place);
}

void ForwardTable::age(std::uint32_t place) noexcept {
  take_out(place);
  Attempt& attempt = attempts_[place].value;
  attempt.stage = attempt.stage == Stage::Sent ? Stage::Overdue : Stage::Stuck;
}

void ForwardTable::close_attempt(std::uint32_t place) noexcept {
  take_out(place);
  AttemptRow& row = attempts_[place];
  Question& asked = questions_[row.value.question].value;
  const auto end = asked.attempts.begin() + asked.attempts_open;
  *std::find(asked.attempts.begin(), end, place) = *(end - 1);
  --asked.attempts_open;
  row.is_open = false;
  attempts_.give_back(place);
}

// Out of the list of its stage, if it stands in one.
void ForwardTable::take_out(std::uint32_t place) noexcept {
  AttemptRow& row = attempts_[place];
  if (!row.is_listed) return;
  row.is_listed = false;
  unlink(row.value.stage == Stage::Sent ? sent_ : unsent_, attempts_, &AttemptRow::by_time, place);
}

AttemptId ForwardTable::id_of(std::uint32_t place) const noexcept {
  return static_cast<AttemptId>(attempts_[place].generation) << 32 | place;
}

std::uint32_t ForwardTable::attempt_of(AttemptId id) const noexcept {
  const auto place = static_cast<std::uint32_t>(id);
  if (!attempts_.was_ever_taken(place) || !attempts_[place].is_open) return kNobody;
  return attempts_[place].generation == id >> 32 ? place : kNobody;
}

}  // namespace haetae::dns
