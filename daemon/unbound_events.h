#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

struct ub_event_base;

namespace haetae::daemon {

// libunbound's pluggable event base (unbound-event.h) on our own reactor: its sockets and timers
// wait on the worker's io_context, so resolving needs no thread and no pipe.
// Outlives every ub_ctx that was made on it.
class UnboundEvents {
 public:
  explicit UnboundEvents(boost::asio::io_context& io);
  ~UnboundEvents();
  UnboundEvents(const UnboundEvents&) = delete;
  UnboundEvents& operator=(const UnboundEvents&) = delete;

  ub_event_base* base() noexcept;

  struct Base;  // for the methods that libunbound calls

 private:
  std::unique_ptr<Base> base_;
};

}  // namespace haetae::daemon
