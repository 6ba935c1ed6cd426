#include "daemon/tcp_front.h"

#include <netinet/in.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "daemon/asio_address.h"
#include "daemon/clock.h"
#include "wire/proxy_header.h"
#include "wire/stream_frames.h"

namespace haetae::daemon {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kFirstReadBytes = 512;  // more than most queries; grows with longer ones
constexpr milliseconds kAcceptPause{100};

}  // namespace

struct TcpFront::Impl {
  class Connection;

  Impl(asio::io_context& reactor, DnsSockets& own, std::uint32_t number, dns::Service& to)
      : io(reactor),
        acceptor(reactor, own.endpoint.address.is_v4() ? tcp::v4() : tcp::v6(), own.tcp.release()),
        socket_number(number),
        service(to),
        accept_again(reactor),
        reply_room(limits::kDnsReplyBytesMax) {}

  void accept();
  void adopt(tcp::socket socket);
  std::uint64_t draw_id() { return static_cast<std::uint64_t>(socket_number) << 48 | next_id++; }
  // Takes a place among the connections of an address; false if there is none left.
  bool take_place(const IpAddress& address, std::size_t places) {
    std::size_t& taken = connections_of[address];
    if (taken >= places) return false;
    ++taken;
    return true;
  }
  void leave_place(const IpAddress& address) {
    const auto mine = connections_of.find(address);
    if (--mine->second == 0) connections_of.erase(mine);
  }
  // The same among those who may not ask: they are told so (REFUSED), but must not take the places
  // of those we serve.
  bool take_strangers_place() {
    if (strangers >= limits::kTcpStrangersMax) return false;
    ++strangers;
    return true;
  }

  asio::io_context& io;
  tcp::acceptor acceptor;
  std::uint32_t socket_number;
  dns::Service& service;
  Counters counters;
  std::uint64_t next_id = 1;
  bool receiving = true;
  asio::steady_timer accept_again;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections;
  std::map<IpAddress, std::size_t> connections_of;  // how many each address has
  std::size_t strangers = 0;                        // connections of those who may not ask
  std::vector<std::uint8_t> reply_room;             // one query at a time is answered
};

