#pragma once

#include <boost/asio/io_context.hpp>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "config/config.h"
#include "daemon/http_listener.h"

namespace haetae::daemon {

// The HTTP listener of `admin.listen`, on the supervisor's loop:
//   GET /healthz   200 "ok", or 503 and a line that says what is wrong
//   GET /metrics   numbers in Prometheus' text format
// Connections, requests and waiting are bounded (limits::kAdmin…).
class AdminFront {
 public:
  struct Pages {
    std::function<std::string()> metrics;
    std::function<std::string()> fault;  // what is wrong; empty: all is well
  };
  // Error: one line that says what to do ("port 8480 is taken: …").
  static std::expected<std::unique_ptr<AdminFront>, std::string> open(
      boost::asio::io_context& io, const config::Endpoint& endpoint, Pages pages);

 private:
  explicit AdminFront(std::unique_ptr<HttpListener> listener) : listener_(std::move(listener)) {}
  std::unique_ptr<HttpListener> listener_;
};

}  // namespace haetae::daemon
