#include "daemon/proxy_session.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/local_address.h"
#include "daemon/clock.h"
#include "proxy/limits.h"
#include "wire/host.h"

namespace haetae::daemon {
namespace {

using proxy::Connection;
using proxy::NoAnswer;

// Read at once: who sends that much sends more.
constexpr std::size_t kBulkBytes = 24 * 1024;

proxy::Ends ends_of(const Accepted& accepted, proxy::Entry entry) {
  const bool is_known = entry == proxy::Entry::Transparent;
  return {.client = accepted.client,
          .interface = accepted.interface,
          .server = is_known ? accepted.destination : Peer{},
          .is_known = is_known,
          .proxy = accepted.local};
}

bool is_loopback(const IpAddress& address) noexcept {
  static const Cidr v4 = *Cidr::from_text("127.0.0.0/8");
  static const Cidr v6 = *Cidr::from_text("::1/128");
  return v4.contains(address) || v6.contains(address);
}

// Of this machine, of one link, or of no site: nowhere that a proxy leads others to.
bool is_nowhere(const IpAddress& address) noexcept {
  static const Cidr link = *Cidr::from_text("169.254.0.0/16");
  static const Cidr link6 = *Cidr::from_text("fe80::/10");
  if (is_loopback(address) || is_unspecified(address)) return true;
  if (link.contains(address) || link6.contains(address)) return true;
  return std::ranges::any_of(siteless_prefixes(),
                             [&](const Cidr& one) { return one.contains(address); });
}

bool would_block() noexcept {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

}  // namespace

ProxySession::ProxySession(ProxyShared& shared, proxy::Entry entry, Accepted accepted,
                           const Now& now)
    : shared_(shared),
      connection_(shared.parts, entry, ends_of(accepted, entry), now),
      local_(accepted.local.address) {
  client_.socket = std::move(accepted.socket);
  client_.can_write = true;
  if (entry != proxy::Entry::Transparent) return;
  destination_ = accepted.destination;
  // Led here with the address it asked for still on it (TPROXY): servers see the client's own.
  if (accepted.local == accepted.destination) speaks_as_ = accepted.client.address;
}

ProxySession::~ProxySession() {
  if (lookup_ != 0) shared_.lookup.forget(lookup_);
  if (server_.socket.get() >= 0 && !is_connecting_ && connection_.may_lend_server() &&
      !server_.can_read && !server_.has_hung_up) {
    (void)epoll_ctl(shared_.epoll, EPOLL_CTL_DEL, server_.socket.get(), nullptr);
    shared_.servers.put(key_of(connection_.server_origin()), std::move(server_.socket),
                        read_clock().monotonic);
  }
  give_back_pipe(to_client_);
  give_back_pipe(to_server_);
}

// ---- Readiness.

namespace {

bool add_to(int epoll, int socket, ProxySession* session, ProxySession::Side side) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = reinterpret_cast<std::uintptr_t>(session) | static_cast<std::uint64_t>(side);
  return epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) == 0;
}

}  // namespace

bool ProxySession::watch() {
  return add_to(shared_.epoll, client_.socket.get(), this, Side::Client);
}

void ProxySession::on_event(Side side, std::uint32_t events) {
  Half& half = side == Side::Client ? client_ : server_;
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) half.can_read = true;
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) half.can_write = true;
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) half.has_hung_up = true;
  client_is_gone_ |= side == Side::Client && (events & EPOLLERR) != 0;
}

// ---- The turn.

bool ProxySession::pump(const Now& now) {
  wants_more_ = false;
  moved_bytes_ = 0;
  if (client_is_gone_) return false;
  if (is_connecting_ && server_.can_write) look_whether_connected(now);
  for (;;) {
    if (connection_.server_is_idle() && (server_.can_read || server_.has_hung_up)) {
      connection_.server_spoke_unasked();
    }
    if (!carry_out(connection_.step(now), now)) return false;
    Moved all = Moved::Nothing;
    const auto note = [&](Moved one) { all = std::max(all, one); };
    note(write_to(server_, false));
    note(write_to(client_, true));
    note(splice_between(server_, client_, to_client_, true));
    note(splice_between(client_, server_, to_server_, false));
    note(read_from(client_, true));
    note(read_from(server_, false));
    if (all == Moved::Broken) return false;
    shut_what_is_told();
    if (all == Moved::Nothing) break;
    if (moved_bytes_ >= limits::kProxyTurnBytes) {
      wants_more_ = true;
      break;
    }
  }
  connection_.nothing_came();
  return true;
}

