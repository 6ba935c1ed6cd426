#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "daemon/tls_context.h"
#include "wire/stream_frames.h"

namespace haetae::daemon {

// One stream of DNS messages over TLS to an upstream server (RFC 7858). Frames that are written in
// one turn of the loop leave in one record. SIGPIPE must be ignored.
class TlsConnection : public std::enable_shared_from_this<TlsConnection> {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // The handshake is done and the server is who it should be.
    virtual void on_open(TlsConnection& connection) noexcept = 0;
    // False: the connection is to be closed, since this is not DNS.
    virtual bool on_message(TlsConnection& connection, Bytes message) noexcept = 0;
    // The last call; close() does not make it.
    virtual void on_closed(TlsConnection& connection, dns::ServerFault why) noexcept = 0;
  };

  TlsConnection(boost::asio::io_context& io, const TlsContext& context, TlsServer& server,
                Owner& owner);

  void connect();
  // Ends it: no call of the owner comes from now on. Says goodbye if there is someone to hear it.
  void close() noexcept;

  bool is_open() const noexcept { return stage_ == Stage::Open; }
  bool was_resumed() const noexcept;
  // Room for one frame of up to message_bytes; the length is written by send(), which takes as many
  // as were used. Only while is_open().
  MutableBytes message_room(std::size_t message_bytes);
  void send(std::size_t message_bytes);

 private:
  enum class Stage : std::uint8_t { Connecting, Handshake, Open, Closed };

  void begin_handshake();
  void handshake();
  void read();
  bool take_messages();
  void write();
  void go_on_after(int result, void (TlsConnection::*step)());
  void wait_for(boost::asio::ip::tcp::socket::wait_type what, void (TlsConnection::*step)());
  void end(dns::ServerFault why) noexcept;
  void release() noexcept;

  boost::asio::io_context& io_;
  boost::asio::ip::tcp::socket socket_;
  const TlsContext& context_;
  TlsServer& server_;
  Owner& owner_;
  TlsHandle tls_;
  Stage stage_ = Stage::Connecting;
  wire::StreamFrames in_;
  std::vector<std::uint8_t> out_;  // frames that were not written yet …
  std::size_t written_ = 0;        // … but for so many octets at the front
  std::size_t out_bytes_ = 0;      // how much of out_ is in use
  bool is_write_due_ = false;      // write() will be called, or waits for the socket
};

}  // namespace haetae::daemon
