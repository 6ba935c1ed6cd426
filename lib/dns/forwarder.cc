#include "dns/forwarder.h"

#include <algorithm>

#include "base/assert.h"
#include "dns/timing.h"
#include "wire/dns_client.h"

namespace haetae::dns {
namespace {

using Stage = ForwardTable::Stage;

constexpr std::uint32_t bit_of(std::size_t server) noexcept {
  return std::uint32_t{1} << server;
}

// A name that two servers cannot resolve has a fault of its own, as a rule.
constexpr std::uint8_t kBadAnswersMax = 2;

// A server is left for another one only if that is clearly quicker: going to and fro would keep
// twice as many connections warm.
constexpr int kLoyaltyPercent = 75;

// Answers to something else; the connection is sound.
bool is_not_mine(wire::ParseError error) noexcept {
  return error == wire::ParseError::WrongQuestion || error == wire::ParseError::NotAResponse ||
         error == wire::ParseError::OpcodeNotQuery;
}

bool is_answer(const wire::Response& response) noexcept {
  return !response.header.has(wire::Header::kTruncated) &&
         (response.rcode == wire::Rcode::NoError || response.rcode == wire::Rcode::NxDomain);
}

UpstreamAnswer answer_of(const wire::Response& response, Bytes message) noexcept {
  UpstreamAnswer answer;
  // Over a stream nothing needs to be cut: what stands there is not the whole truth.
  answer.failed = response.header.has(wire::Header::kTruncated);
  answer.rcode = static_cast<std::uint8_t>(response.rcode);
  if (!answer.failed) answer.packet = message;
  return answer;
}

}  // namespace

Forwarder::Forwarder(std::size_t servers, std::uint32_t seed, const Parts& parts)
    : servers_(servers),
      links_(parts.links),
      report_(parts.report),
      counters_(parts.counters),
      random_(seed) {
  HAETAE_ASSERT(servers <= limits::kUpstreamServersMax);
}

bool Forwarder::resolve(const UpstreamQuestion& question, std::uint64_t token,
                        Monotonic now) noexcept {
  const std::uint32_t place = table_.open_question(question, token, now);
  if (place == kNobody) return false;
  ++undelivered_;
  const bool is_asked = ask_next(place, Repeat::No, now);
  if (is_asked) {
    probe_with(place, now);
  } else {
    counters_.failures.add();
    --undelivered_;
    table_.question(place).is_delivered = true;
  }
  close_if_done(place);
  return is_asked;
}

// ---- Whom to ask

// One more server, in the order of what is best for the house: a good one; else plain DNS, where
// that is allowed; else one that failed a while ago.
bool Forwarder::ask_next(std::uint32_t place, Repeat repeat, Monotonic now) noexcept {
  if (ask_good(place, repeat, now)) return true;
  if (!is_anyone_good() && fall_back(place)) return true;
  return ask_any(place, now);
}

bool Forwarder::ask_good(std::uint32_t place, Repeat repeat, Monotonic now) noexcept {
  std::uint32_t excluded = table_.question(place).tried;
  for (auto server = best_server(excluded); server; server = best_server(excluded)) {
    if (ask(place, *server, false, now)) {
      preferred_ = *server;
      return true;
    }
    excluded |= bit_of(*server);
  }
  if (repeat == Repeat::No) return false;
  const auto again = best_server(0);
  return again && ask(place, *again, false, now);
}

bool Forwarder::ask_any(std::uint32_t place, Monotonic now) noexcept {
  for (std::size_t server = 0; server < servers_; ++server) {
    if (health_[server].is_good() || !health_[server].may_be_tried(now)) continue;
    if ((table_.question(place).tried & bit_of(server)) != 0) continue;
    if (ask(place, server, false, now)) return true;
  }
  return false;
}

bool Forwarder::ask(std::uint32_t place, std::size_t server, bool is_probe,
                    Monotonic now) noexcept {
  const std::uint32_t attempt = table_.open_attempt(place, server, is_probe);
  if (attempt == kNobody) return false;
  const SendOutcome outcome = links_.send(server, table_.id_of(attempt));
  if (outcome == SendOutcome::Full) {
    table_.close_attempt(attempt);
    return false;
  }
  table_.question(place).tried |= bit_of(server);
  const bool is_sent = outcome == SendOutcome::Sent;
  if (is_sent) counters_.queries.add();
  table_.start(attempt, is_sent ? Stage::Sent : Stage::Unsent, now);
  return true;
}

// At most one probe rides on a question.
void Forwarder::probe_with(std::uint32_t place, Monotonic now) noexcept {
  for (std::size_t server = 0; server < servers_; ++server) {
    if ((table_.question(place).tried & bit_of(server)) != 0) continue;
    if (!health_[server].wants_probe(now)) continue;
    health_[server].note_probe(now);
    ask(place, server, true, now);
    return;
  }
}

// The plain upstream delivers by itself; only probes are left to wait for.
bool Forwarder::fall_back(std::uint32_t place) noexcept {
  ForwardTable::Question& question = table_.question(place);
  if (question.is_delivered) return false;
  if (!links_.send_plainly(question.asked, question.token)) return false;
  counters_.plain_fallbacks.add();
  report_.is_plain.store(true, std::memory_order_relaxed);
  question.is_delivered = true;
  --undelivered_;
  return true;
}

std::optional<std::size_t> Forwarder::best_server(std::uint32_t excluded) const noexcept {
  std::optional<std::size_t> best;
  milliseconds least{};
  for (std::size_t server = 0; server < servers_; ++server) {
    if ((excluded & bit_of(server)) != 0 || !health_[server].is_good()) continue;
    milliseconds expected = health_[server].expected();
    if (server == preferred_) expected = expected * kLoyaltyPercent / 100;
    if (best && expected >= least) continue;
    best = server;
    least = expected;
  }
  return best;
}

bool Forwarder::is_anyone_good() const noexcept {
  return std::any_of(health_.begin(), health_.begin() + static_cast<std::ptrdiff_t>(servers_),
                     [](const ServerHealth& health) { return health.is_good(); });
}

// ---- What comes of it

const UpstreamQuestion* Forwarder::question_of(AttemptId id) const noexcept {
  const std::uint32_t attempt = table_.attempt_of(id);
  return attempt == kNobody ? nullptr : &table_.question(table_.attempt(attempt).question).asked;
}

void Forwarder::on_sent(AttemptId id, Monotonic now) noexcept {
  const std::uint32_t attempt = table_.attempt_of(id);
  if (attempt == kNobody) return;
  counters_.queries.add();
  table_.start(attempt, Stage::Sent, now);
}

Forwarder::Outcome Forwarder::on_message(AttemptId id, Bytes message, Monotonic now) noexcept {
  const std::uint32_t attempt = table_.attempt_of(id);
  if (attempt == kNobody) return {};  // given up on; late answers are no fault
  const ForwardTable::Attempt done = table_.attempt(attempt);
  const UpstreamQuestion& asked = table_.question(done.question).asked;
  const auto response =
      wire::parse_response(message, {.name = asked.name,
                                     .type = static_cast<wire::RRType>(asked.type),
                                     .klass = static_cast<wire::RRClass>(asked.record_class)});
  if (!response && is_not_mine(response.error())) {
    counters_.wrong_answers.add();
    return {.kind = Outcome::Kind::NotMine};
  }
  if (!response) {
    counters_.malformed.add();
    return {.kind = Outcome::Kind::Malformed};
  }
  table_.close_attempt(attempt);
  ServerHealth& health = health_[done.server];
  health.note_answer(now - done.since, now);
  health.note_refusal(response->rcode == wire::Rcode::Refused, now, draw());
  publish(done.server);
  const UpstreamAnswer answer = answer_of(*response, message);
  if (is_answer(*response)) {
    counters_.answers.add();
    deliver(done.question, answer);
  } else {
    counters_.bad_answers.add();
    take_bad_answer(done.question, answer, now);
  }
  close_if_done(done.question);
  return {.kind = Outcome::Kind::Taken, .keepalive_100ms = response->keepalive_100ms};
}

void Forwarder::take_bad_answer(std::uint32_t place, const UpstreamAnswer& answer,
                                Monotonic now) noexcept {
  ForwardTable::Question& question = table_.question(place);
  if (question.is_delivered) return;
  const bool is_last = ++question.bad_answers == kBadAnswersMax;
  if (!is_last && (ask_good(place, Repeat::No, now) || is_awaited(question))) return;
  deliver(place, answer);
}

void Forwarder::on_lost(AttemptId id, Monotonic now) noexcept {
  const std::uint32_t attempt = table_.attempt_of(id);
  if (attempt == kNobody) return;
  const std::uint32_t place = table_.attempt(attempt).question;
  health_[table_.attempt(attempt).server].note_lost();
  table_.close_attempt(attempt);
  ForwardTable::Question& question = table_.question(place);
  if (!question.is_delivered && !is_awaited(question)) {
    if (ask_next(place, Repeat::Yes, now)) {
      counters_.retries.add();
    } else if (question.attempts_open == 0) {
      give_up(place);
    }
  }
  close_if_done(place);
}

// An answer is on its way, as far as anybody can tell.
bool Forwarder::is_awaited(const ForwardTable::Question& question) const noexcept {
  const auto open = std::span(question.attempts).first(question.attempts_open);
  return std::ranges::any_of(open, [this](std::uint32_t place) {
    const ForwardTable::Attempt& attempt = table_.attempt(place);
    const bool is_young = attempt.stage == Stage::Unsent || attempt.stage == Stage::Sent;
    return is_young && (!attempt.is_probe || health_[attempt.server].is_good());
  });
}

void Forwarder::on_server_failed(std::size_t server, ServerFault fault, Monotonic now) noexcept {
  health_[server].note_failure(fault, now, draw());
  publish(server);
}

// ---- Time

void Forwarder::on_tick(Monotonic now) noexcept {
  for (std::uint32_t attempt = table_.oldest_unsent();
       attempt != kNobody && now - table_.attempt(attempt).since >= kUnsentHedgeAfter;
       attempt = table_.oldest_unsent()) {
    table_.age(attempt);
    hedge(attempt, now);
  }
  for (std::uint32_t attempt = table_.oldest_sent();
       attempt != kNobody && now - table_.attempt(attempt).since >= kHedgeAfter;
       attempt = table_.oldest_sent()) {
    const std::size_t server = table_.attempt(attempt).server;
    table_.age(attempt);
    const bool was_good = health_[server].is_good();
    health_[server].note_overdue(now, draw());
    publish(server);
    hedge(attempt, now);
    if (was_good && !health_[server].is_good()) links_.reset(server);
  }
  for (std::uint32_t place = table_.oldest_question();
       place != kNobody && now - table_.question(place).since >= kForwardGiveUpAfter;
       place = table_.oldest_question()) {
    ForwardTable::Question& question = table_.question(place);
    while (question.attempts_open > 0) table_.close_attempt(question.attempts.front());
    if (!question.is_delivered) give_up(place);
    close_if_done(place);
  }
}

void Forwarder::hedge(std::uint32_t attempt, Monotonic now) noexcept {
  const ForwardTable::Attempt& late = table_.attempt(attempt);
  if (late.is_probe || table_.question(late.question).is_delivered) return;
  if (ask_next(late.question, Repeat::No, now)) counters_.hedges.add();
}

// ---- The end

void Forwarder::deliver(std::uint32_t place, const UpstreamAnswer& answer) noexcept {
  ForwardTable::Question& question = table_.question(place);
  if (question.is_delivered) return;
  question.is_delivered = true;
  --undelivered_;
  links_.deliver(question.token, answer);
}

void Forwarder::give_up(std::uint32_t place) noexcept {
  counters_.failures.add();
  deliver(place, {.failed = true});
}

void Forwarder::close_if_done(std::uint32_t place) noexcept {
  const ForwardTable::Question& question = table_.question(place);
  if (question.is_delivered && question.attempts_open == 0) table_.close_question(place);
}

void Forwarder::publish(std::size_t server) noexcept {
  report_.faults[server].store(health_[server].fault(), std::memory_order_relaxed);
  if (health_[server].is_good()) report_.is_plain.store(false, std::memory_order_relaxed);
}

}  // namespace haetae::dns