bool ProxySession::tick(const Now& now) {
  if (is_connecting_ && now.monotonic >= connect_until_) {
    drop_server();
    try_next(NoAnswer::Slow, now);
  }
  return connection_.tick(now) != Connection::Wish::Close && pump(now);
}

bool ProxySession::carry_out(Connection::Wish wish, const Now& now) {
  for (;; wish = connection_.step(now)) {
    if (!connection_.holds_server() && !is_connecting_ && server_.socket.get() >= 0) drop_server();
    switch (wish) {
      case Connection::Wish::Nothing: return true;
      case Connection::Wish::Close: return false;
      case Connection::Wish::Connect: find_server(now); break;
    }
  }
}

// ---- The way to a server.

ProxyServers::Key ProxySession::key_of(const proxy::Origin& origin) const {
  return {connection_.ends().client.address, destination_ ? destination_->address : IpAddress(),
          origin};
}

void ProxySession::find_server(const Now& now) {
  const proxy::Origin& origin = connection_.origin();
  if (!origin.host.empty()) {
    Descriptor waiting = shared_.servers.take(key_of(origin));
    if (waiting.get() >= 0) return take_server(std::move(waiting), true, now);
  }
  if (destination_) return on_found({.addresses = {destination_->address}}, now);
  const wire::Host host = wire::read_host(as_bytes(origin.host));
  switch (host.kind) {
    case wire::HostKind::None:
    case wire::HostKind::Odd: return connection_.unreachable(NoAnswer::NoAddress, now);
    case wire::HostKind::Address: return on_found({.addresses = {host.address}}, now);
    case wire::HostKind::Name: break;
  }
  const ProxyLookup::Asker asker{connection_.ends().client, local_, connection_.ends().interface};
  is_looking_up_ = true;
  lookup_ = shared_.lookup.find(host.name, asker, [this](const ProxyLookup::Found& found) {
    lookup_ = 0;
    on_found(found, read_clock());
    if (!is_looking_up_) queue();
  });
  is_looking_up_ = false;
}

void ProxySession::queue() {
  if (std::exchange(is_queued, true)) return;
  shared_.queue.push_back(this);
}

void ProxySession::on_found(const ProxyLookup::Found& found, const Now& now) {
  if (found.addresses.empty()) return connection_.unreachable(found.why, now);
  addresses_.assign(found.addresses.rbegin(), found.addresses.rend());
  try_next(NoAnswer::Unreachable, now);
}

void ProxySession::look_whether_connected(const Now& now) {
  switch (connecting(server_.socket.get())) {
    case Connecting::NotYet: server_.can_write = false; return;
    case Connecting::Done:
      is_connecting_ = false;
      connection_.connected(false, now);
      return;
    case Connecting::Failed:
      drop_server();
      try_next(NoAnswer::Unreachable, now);
      return;
  }
}

// why: what is said if there is no further one.
void ProxySession::try_next(NoAnswer why, const Now& now) {
  is_connecting_ = false;
  while (!addresses_.empty()) {
    const Peer server{addresses_.back(), connection_.origin().port};
    addresses_.pop_back();
    if (!may_lead_to(server)) {
      why = NoAnswer::Ourselves;
      continue;
    }
    Descriptor socket = connect_to(server, speaks_as_);
    if (socket.get() < 0) continue;
    connect_until_ = now.monotonic + limits::kProxyConnect;
    is_connecting_ = true;
    return take_server(std::move(socket), false, now);
  }
  connection_.unreachable(why, now);
}

