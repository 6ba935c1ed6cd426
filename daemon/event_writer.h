#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/ring.h"
#include "base/snapshot.h"
#include "daemon/recent_keeper.h"
#include "event/event.h"
#include "policy/policy.h"

namespace haetae::daemon {

// Empties the workers' event rings and writes JSON lines, on a thread of its own: a slow disk or a
// full pipe delays events, never answers.
class EventWriter {
 public:
  // target: "stdout" or a file's path, appended to. Error: why it cannot be opened.
  static std::expected<std::unique_ptr<EventWriter>, std::string> open(
      const std::string& target, const Snapshot<policy::Policy>& policy);
  ~EventWriter();  // writes what is left

  // Before start(). The rings outlive the writer.
  void add(Ring<event::Event>& ring);
  // Before start(). Shown every event, with the policy that judged it.
  void show(RecentKeeper& recent);
  void start();
  // Opens the file anew: after log rotation.
  void reopen();

  std::uint64_t written() const noexcept;
  std::uint64_t failed() const noexcept;  // lines that could not be written

 private:
  struct Impl;
  explicit EventWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace haetae::daemon
