#include "daemon/tls_pool.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"
#include "daemon/clock.h"
#include "dns/id_table.h"
#include "wire/dns_client.h"

namespace haetae::daemon {

using dns::AttemptId;
using dns::SendOutcome;
using dns::ServerFault;

namespace {

constexpr seconds kPrunePeriod{1};
constexpr seconds kNoMoreFor{10};

// A little before the server does it itself: what is sent into that moment has to be asked again.
constexpr milliseconds idle_of(std::uint16_t keepalive_100ms) noexcept {
  return std::min(milliseconds(keepalive_100ms) * 90, limits::kTlsIdleMax);
}

}  // namespace

// One connection and what is asked over it.
struct TlsPool::Link {
  std::shared_ptr<TlsConnection> connection;
  std::vector<AttemptId> unsent;  // they wait for the handshake
  dns::IdTable ids;
  Monotonic since{};  // of the connection's begin, then of the last that moved on it
  milliseconds idle = limits::kTlsIdle;
  int wrong_answers = 0;  // in a row
  bool was_opened = false;
  bool has_answered = false;
  bool is_retiring = false;  // the server wants it closed: nothing more is asked over it

  bool is_ready() const { return connection->is_open() && !is_retiring && !ids.is_full(); }
  bool is_quiet() const { return ids.in_use() == 0 && unsent.empty(); }
};

TlsPool::TlsPool(const Parts& parts, std::size_t number, config::UpstreamServer server)
    : io_(parts.io),
      context_(parts.context),
      forwarder_(parts.forwarder),
      counters_(parts.counters),
      number_(number),
      server_(std::move(server)) {}

TlsPool::~TlsPool() {
  for (const auto& link : links_) link->connection->close();
}

SendOutcome TlsPool::send(AttemptId attempt, Monotonic now) {
  Link* const ready = least_busy();
  if (ready != nullptr) {
    const bool is_busy = ready->ids.in_use() >= limits::kTlsSpreadAfter;
    if (is_busy && opening() == nullptr && may_open_more(now)) open_link(now);
    ready->since = now;
    write_query(*ready, attempt);
    return SendOutcome::Sent;
  }
  Link* link = opening();
  if (link == nullptr && may_open_more(now)) link = open_link(now);
  if (link == nullptr || link->unsent.size() == limits::kTlsInFlightMax) return SendOutcome::Full;
  link->unsent.push_back(attempt);
  return SendOutcome::Waiting;
}

TlsPool::Link* TlsPool::least_busy() noexcept {
  Link* best = nullptr;
  for (const auto& link : links_) {
    if (!link->is_ready()) continue;
    if (best == nullptr || link->ids.in_use() < best->ids.in_use()) best = link.get();
  }
  return best;
}

TlsPool::Link* TlsPool::opening() noexcept {
  const auto found =
      std::ranges::find_if(links_, [](const auto& link) { return !link->connection->is_open(); });
  return found == links_.end() ? nullptr : found->get();
}

bool TlsPool::may_open_more(Monotonic now) const noexcept {
  return links_.size() < limits::kTlsConnectionsMax && (links_.empty() || now >= no_more_until_);
}

TlsPool::Link* TlsPool::open_link(Monotonic now) {
  auto link = std::make_unique<Link>();
  link->connection = std::make_shared<TlsConnection>(io_, context_, server_,
                                                     static_cast<TlsConnection::Owner&>(*this));
  link->since = now;
  links_.push_back(std::move(link));
  links_.back()->connection->connect();
  return links_.back().get();
}

void TlsPool::write_query(Link& link, AttemptId attempt) {
  const dns::UpstreamQuestion* const question = forwarder_.question_of(attempt);
  if (question == nullptr) return;
  const auto id = link.ids.take(attempt);
  HAETAE_ASSERT(id.has_value());  // callers saw room
  const wire::StreamQuery query{.id = *id,
                                .name = question->name,
                                .type = static_cast<wire::RRType>(question->type),
                                .klass = static_cast<wire::RRClass>(question->record_class)};
  link.connection->send(
      wire::write_stream_query(query, link.connection->message_room(wire::kStreamQueryBytesMax)));
}

void TlsPool::on_open(TlsConnection& connection) noexcept {
  Link& link = link_of(connection);
  const Monotonic now = read_clock().monotonic;
  link.since = now;
  link.was_opened = true;
  counters_.connections.add();
  if (connection.was_resumed()) counters_.resumptions.add();
  for (const AttemptId attempt : std::exchange(link.unsent, {})) {
    write_query(link, attempt);
    forwarder_.on_sent(attempt, now);
  }
}

bool TlsPool::on_message(TlsConnection& connection, Bytes message) noexcept {
  Link& link = link_of(connection);
  wire::WireReader in(message);
  const std::uint16_t id = in.u16();
  if (!in.ok()) {
    counters_.malformed.add();
    return false;
  }
  const auto attempt = link.ids.find(id);
  if (!attempt) {
    counters_.wrong_answers.add();
    return ++link.wrong_answers < limits::kTlsWrongAnswersMax;
  }
  const Monotonic now = read_clock().monotonic;
  const dns::Forwarder::Outcome outcome = forwarder_.on_message(*attempt, message, now);
  switch (outcome.kind) {
    case dns::Forwarder::Outcome::Kind::NotMine:
      return ++link.wrong_answers < limits::kTlsWrongAnswersMax;
    case dns::Forwarder::Outcome::Kind::Malformed: return false;
    case dns::Forwarder::Outcome::Kind::Taken: break;
  }
  link.wrong_answers = 0;
  link.ids.give_back(id);
  link.since = now;
  link.has_answered = true;
  if (outcome.keepalive_100ms) {
    link.is_retiring = *outcome.keepalive_100ms == 0;
    link.idle = idle_of(*outcome.keepalive_100ms);
  }
  return true;
}

void TlsPool::on_closed(TlsConnection& connection, ServerFault why) noexcept {
  std::unique_ptr<Link> link = take_out(connection);
  const Monotonic now = read_clock().monotonic;
  if (!link->was_opened) {
    fail_opening(why, now);
  } else if (why == ServerFault::Malformed || (!link->has_answered && !link->is_quiet())) {
    forwarder_.on_server_failed(number_, why, now);
  }
  lose(std::move(link));
}

// A server that has a connection of ours is there: it only does not want another one.
void TlsPool::fail_opening(ServerFault why, Monotonic now) noexcept {
  counters_.connection_failures.add();
  if (dns::is_about_certificate(why)) counters_.certificate_failures.add();
  no_more_until_ = now + kNoMoreFor;
  const bool has_open =
      std::ranges::any_of(links_, [](const auto& link) { return link->connection->is_open(); });
  if (!has_open) forwarder_.on_server_failed(number_, why, now);
}

// Tells the end of all that was asked over it. The link stands in no list any more: what is asked
// anew inside goes over others.
void TlsPool::lose(std::unique_ptr<Link> link) noexcept {
  const Monotonic now = read_clock().monotonic;
  for (const AttemptId attempt : link->unsent) forwarder_.on_lost(attempt, now);
  link->ids.drain([&](AttemptId attempt) { forwarder_.on_lost(attempt, now); });
}

void TlsPool::reset() noexcept {
  for (auto& link : std::exchange(links_, {})) {
    link->connection->close();
    lose(std::move(link));
  }
}

void TlsPool::on_tick(Monotonic now) noexcept {
  const bool prunes = now >= prune_at_;
  if (prunes) prune_at_ = now + kPrunePeriod;
  std::vector<std::unique_ptr<Link>> ended;
  for (std::size_t i = 0; i < links_.size();) {
    Link& link = *links_[i];
    if (prunes) {
      link.ids.prune([this](AttemptId attempt) { return forwarder_.question_of(attempt); });
    }
    const bool is_open = link.connection->is_open();
    const bool is_late = !is_open && now - link.since >= limits::kTlsConnectMax;
    const bool is_idle =
        is_open && link.is_quiet() && (link.is_retiring || now - link.since >= link.idle);
    if (is_idle) counters_.closed_idle.add();
    if (!is_late && !is_idle) {
      ++i;
      continue;
    }
    ended.push_back(std::move(links_[i]));
    links_.erase(links_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (auto& link : ended) {
    link->connection->close();
    if (!link->was_opened) fail_opening(ServerFault::Unreachable, now);
    lose(std::move(link));
  }
}

TlsPool::Link& TlsPool::link_of(const TlsConnection& connection) noexcept {
  const auto found = std::ranges::find_if(
      links_, [&](const auto& link) { return link->connection.get() == &connection; });
  HAETAE_ASSERT(found != links_.end());
  return **found;
}

std::unique_ptr<TlsPool::Link> TlsPool::take_out(const TlsConnection& connection) noexcept {
  const auto found = std::ranges::find_if(
      links_, [&](const auto& link) { return link->connection.get() == &connection; });
  HAETAE_ASSERT(found != links_.end());
  auto link = std::move(*found);
  links_.erase(found);
  return link;
}

}  // namespace haetae::daemon
