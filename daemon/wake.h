#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <optional>

#include "daemon/sockets.h"

namespace haetae::daemon {

// Lets one thread wake the loop of another without a lock or an allocation: an eventfd(2). Rings
// that come before the loop looks are heard as one.
class Wake {
 public:
  Wake();
  ~Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  // Once. woken: called on the loop of io, which ends before this object does.
  void listen(boost::asio::io_context& io, std::function<void()> woken);
  // From any thread.
  void ring() noexcept;

 private:
  void wait();

  Descriptor events_;
  std::optional<boost::asio::posix::stream_descriptor> readiness_;
  std::function<void()> woken_;
};

}  // namespace haetae::daemon
