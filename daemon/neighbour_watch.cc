#include "daemon/neighbour_watch.h"

#include <netinet/in.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/limits.h"
#include "daemon/clock.h"

namespace haetae::daemon {

namespace asio = boost::asio;
using wire::NetlinkTable;

namespace {

// Sequence numbers that tell the kernel's answers to probes from those to dumps.
constexpr std::uint32_t kProbeSequence = 1;
constexpr std::uint32_t kGetSequence = 2;
constexpr std::uint32_t kFirstDumpSequence = 16;

constexpr int kStartPatienceMs = 2000;
// The end of a dump that has not come by then was lost.
constexpr milliseconds kTellPatience{5000};
constexpr int kDatagramsPerTurn = 64;
// A neighbour that has not answered by then is given up; its late answer still counts.
constexpr milliseconds kProbePatience{100};
constexpr std::uint16_t kDiscardPort = 9;  // RFC 863

}  // namespace

struct NeighbourWatch::Listening {
  asio::posix::stream_descriptor readiness;
};

NeighbourWatch::NeighbourWatch(Parts parts)
    : parts_(std::move(parts)), sequence_(kFirstDumpSequence) {}
NeighbourWatch::~NeighbourWatch() {
  if (listening_) listening_->readiness.release();
}

std::expected<void, std::string> NeighbourWatch::open() {
  socket_ = NetlinkSocket::open();
  if (!socket_) return std::unexpected(std::string(std::strerror(errno)));
  ask_all();
  const Monotonic end = read_clock().monotonic + milliseconds(kStartPatienceMs);
  while (telling_) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - read_clock().monotonic);
    if (left.count() <= 0 || !socket_->wait(static_cast<int>(left.count()))) break;
    take_news();
  }
  if (telling_) return std::unexpected("the kernel did not answer");
  return {};
}

void NeighbourWatch::listen(asio::io_context& io) {
  if (!socket_) return;
  listening_ =
      std::make_unique<Listening>(asio::posix::stream_descriptor(io, socket_->descriptor()));
  wait();
}

void NeighbourWatch::wait() {
  listening_->readiness.async_wait(asio::posix::descriptor_base::wait_read,
                                   [this](const boost::system::error_code& error) {
                                     if (error) return;
                                     take_news();
                                     wait();
                                   });
}

// A few datagrams, then the loop's other work gets its turn.
void NeighbourWatch::take_news() {
  Bytes datagram;
  for (int i = 0; i < kDatagramsPerTurn; ++i) {
    const NetlinkSocket::Receive received = socket_->receive(datagram);
    if (received == NetlinkSocket::Receive::Nothing) break;
    if (received == NetlinkSocket::Receive::Datagram) read(datagram);
    if (received == NetlinkSocket::Receive::Overrun) {
      counters_.told_anew.add();
      wants_all_ = true;
    }
  }
  // While all is told anew, what is known of links is incomplete.
  if (!telling_ && std::exchange(links_changed_, false)) parts_.on_links();
  if (std::exchange(found_, false)) parts_.on_found();
}

void NeighbourWatch::read(Bytes datagram) {
  wire::NetlinkReader reader(datagram);
  wire::NetlinkMessage message;
  while (reader.next(message)) {
    if (const auto* const neighbour = std::get_if<wire::NeighbourMessage>(&message)) {
      on_neighbour(*neighbour);
    } else if (const auto* const link = std::get_if<wire::LinkMessage>(&message)) {
      on_link(*link);
    } else if (const auto* const address = std::get_if<wire::AddressMessage>(&message)) {
      on_address(*address);
    } else {
      on_end(std::get<wire::EndMessage>(message));
    }
  }
  counters_.malformed.add(reader.malformed());
}

// ---- telling everything: links, their addresses, the neighbours on them

void NeighbourWatch::ask_all() {
  wants_all_ = false;
  parts_.links.clear();
  ask(NetlinkTable::Links);
}

void NeighbourWatch::ask(NetlinkTable table) {
  telling_ = table;
  if (table == NetlinkTable::Neighbours) parts_.neighbours.begin_telling();
  std::array<std::uint8_t, wire::kNetlinkRequestBytesMax> request;
  const std::size_t size = wire::write_dump_request(table, ++sequence_, request);
  (void)socket_->send(Bytes(request).first(size));  // on_tick() notices if nothing comes of it
  tell_until_ = read_clock().monotonic + kTellPatience;
}