// Neither back to ourselves, nor to what only this machine may reach.
bool ProxySession::may_lead_to(const Peer& server) const {
  const bool is_own = std::ranges::any_of(shared_.own, [&](const config::Endpoint& one) {
    return one.port == server.port && (one.address == server.address || server.address == local_ ||
                                       is_loopback(server.address));
  });
  if (is_own) return false;
  return !is_nowhere(server.address) ||
         (is_loopback(server.address) && is_loopback(connection_.ends().client.address));
}

void ProxySession::take_server(Descriptor socket, bool is_reused, const Now& now) {
  server_ = Half{.socket = std::move(socket), .can_write = is_reused};
  if (!add_to(shared_.epoll, server_.socket.get(), this, Side::Server)) {
    is_connecting_ = false;
    server_ = Half{};
    return connection_.unreachable(NoAnswer::Unreachable, now);
  }
  if (is_reused) connection_.connected(true, now);
}

void ProxySession::drop_server() {
  give_back_pipe(to_server_);
  const bool is_clean =
      !is_connecting_ && connection_.server_is_clean() && !server_.can_read && !server_.has_hung_up;
  if (is_clean) {
    (void)epoll_ctl(shared_.epoll, EPOLL_CTL_DEL, server_.socket.get(), nullptr);
    shared_.servers.put(key_of(connection_.server_origin()), std::move(server_.socket),
                        read_clock().monotonic);
  }
  server_ = Half{};
}

// ---- Octets.

ProxySession::Moved ProxySession::write_to(Half& half, bool is_client) {
  if (!half.can_write || half.socket.get() < 0 || (!is_client && is_connecting_)) {
    return Moved::Nothing;
  }
  const auto parts = is_client ? connection_.to_client() : connection_.to_server();
  if (parts[0].empty() && parts[1].empty()) return Moved::Nothing;
  iovec vectors[2];
  std::size_t wanted = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    vectors[i] = {const_cast<std::uint8_t*>(parts[i].data()), parts[i].size()};
    wanted += parts[i].size();
  }
  msghdr message{};
  message.msg_iov = vectors;
  message.msg_iovlen = parts.size();
  const ssize_t sent = sendmsg(half.socket.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) {
    half.can_write = false;
    if (would_block()) return Moved::Nothing;
    if (is_client) return Moved::Broken;
    connection_.server_refuses();
    return Moved::Some;
  }
  if (static_cast<std::size_t>(sent) < wanted) half.can_write = false;
  moved_bytes_ += static_cast<std::uint64_t>(sent);
  if (is_client) {
    connection_.client_wrote(static_cast<std::size_t>(sent));
  } else {
    connection_.server_wrote(static_cast<std::size_t>(sent));
  }
  return Moved::Some;
}

ProxySession::Moved ProxySession::read_from(Half& half, bool is_client) {
  if (!half.can_read || half.socket.get() < 0 || (!is_client && is_connecting_)) {
    return Moved::Nothing;
  }
  if (is_spliced(half, !is_client) && !half.must_read) return Moved::Nothing;
  half.must_read = false;
  const MutableBytes space = is_client ? connection_.client_space() : connection_.server_space();
  if (space.empty()) return Moved::Nothing;
  const ssize_t got = recv(half.socket.get(), space.data(), space.size(), MSG_DONTWAIT);
  if (got < 0) {
    half.can_read = false;
    if (would_block()) return Moved::Nothing;
    if (is_client) return Moved::Broken;
  }
  if (got <= 0) {
    half.can_read = false;
    half.has_hung_up = false;  // it is told
    is_client ? connection_.client_ended() : connection_.server_ended();
    return Moved::Some;
  }
  const auto bytes = static_cast<std::size_t>(got);
  // A stream that had less than was asked for has nothing now; its end is told apart.
  if (bytes < space.size() && !half.has_hung_up) half.can_read = false;
  half.is_bulk = bytes >= kBulkBytes;
  moved_bytes_ += bytes;
  is_client ? connection_.client_read(bytes) : connection_.server_read(bytes);
  return Moved::Some;
}

