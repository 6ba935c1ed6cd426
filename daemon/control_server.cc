#include "daemon/control_server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>

#include "base/limits.h"
#include "daemon/control_answer.h"
#include "daemon/control_socket.h"

namespace haetae::daemon {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

struct ControlServer::Impl : std::enable_shared_from_this<ControlServer::Impl> {
  // One client, alive while something of it is under way.
  struct Session : std::enable_shared_from_this<Session> {
    Session(std::shared_ptr<Impl> owner, stream_protocol::socket connected)
        : server(std::move(owner)), socket(std::move(connected)), patience(socket.get_executor()) {
      ++server->sessions;
    }
    ~Session() { --server->sessions; }

    void read() {
      wait();
      asio::async_read_until(
          socket, asio::dynamic_buffer(text, limits::kControlRequestBytesMax), '\n',
          [self = shared_from_this()](const error_code& error, std::size_t size) {
            if (!error) return self->answer(size);
            // The client went away or its time is over, else the line does not end.
            if (self->text.size() < limits::kControlRequestBytesMax) return self->close();
            self->write(refusal_line("the request is too long"));
          });
    }
    void answer(std::size_t line_bytes) {
      write(server->on_request(std::string_view(text).substr(0, line_bytes - 1)));
    }
    void write(std::string answer) {
      text = std::move(answer) + '\n';
      wait();
      asio::async_write(
          socket, asio::buffer(text),
          [self = shared_from_this()](const error_code&, std::size_t) { self->close(); });
    }
    void wait() {
      patience.expires_after(limits::kControlPatience);
      patience.async_wait([weak = weak_from_this()](const error_code& error) {
        const auto self = weak.lock();
        if (!error && self) self->close();
      });
    }
    void close() {
      error_code ignored;
      socket.close(ignored);
      patience.cancel();
    }

    std::shared_ptr<Impl> server;
    stream_protocol::socket socket;
    asio::steady_timer patience;
    std::string text;
  };

  Impl(asio::io_context& io, Descriptor socket, std::filesystem::path at, OnRequest callback)
      : acceptor(io), path(std::move(at)), on_request(std::move(callback)), pause(io) {
    acceptor.assign(stream_protocol(), socket.release());
  }
  ~Impl() {
    error_code ignored;
    std::filesystem::remove(path, ignored);
  }

  void accept() {
    acceptor.async_accept(
        [self = shared_from_this()](const error_code& error, stream_protocol::socket socket) {
          if (error == asio::error::operation_aborted) return;
          if (error) return self->accept_later();
          self->take(std::move(socket));
          self->accept();
        });
  }
  // No descriptor left, perhaps: not at once again, or nothing else gets its turn.
  void accept_later() {
    constexpr std::chrono::milliseconds kPause{100};
    pause.expires_after(kPause);
    pause.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->accept();
    });
  }

  void take(stream_protocol::socket socket) {
    const auto peer = control_peer(socket.native_handle());
    const bool is_full = sessions >= limits::kControlConnectionsMax;
    if (is_full && sessions >= 2 * limits::kControlConnectionsMax) return;  // closed unheard
    const auto session = std::make_shared<Session>(shared_from_this(), std::move(socket));
    if (!peer) return;
    if (!may_ask(*peer)) {
      return session->write(
          refusal_line(fmt::format("{} may not give the filter orders", user_text(peer->user)),
                       "do it as root, or let control.group name a group of yours"));
    }
    if (is_full) return session->write(refusal_line("too many commands at once", "try again"));
    session->read();
  }

  bool may_ask(const ControlPeer& peer) const {
    if (peer.user == 0 || peer.user == geteuid()) return true;
    return group && std::ranges::find(peer.groups, *group) != peer.groups.end();
  }

  stream_protocol::acceptor acceptor;
  std::filesystem::path path;
  OnRequest on_request;
  std::optional<gid_t> group;
  asio::steady_timer pause;
  std::size_t sessions = 0;
};

ControlServer::ControlServer(asio::io_context& io, Descriptor socket, std::filesystem::path path,
                             OnRequest on_request)
    : impl_(std::make_shared<Impl>(io, std::move(socket), std::move(path), std::move(on_request))) {
}
ControlServer::~ControlServer() = default;

std::string ControlServer::admit_group(const std::string& name) {
  constexpr auto kUnchanged = static_cast<uid_t>(-1);
  impl_->group.reset();
  if (name.empty()) {
    (void)chown(impl_->path.c_str(), kUnchanged, getegid());
    return {};
  }
  impl_->group = group_of(name);
  if (!impl_->group) {
    return fmt::format("control.group: this machine has no group '{}'; only root may give orders",
                       name);
  }
  if (chown(impl_->path.c_str(), kUnchanged, *impl_->group) == 0) return {};
  return fmt::format("control.group: {} cannot be given to group {}: {}; only root may give orders",
                     impl_->path.string(), name, std::strerror(errno));
}

void ControlServer::start() {
  impl_->accept();
}
void ControlServer::stop() {
  error_code ignored;
  impl_->acceptor.close(ignored);
  impl_->pause.cancel();
}

}  // namespace haetae::daemon