// One client's stream. Reading stops while too many answers wait to be written: a client that does
// not read is not served further, and is closed when it stays so.
class TcpFront::Impl::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Impl& front, tcp::socket socket, const Peer& peer)
      : front_(front), socket_(std::move(socket)), idle_(front.io), id_(front.draw_id()) {
    client_.peer = peer;
  }

  std::uint64_t id() const { return id_; }
  bool is_writing() const { return !to_write_.empty(); }

  void start() {
    error_code error;
    const tcp::endpoint local = socket_.local_endpoint(error);
    if (!error) client_.local = address_of(local.address());
    client_.interface_index =
        interface_of_stream(socket_.native_handle(), client_.peer.address.is_v4());
    client_.socket = front_.socket_number;
    client_.connection = id_;
    client_.transport = dns::Transport::Tcp;
    socket_.set_option(tcp::no_delay(true), error);
    if (is_balancers_) {
      read_proxy_header(wire::kProxyFixedBytes);
    } else {
      read();
    }
  }

  // Takes the places that this connection needs; false if there are none left. Whose a balancer's
  // stream is comes out later.
  bool take_places() {
    const IpAddress& peer = client_.peer.address;
    is_balancers_ = front_.service.sends_proxy_header(peer);
    const std::size_t places =
        is_balancers_ ? limits::kTcpConnectionsOfBalancerMax : limits::kTcpConnectionsOfPeerMax;
    has_place_ = front_.take_place(peer, places);
    if (!has_place_ || is_balancers_) return has_place_;
    return may_be_stranger(peer);
  }

  void close() {
    if (closed_) return;
    closed_ = true;
    error_code ignored;
    socket_.close(ignored);
    idle_.cancel();
    front_.service.forget_connection(id_);
    leave_places();
    front_.connections.erase(id_);
  }
  void leave_places() {
    if (is_stranger_) --front_.strangers;
    if (has_place_) front_.leave_place(client_.peer.address);
    if (has_source_place_) front_.leave_place(client_.spoken_for->address);
  }

  void send(Bytes reply) {
    constexpr std::size_t kLengthBytes = wire::StreamFrames::kLengthBytes;
    std::vector<std::uint8_t> framed(kLengthBytes + reply.size());
    wire::write_frame_length(framed, reply.size());
    std::ranges::copy(reply, framed.begin() + kLengthBytes);
    to_write_.push_back(std::move(framed));
    if (waiting_ > 0) --waiting_;
    if (to_write_.size() == 1) write();
  }

 private:
  bool full() const { return waiting_ + to_write_.size() >= limits::kTcpPipelineMax; }

  void expect_activity(seconds within) {
    idle_.expires_after(within);
    idle_.async_wait([self = shared_from_this(), this](const error_code& error) {
      if (error || closed_) return;
      (to_write_.empty() ? front_.counters.closed_idle : front_.counters.closed_slow).add();
      close();
    });
  }

  // A balancer says first whose stream this is; in as many pieces as it likes.
  void read_proxy_header(std::size_t wanted) {
    const std::size_t have = proxy_header_.size();
    proxy_header_.resize(wanted);
    reading_ = true;
    expect_activity(limits::kTcpIdle);
    asio::async_read(
        socket_, asio::buffer(proxy_header_) + have,
        [self = shared_from_this(), this, have](const error_code& error, std::size_t more) {
          reading_ = false;
          if (closed_) return;
          proxy_header_.resize(have + more);
          if (!error) return on_proxy_header();
          // One that only looks whether we listen has said nothing wrong.
          if (!proxy_header_.empty()) front_.service.take_proxy_header(proxy_header_, client_);
          close();
        });
  }

  void on_proxy_header() {
    const auto size = wire::proxy_header_bytes(proxy_header_);
    if (size && *size > proxy_header_.size()) return read_proxy_header(*size);
    if (!front_.service.take_proxy_header(proxy_header_, client_)) return close();
    if (!take_source_places()) {
      front_.counters.closed_full.add();
      return close();
    }
    read();
  }

  // The same limits for whoever is behind a balancer as for anybody.
  bool take_source_places() {
    const IpAddress& source = client_.source().address;
    if (client_.spoken_for) {
      has_source_place_ = front_.take_place(source, limits::kTcpConnectionsOfPeerMax);
      if (!has_source_place_) return false;
    }
    return may_be_stranger(source);
  }
  bool may_be_stranger(const IpAddress& address) {
    if (front_.service.may_ask(address)) return true;
    is_stranger_ = front_.take_strangers_place();
    return is_stranger_;
  }

  // Reads on where the last whole query ended. What was read and not answered comes first.
  void read() {
    if (!answer_what_came() || full() || !front_.receiving) return;
    reading_ = true;
    // A query that trickles in has the time of one: only its end starts the clock anew.
    if (std::exchange(is_between_queries_, false)) expect_activity(limits::kTcpIdle);
    const MutableBytes room = queries_.room();
    socket_.async_read_some(
        asio::buffer(room.data(), room.size()),
        [self = shared_from_this(), this](const error_code& error, std::size_t bytes) {
          reading_ = false;
          if (closed_) return;
          if (error) return finish_reading();
          queries_.add(bytes);
          read();
        });
  }

  // False if the connection is closed now.
  bool answer_what_came() {
    while (!closed_ && !full() && front_.receiving) {
      const auto query = queries_.next();
      if (!query) break;
      is_between_queries_ = true;
      answer(*query);
    }
    return !closed_;
  }

  void answer(Bytes query) {
    front_.service.begin_batch();
    ++waiting_;  // before: the upstream may answer, and send() be called, inside on_query()
    const dns::Effect effect =
        front_.service.on_query(query, client_, read_clock(), front_.reply_room);
    switch (effect.kind) {
      case dns::Effect::Kind::Reply: send(Bytes{front_.reply_room}.first(effect.size)); break;
      case dns::Effect::Kind::Pending: break;
      case dns::Effect::Kind::Drop: close(); break;
    }
  }

  // The client has said its last query; what it asked is still answered (RFC 7766, section 6.2.3).
  void finish_reading() {
    done_reading_ = true;
    if (waiting_ == 0 && to_write_.empty()) close();
  }

  void write() {
    asio::async_write(socket_, asio::buffer(to_write_.front()),
                      [self = shared_from_this(), this](const error_code& error, std::size_t) {
                        if (closed_) return;
                        if (error) return close();
                        to_write_.pop_front();
                        after_write();
                      });
  }

  void after_write() {
    if (!to_write_.empty()) return write();
    if (done_reading_ || !front_.receiving) {
      if (waiting_ == 0) close();
      return;
    }
    if (!reading_ && !full()) read();
  }

  Impl& front_;
  tcp::socket socket_;
  asio::steady_timer idle_;
  std::uint64_t id_;
  bool is_balancers_ = false;      // it starts with a PROXY header
  bool has_place_ = false;         // among the connections of the peer …
  bool has_source_place_ = false;  // … and of whom the peer speaks for
  bool is_stranger_ = false;
  dns::Client client_;
  std::vector<std::uint8_t> proxy_header_;
  wire::StreamFrames queries_{kFirstReadBytes};
  bool is_between_queries_ = true;
  std::deque<std::vector<std::uint8_t>> to_write_;
  std::size_t waiting_ = 0;  // queries whose answer is not written down yet
  bool reading_ = false;
  bool done_reading_ = false;
  bool closed_ = false;
};

