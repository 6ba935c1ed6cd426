#include "daemon/udp_front.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/limits.h"
#include "daemon/clock.h"

namespace haetae::daemon {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kBatch = limits::kUdpBatchDatagrams;
// While a socket is watched, the kernel locks the watcher's queue twice for each datagram that is
// sent, to say that there is room for more. Larger batches are therefore sent unwatched.
constexpr std::size_t kWatchedBatchMax = 8;
constexpr std::size_t kControlBytes = CMSG_SPACE(sizeof(in6_pktinfo));

// Where a datagram was sent to and where it came in, from its control messages (IP_PKTINFO, RFC
// 3542 section 6).
void read_packet_info(msghdr& message, dns::Client& client) noexcept {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      client.local = IpAddress::v4(ntohl(info.ipi_spec_dst.s_addr));
      client.interface_index = static_cast<std::uint32_t>(info.ipi_ifindex);
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      client.local = IpAddress::v6(info.ipi6_addr.s6_addr);
      client.interface_index = info.ipi6_ifindex;
    }
  }
}

template <typename Info>
void put_control(msghdr& message, int level, int type, const Info& info) noexcept {
  message.msg_controllen = CMSG_SPACE(sizeof info);
  cmsghdr* const control = CMSG_FIRSTHDR(&message);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(control), &info, sizeof info);
}

// Makes the answer leave from the address that was asked. message.msg_control has room.
void write_packet_info(msghdr& message, const dns::Client& client) noexcept {
  if (client.local.is_v4()) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, client.local.wire().data(), sizeof info.ipi_spec_dst);
    put_control(message, IPPROTO_IP, IP_PKTINFO, info);
  } else {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, client.local.wire().data(), sizeof info.ipi6_addr);
    info.ipi6_ifindex = client.interface_index;
    put_control(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

}  // namespace

