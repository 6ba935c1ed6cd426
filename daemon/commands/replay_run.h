#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "base/snapshot.h"
#include "daemon/capture_reader.h"
#include "inspect/inspector.h"
#include "policy/policy.h"
#include "policy/standing.h"

namespace haetae::daemon {

// What a capture came to.
struct ReplayTotals {
  std::uint64_t captures = 0, flows = 0, packets = 0, octets = 0, unread_packets = 0, requests = 0;
  std::array<std::uint64_t, 3> by_action{};  // by policy::Action
  std::map<std::string, std::uint64_t> blocked_by_category, blocked_by_device;

  void add(const ReplayTotals& other);
};

// Where in which capture a request was seen.
struct SeenAt {
  const std::string& capture;
  std::uint64_t packet;  // from 1, as other programs count them
  const inspect::Seen& seen;
};

// What two judges saw in one packet.
struct PacketSeen {
  const std::string& capture;
  std::uint64_t packet;
  std::span<const inspect::Seen> first;
  std::span<const inspect::Seen> other;
};

// Who judges a capture.
struct ReplayJudge {
  const Snapshot<policy::Policy>& policy;
  const inspect::Settings& settings;
};

// One capture file through an Inspector of its own: what would this policy have done? With a second
// judge, the same packets pass a second Inspector, too.
class ReplayRun {
 public:
  struct Parts {
    ReplayJudge judge;
    const ReplayJudge* other;  // null: there is one alone
    const Snapshot<policy::Standing>& standing;
    // Called for every request of the first judge. Valid during the call.
    std::function<void(const SeenAt&)> take;
    // With two judges called in its place, for every packet in which one of them saw a request.
    std::function<void(const PacketSeen&)> take_both;
    // Called from time to time with octets of the file that were read since the last call.
    std::function<void(std::uint64_t)> progress;
  };
  explicit ReplayRun(const Parts& parts) : parts_(parts) {}

  struct Result {
    ReplayTotals totals;
    std::string warning;  // what of the capture could not be read, and why; empty: nothing
  };
  // Error: one line; nothing of the capture could be read.
  std::expected<Result, std::string> run(const std::filesystem::path& capture);

 private:
  void count(const inspect::Seen& seen, ReplayTotals& totals) const;

  Parts parts_;
};

}  // namespace haetae::daemon
