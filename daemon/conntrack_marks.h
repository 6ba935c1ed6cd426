#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "base/counter.h"
#include "inspect/judged_flows.h"
#include "policy/flow_mark.h"

namespace haetae::daemon {

// Writes marks on connections that the kernel knows, without a packet of theirs, by ctnetlink. One
// thread. Needs CAP_NET_ADMIN.
class ConntrackMarks {
 public:
  struct Counters {
    Counter sent;
    Counter gone;    // of those, the connection had ended
    Counter failed;  // of those, the kernel would not
  };

  // Error: why not, and what to do.
  static std::expected<ConntrackMarks, std::string> open(const policy::MarkBits& bits);
  ~ConntrackMarks();
  ConntrackMarks(ConntrackMarks&& other) noexcept;
  ConntrackMarks& operator=(ConntrackMarks&& other) noexcept;

  // Is sent with the next flush(), or before.
  void change(const inspect::JudgedFlows::Change& change) noexcept;
  void flush() noexcept;
  // Counts what the kernel had to say.
  void hear() noexcept;

  const Counters& counters() const noexcept;

 private:
  struct Parts;
  explicit ConntrackMarks(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace haetae::daemon
