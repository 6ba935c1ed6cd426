#include "daemon/event_writer.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <stop_token>
#include <thread>

#include "base/counter.h"
#include "daemon/clock.h"
#include "daemon/sockets.h"

namespace haetae::daemon {
namespace {

constexpr milliseconds kPause{20};
constexpr milliseconds kPreviousPolicyKept{2000};
constexpr int kPollMs = 100;
constexpr int kPollsWhileStopping = 10;
constexpr std::size_t kWriteBytes = 64 * 1024;

std::expected<Descriptor, std::string> open_target(const std::string& target) {
  if (target == "stdout") return Descriptor(dup(STDOUT_FILENO));
  Descriptor file(open(target.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
  if (file.get() < 0) {
    return std::unexpected(fmt::format(
        "log.events: {} cannot be written: {}; make its folder and let this user write there",
        target, std::strerror(errno)));
  }
  return file;
}

// A file takes any piece; a pipe that polls writable takes this much without blocking.
std::size_t piece_max_of(const Descriptor& out) {
  struct stat status{};
  const bool is_file = out.get() >= 0 && fstat(out.get(), &status) == 0 && S_ISREG(status.st_mode);
  return is_file ? kWriteBytes : PIPE_BUF;
}

}  // namespace

struct EventWriter::Impl {
  Impl(std::string to, Descriptor opened, const Snapshot<policy::Policy>& source)
      : target(std::move(to)),
        out(std::move(opened)),
        piece_max(piece_max_of(out)),
        policy(source) {}

  void run(const std::stop_token& stop) {
    stop_wanted = stop;
    while (!stop.stop_requested()) {
      if (reopen_wanted.exchange(false)) {
        if (auto opened = open_target(target)) {
          out = std::move(*opened);
          piece_max = piece_max_of(out);
        } else {
          fmt::print(stderr, "haetae: {}; events still go to the file that was open\n",
                     opened.error());
        }
      }
      if (!drain()) std::this_thread::sleep_for(kPause);
    }
    drain();
  }

  // True if there was anything.
  bool drain() {
    bool any = false;
    take_up_policy();
    for (Ring<event::Event>* const ring : rings) {
      while (const event::Event* const event = ring->front()) {
        any = true;
        format(*event);
        ring->pop();
        if (text.size() >= kWriteBytes) write_out();
      }
    }
    write_out();
    return any;
  }

  // The policy before the current one is kept for a moment, for events that it judged, and no
  // longer: it holds its image in memory.
  void take_up_policy() {
    const Monotonic now = read_clock().monotonic;
    if (previous && now >= drop_previous_at) previous.reset();
    std::shared_ptr<const policy::Policy> before = policy.held();
    if (!policy.refresh()) return;
    previous = std::move(before);
    drop_previous_at = now + kPreviousPolicyKept;
  }

  // An event's ids belong to the policy that judged it. One published since we looked is taken up.
  void format(const event::Event& event) {
    if (event.policy_generation > policy->generation) take_up_policy();
    const policy::Policy* judge = nullptr;
    if (event.policy_generation == policy->generation) judge = &*policy;
    if (previous && event.policy_generation == previous->generation) judge = previous.get();
    if (judge == nullptr) return failed.add();
    if (recent != nullptr) recent->take(event, *judge);
    event::append_json_line(text, event, *judge);
    text += '\n';
    ++lines;
  }

  void write_out() {
    std::size_t done = 0;
    while (done < text.size() && wait_until_writable()) {
      const std::size_t piece = std::min<std::size_t>(text.size() - done, piece_max);
      const ssize_t wrote = write(out.get(), text.data() + done, piece);
      if (wrote < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (wrote <= 0) break;
      done += static_cast<std::size_t>(wrote);
    }
    const bool is_whole = done == text.size();
    (is_whole ? written : failed).add(lines);
    // What comes next must not continue a line that was cut.
    text.assign(is_whole || done == 0 ? "" : "\n");
    lines = 0;
  }

  // False if the reader takes nothing and we are to stop: a stuck pipe must not hold the daemon.
  bool wait_until_writable() {
    pollfd wanted{out.get(), POLLOUT, 0};
    while (poll(&wanted, 1, kPollMs) <= 0) {
      if (stop_wanted.stop_requested() && ++polls_while_stopping > kPollsWhileStopping) {
        return false;
      }
    }
    return true;
  }

  std::string target;
  Descriptor out;
  std::size_t piece_max;
  SnapshotReader<policy::Policy> policy;
  std::shared_ptr<const policy::Policy> previous;
  Monotonic drop_previous_at;
  std::vector<Ring<event::Event>*> rings;
  RecentKeeper* recent = nullptr;
  std::string text;
  std::uint64_t lines = 0;
  int polls_while_stopping = 0;
  Counter written;
  Counter failed;
  std::atomic<bool> reopen_wanted{false};
  std::stop_token stop_wanted;  // of `thread`, for itself
  std::jthread thread;
};

std::expected<std::unique_ptr<EventWriter>, std::string> EventWriter::open(
    const std::string& target, const Snapshot<policy::Policy>& policy) {
  auto out = open_target(target);
  if (!out) return std::unexpected(out.error());
  return std::unique_ptr<EventWriter>(
      new EventWriter(std::make_unique<Impl>(target, std::move(*out), policy)));
}

EventWriter::EventWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventWriter::~EventWriter() = default;

void EventWriter::add(Ring<event::Event>& ring) {
  impl_->rings.push_back(&ring);
}
void EventWriter::show(RecentKeeper& recent) {
  impl_->recent = &recent;
}
void EventWriter::start() {
  impl_->thread = std::jthread([this](const std::stop_token& stop) { impl_->run(stop); });
}
void EventWriter::reopen() {
  impl_->reopen_wanted = true;
}
std::uint64_t EventWriter::written() const noexcept {
  return impl_->written.value();
}
std::uint64_t EventWriter::failed() const noexcept {
  return impl_->failed.value();
}

}  // namespace haetae::daemon
