#include "dns/pending.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace haetae::dns {

void Waiter::keep(const wire::Query& query) noexcept {
  id = query.id;
  udp_payload_bytes = query.edns.udp_payload_bytes;
  recursion_desired = query.recursion_desired;
  authentic_data = query.authentic_data;
  checking_disabled = query.checking_disabled;
  edns = query.edns.present;
  dnssec_ok = query.edns.dnssec_ok;
  question_bytes = static_cast<std::uint16_t>(query.question.wire.size());
  std::ranges::copy(query.question.wire, question_wire.begin());
}

void Waiter::restore(wire::Query& out) const noexcept {
  out.id = id;
  out.recursion_desired = recursion_desired;
  out.authentic_data = authentic_data;
  out.checking_disabled = checking_disabled;
  out.edns.present = edns;
  out.edns.dnssec_ok = dnssec_ok;
  out.edns.udp_payload_bytes = udp_payload_bytes;
  wire::WireReader in(Bytes{question_wire}.first(question_bytes));
  const auto read = wire::read_question(in);
  HAETAE_ASSERT(read.has_value());  // it was read from the client's query already
  out.question = *read;
}

Pending::Pending() {
  buckets_.fill(kNobody);
}

std::uint32_t Pending::find_question(std::uint64_t hash, const Name& name,
                                     wire::RRType type) const noexcept {
  std::uint32_t place = buckets_[hash % kBuckets];
  while (place != kNobody) {
    const PendingQuestion& question = questions_[place].value;
    if (question.hash == hash && question.type == type && question.name == name) return place;
    place = questions_[place].next_in_bucket;
  }
  return kNobody;
}

std::uint32_t Pending::open_question(std::uint64_t hash, const Name& name, wire::RRType type,
                                     Monotonic now) noexcept {
  const std::uint32_t place = questions_.take();
  if (place == kNobody) return kNobody;
  QuestionRow& row = questions_[place];
  row.value = {.name = name, .type = type, .asked = now, .hash = hash};
  row.waiters = {};
  row.open = true;
  ++row.generation;
  row.next_in_bucket = buckets_[hash % kBuckets];
  buckets_[hash % kBuckets] = place;
  append(by_age_, questions_, &QuestionRow::by_age, place);
  return place;
}

void Pending::close_question(std::uint32_t place) noexcept {
  QuestionRow& row = questions_[place];
  HAETAE_ASSERT(row.open && row.waiters.first == kNobody);
  std::uint32_t* in_bucket = &buckets_[row.value.hash % kBuckets];
  while (*in_bucket != place) in_bucket = &questions_[*in_bucket].next_in_bucket;
  *in_bucket = row.next_in_bucket;
  unlink(by_age_, questions_, &QuestionRow::by_age, place);
  row.open = false;
  questions_.give_back(place);
}

std::uint64_t Pending::token(std::uint32_t place) const noexcept {
  return static_cast<std::uint64_t>(questions_[place].generation) << 32 | place;
}

std::uint32_t Pending::question_of(std::uint64_t token) const noexcept {
  const auto place = static_cast<std::uint32_t>(token);
  if (!questions_.was_ever_taken(place) || !questions_[place].open) return kNobody;
  return questions_[place].generation == token >> 32 ? place : kNobody;
}

std::size_t Pending::share_of(const Client& client) noexcept {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15ULL;
  std::uint64_t mixed = 0;
  // Clients of one network differ in few octets: those must reach the bits that are used.
  const auto mix = [&mixed](std::uint64_t word) {
    mixed ^= word;
    mixed = (mixed ^ mixed >> 32) * kOdd;
  };
  // All clients behind a forwarder have its address.
  if (const std::string_view id = client.claims.id.view(); !id.empty()) {
    for (const char octet : id) mix(static_cast<unsigned char>(octet));
  } else if (client.claims.mac) {
    mix(client.claims.mac->number());
  } else {
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), client.source().address.octets().data(), sizeof words);
    mix(words[0]);
    mix(words[1]);
  }
  return (mixed ^ mixed >> 32) % kShares;
}

bool Pending::has_room_for(const Client& client) const noexcept {
  return waiter_count_ < limits::kPendingQueriesMax &&
         shares_[share_of(client)] < limits::kPendingPerClientMax;
}

Waiter& Pending::add_waiter(std::uint32_t question, const Client& client, Monotonic now) noexcept {
  const std::uint32_t place = waiters_.take();
  HAETAE_ASSERT(place != kNobody);
  ++shares_[share_of(client)];
  ++waiter_count_;
  if (client.connection != 0) ++stream_waiter_count_;
  WaiterRow& row = waiters_[place];
  row.is_overdue = false;
  row.value.client = client;
  row.value.since = now;
  row.value.question = question;
  row.value.restarts = 0;
  append(questions_[question].waiters, waiters_, &WaiterRow::by_question, place);
  append(patient_, waiters_, &WaiterRow::by_time, place);
  return row.value;
}

std::uint32_t Pending::first_waiter(std::uint32_t question) const noexcept {
  return questions_[question].waiters.first;
}

void Pending::remove_waiter(std::uint32_t place) noexcept {
  WaiterRow& row = waiters_[place];
  unlink(questions_[row.value.question].waiters, waiters_, &WaiterRow::by_question, place);
  unlink(row.is_overdue ? overdue_ : patient_, waiters_, &WaiterRow::by_time, place);
  --shares_[share_of(row.value.client)];
  --waiter_count_;
  if (row.value.client.connection != 0) --stream_waiter_count_;
  waiters_.give_back(place);
}

void Pending::move_waiter(std::uint32_t place, std::uint32_t question) noexcept {
  WaiterRow& row = waiters_[place];
  unlink(questions_[row.value.question].waiters, waiters_, &WaiterRow::by_question, place);
  row.value.question = question;
  append(questions_[question].waiters, waiters_, &WaiterRow::by_question, place);
}

void Pending::mark_overdue(std::uint32_t place) noexcept {
  WaiterRow& row = waiters_[place];
  if (row.is_overdue) return;
  unlink(patient_, waiters_, &WaiterRow::by_time, place);
  row.is_overdue = true;
  append(overdue_, waiters_, &WaiterRow::by_time, place);
}

void Pending::forget_connection(std::uint64_t connection) noexcept {
  if (connection == 0 || stream_waiter_count_ == 0) return;
  forget_in(patient_, connection);
  forget_in(overdue_, connection);
}

void Pending::forget_in(PoolList& list, std::uint64_t connection) noexcept {
  for (std::uint32_t place = list.first; place != kNobody;) {
    const std::uint32_t after = waiters_[place].by_time.after;
    if (waiters_[place].value.client.connection == connection) remove_waiter(place);
    place = after;
  }
}

}  // namespace haetae::dns
