#include "daemon/admin_front.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <utility>

#include "base/address.h"
#include "base/limits.h"

namespace haetae::daemon {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Response = http::response<http::string_body>;

bool is_own_host(std::string_view host) noexcept {
  if (host.starts_with('[')) {  // [v6] or [v6]:port
    const std::size_t end = host.find(']');
    return end != std::string_view::npos && IpAddress::from_text(host.substr(1, end - 1));
  }
  host = host.substr(0, host.find(':'));
  return host == "localhost" || host == "haetae.internal" || IpAddress::from_text(host);
}

struct AdminFront::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& io, Pages all) : acceptor(io), pages(std::move(all)) {}

  void accept() {
    acceptor.async_accept([self = weak_from_this()](const error_code& error, tcp::socket socket) {
      const auto front = self.lock();
      if (!front || error == asio::error::operation_aborted) return;
      if (!error) front->take(std::move(socket));
      front->accept();
    });
  }

  void take(tcp::socket socket);
  Response answer(const http::request<http::empty_body>& request) const;

  tcp::acceptor acceptor;
  Pages pages;
  std::size_t connections = 0;
};

namespace {

Response text_page(http::status status, std::string body) {
  Response page{status, 11};
  page.set(http::field::content_type, "text/plain; charset=utf-8");
  page.set(http::field::cache_control, "no-store");
  page.set(http::field::x_frame_options, "DENY");
  page.body() = std::move(body);
  return page;
}

}  // namespace

Response AdminFront::Impl::answer(const http::request<http::empty_body>& request) const {
  const auto host = request[http::field::host];
  if (!is_own_host({host.data(), host.size()})) {
    return text_page(http::status::misdirected_request,
                     "This page is reached by the filter's own address.\n");
  }
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    Response page = text_page(http::status::method_not_allowed, "Only GET works here.\n");
    page.set(http::field::allow, "GET, HEAD");
    return page;
  }
  const auto target = request.target();
  const auto path = target.substr(0, target.find('?'));
  if (path == "/healthz") {
    const std::string fault = pages.fault();
    return fault.empty() ? text_page(http::status::ok, "ok\n")
                         : text_page(http::status::service_unavailable, fault + "\n");
  }
  if (path == "/metrics") {
    Response page = text_page(http::status::ok, pages.metrics());
    page.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    return page;
  }
  return text_page(http::status::not_found, "There is /healthz and /metrics.\n");
}

// One connection; lives as long as something of it is waited for.
class AdminConnection : public std::enable_shared_from_this<AdminConnection> {
 public:
  AdminConnection(tcp::socket socket, std::shared_ptr<AdminFront::Impl> front)
      : stream_(std::move(socket)), front_(std::move(front)) {
    ++front_->connections;
  }
  ~AdminConnection() { --front_->connections; }

  void read() {
    parser_.emplace();
    parser_->header_limit(limits::kAdminRequestBytesMax);
    stream_.expires_after(limits::kAdminIdle);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](const error_code& error, std::size_t) {
                       if (!error) self->write();
                     });
  }

 private:
  void write() {
    response_ = front_->answer(parser_->get());
    response_.keep_alive(parser_->keep_alive());
    response_.prepare_payload();
    if (parser_->get().method() == http::verb::head) response_.body().clear();
    stream_.expires_after(limits::kAdminIdle);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        if (!error && self->response_.keep_alive()) self->read();
                      });
  }

  beast::tcp_stream stream_;
  std::shared_ptr<AdminFront::Impl> front_;
  beast::flat_buffer buffer_{limits::kAdminRequestBytesMax};
  std::optional<http::request_parser<http::empty_body>> parser_;
  Response response_;
};

void AdminFront::Impl::take(tcp::socket socket) {
  if (connections >= limits::kAdminConnectionsMax) return;  // closed
  std::make_shared<AdminConnection>(std::move(socket), shared_from_this())->read();
}

std::expected<std::unique_ptr<AdminFront>, std::string> AdminFront::open(
    asio::io_context& io, const config::Endpoint& endpoint, Pages pages) {
  auto impl = std::make_shared<Impl>(io, std::move(pages));
  const tcp::endpoint at{asio::ip::make_address(endpoint.address.to_text()), endpoint.port};
  error_code error;
  const auto then = [&error](auto step) {
    if (!error) step();
  };
  then([&] { impl->acceptor.open(at.protocol(), error); });
  then([&] { impl->acceptor.set_option(tcp::acceptor::reuse_address(true), error); });
  then([&] { impl->acceptor.bind(at, error); });
  then([&] { impl->acceptor.listen(limits::kAdminConnectionsMax, error); });
  if (error) {
    return std::unexpected(fmt::format("admin.listen {} port {}: {}; choose another port",
                                       endpoint.address.to_text(), endpoint.port, error.message()));
  }
  impl->accept();
  return std::unique_ptr<AdminFront>(new AdminFront(std::move(impl)));
}

AdminFront::AdminFront(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
AdminFront::~AdminFront() {
  error_code ignored;
  impl_->acceptor.close(ignored);
}

}  // namespace haetae::daemon
