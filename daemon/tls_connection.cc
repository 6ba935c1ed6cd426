#include "daemon/tls_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>

#include <boost/asio/post.hpp>

#include "base/limits.h"

namespace haetae::daemon {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using dns::ServerFault;

namespace {

constexpr std::size_t kFirstReadBytes = 4096;

tcp::endpoint endpoint_of(const config::UpstreamServer& server) {
  if (server.address.is_v4()) {
    asio::ip::address_v4::bytes_type octets;
    std::ranges::copy(server.address.wire(), octets.begin());
    return {asio::ip::address_v4(octets), server.port};
  }
  return {asio::ip::address_v6(server.address.octets()), server.port};
}

using UserTimeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;

}  // namespace

TlsConnection::TlsConnection(asio::io_context& io, const TlsContext& context, TlsServer& server,
                             Owner& owner)
    : io_(io),
      socket_(io),
      context_(context),
      server_(server),
      owner_(owner),
      in_(kFirstReadBytes) {}

void TlsConnection::connect() {
  socket_.async_connect(endpoint_of(server_.config()),
                        [self = shared_from_this(), this](const error_code& error) {
                          if (stage_ == Stage::Closed) return;
                          if (error) return end(ServerFault::Unreachable);
                          begin_handshake();
                        });
}

void TlsConnection::begin_handshake() {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.set_option(UserTimeout(static_cast<int>(limits::kTlsUnacknowledgedMax.count())), ignored);
  tls_ = context_.connect(server_, socket_.native_handle());
  if (tls_ == nullptr) return end(ServerFault::Unreachable);  // only memory can fail here
  stage_ = Stage::Handshake;
  handshake();
}

void TlsConnection::handshake() {
  ERR_clear_error();  // libunbound, too, calls OpenSSL on this thread
  const int result = SSL_do_handshake(tls_.get());
  if (result != 1) return go_on_after(result, &TlsConnection::handshake);
  stage_ = Stage::Open;
  owner_.on_open(*this);
  if (is_open()) read();
}

bool TlsConnection::was_resumed() const noexcept {
  return tls_ != nullptr && SSL_session_reused(tls_.get()) == 1;
}

void TlsConnection::read() {
  ERR_clear_error();
  for (int round = 0; round < limits::kTlsReadsPerTurn; ++round) {
    const MutableBytes room = in_.room();
    std::size_t bytes = 0;
    const int result = SSL_read_ex(tls_.get(), room.data(), room.size(), &bytes);
    if (result != 1) return go_on_after(result, &TlsConnection::read);
    in_.add(bytes);
    if (!take_messages()) return;
  }
  // What OpenSSL holds already does not make the socket readable.
  asio::post(io_, [self = shared_from_this(), this] {
    if (is_open()) read();
  });
}

// False if the connection is closed now.
bool TlsConnection::take_messages() {
  while (const auto message = in_.next()) {
    const bool is_dns = owner_.on_message(*this, *message);
    if (!is_open()) return false;
    if (is_dns) continue;
    end(ServerFault::Malformed);
    return false;
  }
  return true;
}

MutableBytes TlsConnection::message_room(std::size_t message_bytes) {
  const std::size_t at = out_bytes_ + wire::StreamFrames::kLengthBytes;
  if (out_.size() < at + message_bytes) out_.resize(at + message_bytes);
  return MutableBytes(out_).subspan(at, message_bytes);
}

void TlsConnection::send(std::size_t message_bytes) {
  wire::write_frame_length(MutableBytes(out_).subspan(out_bytes_), message_bytes);
  out_bytes_ += wire::StreamFrames::kLengthBytes + message_bytes;
  if (is_write_due_) return;
  is_write_due_ = true;
  asio::post(io_, [self = shared_from_this(), this] {
    if (is_open()) write();
  });
}

void TlsConnection::write() {
  ERR_clear_error();
  while (written_ < out_bytes_) {
    std::size_t bytes = 0;
    const int result =
        SSL_write_ex(tls_.get(), out_.data() + written_, out_bytes_ - written_, &bytes);
    if (result != 1) return go_on_after(result, &TlsConnection::write);
    written_ += bytes;
  }
  is_write_due_ = false;
  written_ = 0;
  out_bytes_ = 0;
}

// A call that did not succeed: the step is taken again when the socket is ready, or all is over.
void TlsConnection::go_on_after(int result, void (TlsConnection::*step)()) {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ: return wait_for(tcp::socket::wait_read, step);
    case SSL_ERROR_WANT_WRITE: return wait_for(tcp::socket::wait_write, step);
    default: end(tls_fault(*tls_, result));
  }
}

void TlsConnection::wait_for(tcp::socket::wait_type what, void (TlsConnection::*step)()) {
  socket_.async_wait(what, [self = shared_from_this(), this, step](const error_code& error) {
    if (stage_ == Stage::Closed) return;
    if (error) return end(ServerFault::Unreachable);
    (this->*step)();
  });
}

void TlsConnection::end(ServerFault why) noexcept {
  if (stage_ == Stage::Closed) return;
  const std::shared_ptr<TlsConnection> self = shared_from_this();
  // Not a goodbye, but its ticket is as good as before: OpenSSL would throw it away.
  if (tls_ != nullptr) SSL_set_shutdown(tls_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  release();
  owner_.on_closed(*this, why);
}

void TlsConnection::close() noexcept {
  if (stage_ == Stage::Closed) return;
  if (is_open()) SSL_shutdown(tls_.get());
  ERR_clear_error();
  release();
}

void TlsConnection::release() noexcept {
  stage_ = Stage::Closed;
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace haetae::daemon