// What nobody reads goes from socket to socket by a pipe.
ProxySession::Moved ProxySession::splice_between(Half& from, Half& to, Transit& transit,
                                                 bool is_to_client) {
  if (to.socket.get() < 0 || is_connecting_) return Moved::Nothing;
  if (transit.bytes > 0) return to.can_write ? empty(to, transit, is_to_client) : Moved::Nothing;
  if (!from.can_read || !to.can_write || from.socket.get() < 0) return Moved::Nothing;
  return fill(from, transit, is_to_client);
}

// Enough of it, or so much of something without end that it will be.
bool ProxySession::is_spliced(const Half& from, bool is_to_client) const noexcept {
  const std::uint64_t unread =
      is_to_client ? connection_.unread_for_client() : connection_.unread_for_server();
  constexpr std::uint64_t kEndless = std::uint64_t{1} << 62;
  return unread >= limits::kProxySpliceBytesMin && (unread < kEndless || from.is_bulk);
}

ProxySession::Moved ProxySession::fill(Half& from, Transit& transit, bool is_to_client) {
  if (!is_spliced(from, is_to_client)) return Moved::Nothing;
  const std::uint64_t unread =
      is_to_client ? connection_.unread_for_client() : connection_.unread_for_server();
  if (!transit.pipe) {
    if (!shared_.pipes.empty()) {
      transit.pipe = std::move(shared_.pipes.back());
      shared_.pipes.pop_back();
    } else {
      transit.pipe = open_pipe();
    }
    if (!transit.pipe) {
      from.must_read = true;
      return Moved::Nothing;
    }
  }
  constexpr std::uint64_t kSpliceBytesMax = 256 * 1024;
  const ssize_t got = splice(from.socket.get(), nullptr, transit.pipe->in.get(), nullptr,
                             std::min(unread, kSpliceBytesMax), SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (got <= 0) {
    from.must_read = got == 0 || !would_block();
    from.can_read = from.must_read || from.has_hung_up;
    from.is_bulk = false;
    give_back_pipe(transit);
    return Moved::Nothing;
  }
  transit.bytes = static_cast<std::uint64_t>(got);
  if (is_to_client) {
    connection_.took_unread_for_client(transit.bytes);
  } else {
    connection_.took_unread_for_server(transit.bytes);
  }
  return Moved::Some;
}

ProxySession::Moved ProxySession::empty(Half& to, Transit& transit, bool is_to_client) {
  const ssize_t sent = splice(transit.pipe->out.get(), nullptr, to.socket.get(), nullptr,
                              transit.bytes, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (sent <= 0) {
    to.can_write = false;
    if (sent < 0 && would_block()) return Moved::Nothing;
    if (is_to_client) return Moved::Broken;
    connection_.gave_unread_to_server(transit.bytes);
    transit = {};
    connection_.server_refuses();
    return Moved::Some;
  }
  const auto bytes = static_cast<std::uint64_t>(sent);
  transit.bytes -= bytes;
  moved_bytes_ += bytes;
  is_to_client ? connection_.gave_unread_to_client(bytes)
               : connection_.gave_unread_to_server(bytes);
  return Moved::Some;
}

// One with octets in it is of no use to others.
void ProxySession::give_back_pipe(Transit& transit) {
  if (transit.pipe && transit.bytes == 0 && shared_.pipes.size() < shared_.pipes.capacity()) {
    shared_.pipes.push_back(std::move(*transit.pipe));
  }
  transit = {};
}

void ProxySession::shut_what_is_told() {
  if (!client_.is_shut && connection_.client_is_told_all()) {
    client_.is_shut = true;
    (void)shutdown(client_.socket.get(), SHUT_WR);
  }
  if (!server_.is_shut && server_.socket.get() >= 0 && connection_.server_is_told_all()) {
    server_.is_shut = true;
    (void)shutdown(server_.socket.get(), SHUT_WR);
  }
}

}  // namespace haetae::daemon
