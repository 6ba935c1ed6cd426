#include "daemon/http_listener.h"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <map>
#include <optional>

#include "config/own_name.h"
#include "daemon/asio_address.h"
#include "daemon/sockets.h"

namespace haetae::daemon {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

constexpr int kBacklog = 128;

}  // namespace

std::string_view host_without_port(std::string_view host) noexcept {
  if (host.starts_with('[')) {  // [v6] or [v6]:port
    const std::size_t end = host.find(']');
    return end == std::string_view::npos ? std::string_view() : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

bool is_own_name(std::string_view name) noexcept {
  return name == "localhost" || name == config::kOwnName || IpAddress::from_text(name);
}

struct HttpListener::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& io, const Limits& all, Handler answer)
      : acceptor(io), limits(all), handler(std::move(answer)) {}

  void accept() {
    acceptor.async_accept([self = weak_from_this()](const error_code& error, tcp::socket socket) {
      const auto listener = self.lock();
      if (!listener || error == asio::error::operation_aborted) return;
      if (!error) listener->take(std::move(socket));
      listener->accept();
    });
  }

  void take(tcp::socket socket);

  tcp::acceptor acceptor;
  Limits limits;
  Handler handler;
  std::size_t connections = 0;
  std::map<IpAddress, std::size_t> of_address;
};

// One connection; lives as long as something of it is waited for.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(tcp::socket socket, const Peer& peer, std::shared_ptr<HttpListener::Impl> listener)
      : stream_(std::move(socket)),
        peer_(peer),
        listener_(std::move(listener)),
        buffer_(listener_->limits.head_bytes + listener_->limits.body_bytes) {
    error_code error;
    const tcp::endpoint local = stream_.socket().local_endpoint(error);
    if (!error) local_ = address_of(local.address());
    interface_ = interface_of_stream(stream_.socket().native_handle(), peer_.address.is_v4());
    ++listener_->connections;
    ++listener_->of_address[peer_.address];
  }
  ~HttpConnection() {
    --listener_->connections;
    const auto mine = listener_->of_address.find(peer_.address);
    if (--mine->second == 0) listener_->of_address.erase(mine);
  }

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(listener_->limits.head_bytes));
    parser_->body_limit(listener_->limits.body_bytes);
    stream_.expires_after(listener_->limits.idle);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](const error_code& error, std::size_t) {
                       if (!error) self->write();
                     });
  }

 private:
  void write() {
    const auto& request = parser_->get();
    HttpRequest asked;
    asked.method = view(request.method_string());
    asked.target = view(request.target());
    asked.host = view(request[http::field::host]);
    asked.accept_language = view(request[http::field::accept_language]);
    asked.content_type = view(request[http::field::content_type]);
    asked.body = request.body();
    asked.peer = peer_;
    asked.local = local_;
    asked.interface = interface_;
    HttpResponse answer = listener_->handler(asked);

    response_ = {static_cast<http::status>(answer.status), 11};
    for (const auto& [name, value] : answer.fields) response_.set(name, value);
    response_.body() = std::move(answer.body);
    response_.keep_alive(parser_->keep_alive());
    response_.prepare_payload();
    if (request.method() == http::verb::head) response_.body().clear();
    stream_.expires_after(listener_->limits.idle);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        if (!error && self->response_.keep_alive()) self->read();
                      });
  }

  beast::tcp_stream stream_;
  Peer peer_;
  IpAddress local_;
  std::uint32_t interface_ = 0;
  std::shared_ptr<HttpListener::Impl> listener_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

void HttpListener::Impl::take(tcp::socket socket) {
  error_code error;
  const tcp::endpoint from = socket.remote_endpoint(error);
  if (error || connections >= limits.connections) return;  // closed
  const Peer peer{address_of(from.address()), from.port()};
  const auto mine = of_address.find(peer.address);
  if (mine != of_address.end() && mine->second >= limits.connections_of_address) return;
  std::make_shared<HttpConnection>(std::move(socket), peer, shared_from_this())->read();
}

std::expected<std::unique_ptr<HttpListener>, std::string> HttpListener::open(
    asio::io_context& io, std::string_view key, const config::Endpoint& endpoint,
    const Limits& limits, Handler handler) {
  auto impl = std::make_shared<Impl>(io, limits, std::move(handler));
  const tcp::endpoint at{asio::ip::make_address(endpoint.address.to_text()), endpoint.port};
  error_code error;
  const auto then = [&error](auto step) {
    if (!error) step();
  };
  then([&] { impl->acceptor.open(at.protocol(), error); });
  then([&] { impl->acceptor.set_option(tcp::acceptor::reuse_address(true), error); });
  if (at.address().is_v6()) {
    then([&] { impl->acceptor.set_option(asio::ip::v6_only(true), error); });
  }
  then([&] { impl->acceptor.bind(at, error); });
  then([&] { impl->acceptor.listen(kBacklog, error); });
  if (error) {
    return std::unexpected(fmt::format("{} {} port {}: {}; choose another port", key,
                                       endpoint.address.to_text(), endpoint.port, error.message()));
  }
  impl->accept();
  return std::unique_ptr<HttpListener>(new HttpListener(std::move(impl)));
}

HttpListener::HttpListener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpListener::~HttpListener() {
  error_code ignored;
  impl_->acceptor.close(ignored);
}

}  // namespace haetae::daemon
