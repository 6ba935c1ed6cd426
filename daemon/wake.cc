#include "daemon/wake.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "base/assert.h"

namespace haetae::daemon {

namespace asio = boost::asio;

Wake::Wake() : events_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  HAETAE_ASSERT(events_.get() >= 0);
}

Wake::~Wake() {
  if (readiness_) readiness_->release();
}

void Wake::listen(asio::io_context& io, std::function<void()> woken) {
  readiness_.emplace(io, events_.get());
  woken_ = std::move(woken);
  wait();
}

void Wake::wait() {
  readiness_->async_wait(asio::posix::descriptor_base::wait_read,
                         [this](const boost::system::error_code& error) {
                           if (error) return;
                           std::uint64_t rings = 0;
                           (void)!read(events_.get(), &rings, sizeof rings);
                           woken_();
                           wait();
                         });
}

void Wake::ring() noexcept {
  constexpr std::uint64_t kOne = 1;
  (void)!write(events_.get(), &kOne, sizeof kOne);
}

}  // namespace haetae::daemon
