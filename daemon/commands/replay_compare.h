#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "daemon/commands/replay_output.h"
#include "daemon/commands/replay_run.h"

namespace haetae::daemon {

// What a request would meet under another policy.
enum class Change : std::uint8_t {
  NewlyBlocked,
  NewlyAllowed,  // or answered with its safe version
  Otherwise,     // for another reason or category; or allowed before, and now its safe version
};
inline constexpr std::size_t kChangesCount = 3;

// One request that the two policies judge differently: by action, reason or category.
struct Changed {
  SeenAt was;
  const inspect::Seen& would_be;
  Change change;
};

// How many requests change, and whose.
struct CompareTotals {
  struct OfChange {
    std::uint64_t count = 0;
    NamedCounts by_device, by_category, by_name;
  };
  std::array<OfChange, kChangesCount> changes;  // by Change
  std::uint64_t requests = 0;                   // that both policies judged
  // That one policy alone judged: on ports of a flow that the other had blocked.
  std::uint64_t unpaired = 0;

  void add(const CompareTotals& other);
};

// Pairs what two policies say of the same packets.
class Comparison {
 public:
  struct Parts {
    const policy::Policy& was;
    const policy::Policy& would_be;
    std::function<void(const Changed&)> take;  // valid during the call
  };
  explicit Comparison(const Parts& parts) : parts_(parts) {}

  void on_packet(const PacketSeen& seen);
  const CompareTotals& totals() const { return totals_; }
  const Parts& policies() const { return parts_; }

 private:
  void compare(const SeenAt& was, const inspect::Seen& would_be);
  void count(const Changed& changed);

  Parts parts_;
  CompareTotals totals_;
};

// One change as a JSON line: input; was and would_be, each with verdict, reason, category, list,
// rule, profile, until, also and device; then capture and the other keys of where it was seen.
void write_change_json(const Changed& changed, const Comparison::Parts& policies, std::string& out);
// The same as a line for a person.
void write_change_text(const Changed& changed, const Comparison::Parts& policies, std::string& out);

// What would change, in a few lines.
std::string compare_summary(const CompareTotals& totals);

}  // namespace haetae::daemon