// The buffers of one batch, laid out once: the kernel writes lengths into the headers, everything
// else stays.
struct UdpFront::Impl {
  Impl(asio::io_context& io, DnsSockets& own, std::uint32_t number, dns::Service& to)
      : socket(own.udp.get()),
        wildcard(own.wildcard),
        socket_number(number),
        endpoint(own.endpoint),
        readiness(io, own.udp.get()),
        service(to),
        queries(kBatch * limits::kUdpQueryBytesMax),
        replies(kBatch * limits::kUdpReplyBytesMax) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      in_vectors[i] = {&queries[i * limits::kUdpQueryBytesMax], limits::kUdpQueryBytesMax};
    }
  }
  ~Impl() { readiness.release(); }

  void wait() {
    readiness.async_wait(asio::posix::descriptor_base::wait_read,
                         [this](const boost::system::error_code& error) {
                           if (error) return;
                           on_readable();
                           wait();
                         });
  }

  // A few batches, then the loop's other work (timers, upstreams) gets its turn.
  void on_readable() {
    for (int round = 0; round < limits::kUdpBatchesPerTurn; ++round) {
      const std::size_t received = receive();
      if (received >= kWatchedBatchMax && readiness.is_open()) readiness.release();
      const std::size_t to_send = answer(received);
      send_batch(to_send);
      if (received < kBatch) break;
    }
    if (!readiness.is_open()) readiness.assign(socket);
  }

  std::size_t receive() noexcept {
    for (std::size_t i = 0; i < kBatch; ++i) {
      msghdr& header = in[i].msg_hdr;
      header.msg_name = &peers[i];
      header.msg_namelen = sizeof peers[i];
      header.msg_iov = &in_vectors[i];
      header.msg_iovlen = 1;
      header.msg_control = controls[i].data();
      header.msg_controllen = kControlBytes;
    }
    const int count = recvmmsg(socket, in.data(), kBatch, MSG_DONTWAIT, nullptr);
    if (count <= 0) return 0;
    counters.received.add(static_cast<std::uint64_t>(count));
    return static_cast<std::size_t>(count);
  }

  void fill_client(std::size_t i, dns::Client& client) noexcept {
    std::construct_at(&client);
    client.peer = peer_of(peers[i]);
    client.local = endpoint.address;
    client.socket = socket_number;
    read_packet_info(in[i].msg_hdr, client);
  }

  // Hands the queries to the service; returns how many replies stand ready in `out`.
  std::size_t answer(std::size_t received) noexcept {
    service.begin_batch();
    std::size_t count = 0;
    for (std::size_t i = 0; i < received; ++i) {
      dns::Arrival& arrival = arrivals[count];
      fill_client(i, arrival.client);
      const Bytes datagram{static_cast<const std::uint8_t*>(in_vectors[i].iov_base), in[i].msg_len};
      const std::optional<Bytes> query = service.take_proxy_header(datagram, arrival.client);
      if (!query) continue;
      arrival.query = *query;
      arrival.out = {&replies[count * limits::kUdpReplyBytesMax], limits::kUdpReplyBytesMax};
      came_at[count++] = i;
    }
    service.on_queries(std::span(arrivals).first(count), read_clock());
    std::size_t ready = 0;
    for (std::size_t k = 0; k < count; ++k) {
      if (arrivals[k].effect.kind == dns::Effect::Kind::Reply) address_reply(k, ready++);
    }
    return ready;
  }

  // The k-th arrival's reply becomes the ready-th message of `out`.
  void address_reply(std::size_t k, std::size_t ready) noexcept {
    const std::size_t i = came_at[k];
    out_vectors[ready] = {arrivals[k].out.data(), arrivals[k].effect.size};
    msghdr& header = out[ready].msg_hdr;
    header = {};
    header.msg_name = &peers[i];
    header.msg_namelen = in[i].msg_hdr.msg_namelen;
    header.msg_iov = &out_vectors[ready];
    header.msg_iovlen = 1;
    if (wildcard) {
      header.msg_control = controls[i].data();
      write_packet_info(header, arrivals[k].client);
    }
  }

  void send_batch(std::size_t count) noexcept {
    for (std::size_t done = 0; done < count;) {
      const int sent = sendmmsg(socket, &out[done], static_cast<unsigned>(count - done), 0);
      if (sent <= 0) {
        // A full socket buffer or an unreachable peer: UDP may lose it, the client asks again.
        counters.send_failed.add();
        ++done;
        continue;
      }
      counters.sent.add(static_cast<std::uint64_t>(sent));
      done += static_cast<std::size_t>(sent);
    }
  }

  void send_one(const dns::Client& client, Bytes reply) noexcept {
    sockaddr_storage address;
    iovec vector{const_cast<std::uint8_t*>(reply.data()), reply.size()};
    alignas(cmsghdr) std::array<std::uint8_t, kControlBytes> control;
    msghdr header{};
    header.msg_name = &address;
    header.msg_namelen =
        to_sockaddr(client.peer.address, client.peer.port, address, client.interface_index);
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    if (wildcard) {
      header.msg_control = control.data();
      write_packet_info(header, client);
    }
    if (sendmsg(socket, &header, MSG_DONTWAIT) < 0) {
      counters.send_failed.add();
    } else {
      counters.sent.add();
    }
  }

  int socket;
  bool wildcard;
  std::uint32_t socket_number;
  config::Endpoint endpoint;
  asio::posix::stream_descriptor readiness;
  dns::Service& service;
  Counters counters;
  std::vector<std::uint8_t> queries;
  std::vector<std::uint8_t> replies;
  std::array<dns::Arrival, kBatch> arrivals;
  std::array<std::size_t, kBatch> came_at;  // which datagram each arrival is
  std::array<mmsghdr, kBatch> in{};
  std::array<mmsghdr, kBatch> out{};
  std::array<iovec, kBatch> in_vectors{};
  std::array<iovec, kBatch> out_vectors{};
  std::array<sockaddr_storage, kBatch> peers{};
  struct alignas(cmsghdr) Control : std::array<std::uint8_t, kControlBytes> {};
  std::array<Control, kBatch> controls{};
};

UdpFront::UdpFront(asio::io_context& io, DnsSockets& sockets, std::uint32_t socket_number,
                   dns::Service& service)
    : impl_(std::make_unique<Impl>(io, sockets, socket_number, service)) {}
UdpFront::~UdpFront() = default;

void UdpFront::start() {
  impl_->wait();
}
void UdpFront::stop_receiving() {
  impl_->on_readable();  // what has arrived is still answered
  impl_->readiness.cancel();
}
void UdpFront::send(const dns::Client& client, Bytes reply) noexcept {
  impl_->send_one(client, reply);
}
const UdpFront::Counters& UdpFront::counters() const noexcept {
  return impl_->counters;
}

}  // namespace haetae::daemon
