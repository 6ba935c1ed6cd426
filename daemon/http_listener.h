#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.h"
#include "config/config.h"

namespace haetae::daemon {

// One request of HTTP/1 as our own pages need it. Borrowed.
struct HttpRequest {
  std::string_view method;
  std::string_view target;  // as sent: "/metrics?x=1", or a whole URL
  std::string_view host;    // the Host field; empty where there is none
  std::string_view accept_language;
  std::string_view content_type;
  std::string_view body;
  Peer peer;
  IpAddress local;              // the address asked
  std::uint32_t interface = 0;  // the kernel's index of where the connection came in; 0: not known

  std::string_view path() const noexcept { return target.substr(0, target.find('?')); }
};

struct HttpResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
};

// A small HTTP/1 server for pages of our own, on one event loop. Connections, requests and waiting
// are bounded; what does not keep to them is closed.
class HttpListener {
 public:
  struct Limits {
    std::size_t connections;             // one more is closed at once
    std::size_t connections_of_address;  // so is one more of an address
    std::size_t head_bytes;
    std::size_t body_bytes;
    std::chrono::seconds idle;  // for a whole request, and for a whole response
  };
  // Called on the loop. HEAD is answered as GET; its body is left out on the way.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  // key: of the configuration, for the error: one line that says what to do ("admin.listen … port
  // 8480: …; choose another port").
  static std::expected<std::unique_ptr<HttpListener>, std::string> open(
      boost::asio::io_context& io, std::string_view key, const config::Endpoint& endpoint,
      const Limits& limits, Handler handler);
  ~HttpListener();

 private:
  friend class HttpConnection;
  struct Impl;
  explicit HttpListener(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  // shared with what is waited for
};

// A Host field's name or address, without its port and brackets: "[::1]:80" gives "::1".
std::string_view host_without_port(std::string_view host) noexcept;

// Whether a browser or a monitor may use this Host (RFC 9110, section 7.2), its port and brackets
// left out: an address, localhost or haetae.internal. Any other name is a foreign site's that was
// made to point here, whose scripts must not read our pages.
bool is_own_name(std::string_view host) noexcept;

}  // namespace haetae::daemon