void NeighbourWatch::on_end(const wire::EndMessage& end) {
  if (end.sequence == kProbeSequence && (end.error == EPERM || end.error == EACCES)) {
    may_probe_by_netlink_ = false;
    for (const auto& [whom, until] : probes_) probe_by_datagram(whom.first, whom.second);
  }
  if (!telling_ || end.sequence != sequence_) return;
  if (end.error != 0) wants_all_ = true;
  switch (*telling_) {
    case NetlinkTable::Links: return ask(NetlinkTable::Addresses);
    case NetlinkTable::Addresses: return ask(NetlinkTable::Neighbours);
    case NetlinkTable::Neighbours:
      telling_.reset();
      links_changed_ = true;
      parts_.neighbours.end_telling(read_clock().wall);
  }
}

// ---- news

void NeighbourWatch::on_neighbour(const wire::NeighbourMessage& message) {
  const lan::LinkId link = parts_.links.id_of(message.interface);
  if (link == lan::kNoLink) return;
  const Time now = read_clock().wall;
  if (message.mac) {
    parts_.neighbours.learn(link, message.address, *message.mac, now);
  } else {
    parts_.neighbours.lose(link, message.address, message.has_failed, now);
  }
  if ((message.mac || message.has_failed) &&
      probes_.erase({message.interface, message.address}) > 0) {
    found_ = true;
  }
}

void NeighbourWatch::on_link(const wire::LinkMessage& message) {
  if (message.is_gone) {
    parts_.links.remove_link(message.interface);
  } else {
    parts_.links.set_link(message.interface, message.name, message.shows_macs);
  }
  links_changed_ = true;
}

void NeighbourWatch::on_address(const wire::AddressMessage& message) {
  const lan::LinkAddress own{message.address, Cidr(message.address, message.prefix_bits)};
  if (message.is_gone) {
    parts_.links.remove_address(message.interface, own);
  } else {
    parts_.links.add_address(message.interface, own);
  }
  links_changed_ = true;
}

// ---- looking for somebody

void NeighbourWatch::look_for(std::uint32_t interface, const IpAddress& address, const Now& now) {
  if (!socket_ || probes_.contains({interface, address})) return;
  if (now.monotonic - probes_counted_from_ >= seconds(1)) {
    probes_counted_from_ = now.monotonic;
    probes_left_ = limits::kProbesPerSecond;
  }
  // Each probe of nobody costs the kernel a place in its own small table for some seconds.
  if (probes_.size() == limits::kProbesMax || probes_left_ == 0) {
    counters_.probes_refused.add();
    return;
  }
  --probes_left_;
  counters_.probes.add();
  probes_.emplace(std::pair(interface, address), now.monotonic + kProbePatience);
  probe(interface, address);
}

// What the kernel knows already it tells at once; else it asks the network.
void NeighbourWatch::probe(std::uint32_t interface, const IpAddress& address) {
  std::array<std::uint8_t, wire::kNetlinkRequestBytesMax> request;
  std::size_t size = wire::write_get_request(interface, address, kGetSequence, request);
  (void)socket_->send(Bytes(request).first(size));
  if (!may_probe_by_netlink_) return probe_by_datagram(interface, address);
  size = wire::write_probe_request(interface, address, kProbeSequence, request);
  (void)socket_->send(Bytes(request).first(size));
}

// Without CAP_NET_ADMIN: an empty datagram to the discard port makes the kernel ask, too.
void NeighbourWatch::probe_by_datagram(std::uint32_t interface, const IpAddress& address) {
  Descriptor& socket = address.is_v4() ? datagrams_v4_ : datagrams_v6_;
  if (socket.get() < 0) {
    const int family = address.is_v4() ? AF_INET : AF_INET6;
    socket = Descriptor(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  }
  sockaddr_storage to;
  const socklen_t to_size = to_sockaddr(address, kDiscardPort, to, interface);
  (void)sendto(socket.get(), nullptr, 0, MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to),
               to_size);
}

void NeighbourWatch::on_tick(const Now& now) {
  if (!socket_) return;
  if (telling_ && now.monotonic >= tell_until_) wants_all_ = true;
  if (wants_all_ && (!telling_ || now.monotonic >= tell_until_)) ask_all();
  for (auto at = probes_.begin(); at != probes_.end();) {
    if (now.monotonic < at->second) {
      ++at;
      continue;
    }
    counters_.probes_failed.add();
    const lan::LinkId link = parts_.links.id_of(at->first.first);
    if (link != lan::kNoLink) parts_.neighbours.lose(link, at->first.second, true, now.wall);
    at = probes_.erase(at);
  }
}

const NetlinkSocket::Counters* NeighbourWatch::netlink_counters() const noexcept {
  return socket_ ? &socket_->counters() : nullptr;
}

}  // namespace haetae::daemon