void TcpFront::Impl::accept() {
  acceptor.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted || !receiving) return;
    if (!error) {
      adopt(std::move(socket));
      return accept();
    }
    // Out of descriptors, as a rule: asking again at once would only burn the processor.
    accept_again.expires_after(kAcceptPause);
    accept_again.async_wait([this](const error_code& cancelled) {
      if (!cancelled && receiving) accept();
    });
  });
}

void TcpFront::Impl::adopt(tcp::socket socket) {
  // A socket that is not kept closes itself.
  error_code gone;
  const tcp::endpoint remote = socket.remote_endpoint(gone);
  if (gone) return;
  if (connections.size() >= limits::kTcpConnectionsMax) return counters.closed_full.add();
  const auto connection = std::make_shared<Connection>(
      *this, std::move(socket), Peer{address_of(remote.address()), remote.port()});
  if (!connection->take_places()) {
    connection->leave_places();
    return counters.closed_full.add();
  }
  counters.accepted.add();
  connections.emplace(connection->id(), connection);
  connection->start();
}

TcpFront::TcpFront(asio::io_context& io, DnsSockets& sockets, std::uint32_t socket_number,
                   dns::Service& service)
    : impl_(std::make_unique<Impl>(io, sockets, socket_number, service)) {}
TcpFront::~TcpFront() {
  while (!impl_->connections.empty()) {
    const std::shared_ptr<Impl::Connection> first = impl_->connections.begin()->second;
    first->close();
  }
}

void TcpFront::start() {
  impl_->accept();
}
void TcpFront::stop_receiving() {
  impl_->receiving = false;
  error_code ignored;
  impl_->acceptor.close(ignored);
}
void TcpFront::send(const dns::Client& client, Bytes reply) noexcept {
  const auto found = impl_->connections.find(client.connection);
  if (found == impl_->connections.end()) return;
  const std::shared_ptr<Impl::Connection> connection = found->second;
  connection->send(reply);
}
std::size_t TcpFront::connections() const noexcept {
  return impl_->connections.size();
}
bool TcpFront::is_writing() const noexcept {
  return std::ranges::any_of(impl_->connections,
                             [](const auto& one) { return one.second->is_writing(); });
}
const TcpFront::Counters& TcpFront::counters() const noexcept {
  return impl_->counters;
}

}  // namespace haetae::daemon
