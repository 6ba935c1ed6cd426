#include "daemon/unbound_events.h"

#include <sys/time.h>
#include <unbound-event.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>

namespace haetae::daemon {

namespace asio = boost::asio;
using boost::system::error_code;

struct UnboundEvents::Base : ub_event_base {
  explicit Base(asio::io_context& reactor);
  asio::io_context& io;
};

namespace {

using Callback = void (*)(int, short, void*);

std::chrono::microseconds duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

// One event of libunbound: a descriptor, a timer, or both. libunbound deletes events from inside
// their own callbacks, so what the reactor still holds is a shared State that outlives the event.
class Event : public ub_event {
 public:
  Event(asio::io_context& io, int fd, short bits, Callback callback, void* arg);
  ~Event() { state_->stop(); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void set_bits(short bits) {
    state_->stop();
    state_->bits = bits;
  }
  short bits() const { return state_->bits; }
  void set_fd(int fd) {
    state_->stop();
    state_->fd = fd;
  }
  void set_callback(Callback callback, void* arg) {
    state_->callback = callback;
    state_->arg = arg;
  }
  void add(const timeval* timeout) {
    state_->stop();
    State::start(state_, timeout);
  }
  void stop() { state_->stop(); }

 private:
  struct State {
    explicit State(asio::io_context& io) : timer(io), reactor(io) {}

    static void start(const std::shared_ptr<State>& self, const timeval* timeout);
    static void wait_fd(const std::shared_ptr<State>& self, asio::posix::descriptor_base::wait_type,
                        short bit);
    static void wait_timer(const std::shared_ptr<State>& self);
    static void fire(const std::shared_ptr<State>& self, short what);
    void stop();

    asio::steady_timer timer;
    asio::io_context& reactor;
    // Borrowed from libunbound, which closes it: always released, never closed.
    std::optional<asio::posix::stream_descriptor> descriptor;
    std::optional<std::chrono::microseconds> timeout;
    std::uint64_t arming =
        0;  // raised by each start and stop: tells a late wake-up from a right one
    int fd = -1;
    short bits = 0;
    Callback callback = nullptr;
    void* arg = nullptr;
  };

  std::shared_ptr<State> state_;
};

void Event::State::start(const std::shared_ptr<State>& self, const timeval* timeout) {
  ++self->arming;
  if (self->fd >= 0 && (self->bits & (UB_EV_READ | UB_EV_WRITE)) != 0) {
    self->descriptor.emplace(self->reactor, self->fd);
    if ((self->bits & UB_EV_READ) != 0) {
      wait_fd(self, asio::posix::descriptor_base::wait_read, UB_EV_READ);
    }
    if ((self->bits & UB_EV_WRITE) != 0) {
      wait_fd(self, asio::posix::descriptor_base::wait_write, UB_EV_WRITE);
    }
  }
  self->timeout.reset();
  if (timeout != nullptr) {
    self->timeout = duration_of(*timeout);
    wait_timer(self);
  }
}

void Event::State::wait_fd(const std::shared_ptr<State>& self,
                           asio::posix::descriptor_base::wait_type type, short bit) {
  self->descriptor->async_wait(type,
                               [self, type, bit, arming = self->arming](const error_code& error) {
                                 if (error || arming != self->arming) return;
                                 fire(self, bit);
                                 // Still the same arming: the callback neither removed nor re-added
                                 // a persistent event.
                                 if (arming == self->arming && self->descriptor)
                                   wait_fd(self, type, bit);
                               });
}

void Event::State::wait_timer(const std::shared_ptr<State>& self) {
  self->timer.expires_after(*self->timeout);
  self->timer.async_wait([self, arming = self->arming](const error_code& error) {
    if (!error && arming == self->arming) fire(self, UB_EV_TIMEOUT);
  });
}

void Event::State::fire(const std::shared_ptr<State>& self, short what) {
  const bool persists = (self->bits & UB_EV_PERSIST) != 0;
  if (!persists) {
    self->stop();
  } else if (self->timeout && what != UB_EV_TIMEOUT) {
    wait_timer(self);  // as libevent does: activity starts a persistent event's timeout anew
  }
  self->callback(self->fd, what, self->arg);
}

void Event::State::stop() {
  ++arming;
  if (descriptor) {
    descriptor->release();
    descriptor.reset();
  }
  timer.cancel();
}

Event& event_of(ub_event* event) {
  return *static_cast<Event*>(event);
}

ub_event_vmt event_methods{
    .add_bits =
        [](ub_event* e, short bits) {
          event_of(e).set_bits(static_cast<short>(event_of(e).bits() | bits));
        },
    .del_bits =
        [](ub_event* e, short bits) {
          event_of(e).set_bits(static_cast<short>(event_of(e).bits() & ~bits));
        },
    .set_fd = [](ub_event* e, int fd) { event_of(e).set_fd(fd); },
    .free = [](ub_event* e) { delete static_cast<Event*>(e); },
    .add = [](ub_event* e, timeval* timeout) { return event_of(e).add(timeout), 0; },
    .del = [](ub_event* e) { return event_of(e).stop(), 0; },
    .add_timer =
        [](ub_event* e, ub_event_base*, Callback callback, void* arg, timeval* timeout) {
          event_of(e).set_callback(callback, arg);
          event_of(e).add(timeout);
          return 0;
        },
    .del_timer = [](ub_event* e) { return event_of(e).stop(), 0; },
    // libunbound says that it calls neither signals nor winsock.
    .add_signal = [](ub_event*, timeval*) { return -1; },
    .del_signal = [](ub_event*) { return -1; },
    .winsock_unregister_wsaevent = [](ub_event*) {},
    .winsock_tcp_wouldblock = [](ub_event*, int) {},
};

ub_event_base_vmt base_methods{
    .free = [](ub_event_base*) {},
    .dispatch = [](ub_event_base*) { return -1; },
    .loopexit = [](ub_event_base*, timeval*) { return 0; },
    .new_event = [](ub_event_base* base, int fd, short bits, Callback callback,
                    void* arg) -> ub_event* {
      return new Event(static_cast<UnboundEvents::Base*>(base)->io, fd, bits, callback, arg);
    },
    .new_signal = [](ub_event_base*, int, Callback, void*) -> ub_event* { return nullptr; },
    .winsock_register_wsaevent = [](ub_event_base*, void*, Callback, void*) -> ub_event* {
      return nullptr;
    },
};

Event::Event(asio::io_context& io, int fd, short bits, Callback callback, void* arg)
    : ub_event{UB_EVENT_MAGIC, &event_methods}, state_(std::make_shared<State>(io)) {
  state_->fd = fd;
  state_->bits = bits;
  state_->callback = callback;
  state_->arg = arg;
}

}  // namespace

UnboundEvents::Base::Base(asio::io_context& reactor)
    : ub_event_base{UB_EVENT_MAGIC, &base_methods}, io(reactor) {}

UnboundEvents::UnboundEvents(asio::io_context& io) : base_(std::make_unique<Base>(io)) {}
UnboundEvents::~UnboundEvents() = default;

ub_event_base* UnboundEvents::base() noexcept {
  return base_.get();
}

}  // namespace haetae::daemon
