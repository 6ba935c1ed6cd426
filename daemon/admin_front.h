#pragma once

#include <boost/asio/io_context.hpp>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "config/config.h"

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
  ~AdminFront();

 private:
  friend class AdminConnection;
  struct Impl;
  explicit AdminFront(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  // shared with what is waited for
};

// Whether a browser or a monitor may use this Host (RFC 9110, section 7.2): an address, localhost
// or haetae.internal, with or without a port. Any other name is a foreign site's that was made to
// point here, whose scripts must not read our pages.
bool is_own_host(std::string_view host) noexcept;

}  // namespace haetae::daemon
