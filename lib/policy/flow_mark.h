#pragma once

#include <bit>
#include <cstdint>

#include "policy/verdict.h"

namespace haetae::policy {

// What is known of a flow that passes through this machine, as the three bits that we own of its
// connection mark say it. The gate puts the same bits into the mark of the packet with which a flow
// is settled; the firewall moves them.
enum class FlowMark : std::uint8_t {
  Undecided = 0,  // the gate looks at its packets
  Accepted = 1,   // the kernel forwards it, unless its device is stopped
  Blocked = 2,    // the kernel refuses it, to whoever sends
  Kept = 3,       // accepted although its device is stopped: house, help, grants
  Requests = 4,   // HTTP: the gate looks at what the client says, the kernel forwards what comes
  Asked = 5,      // of a packet alone: the gate is to look at it, and has said nothing of its flow
};

// Where the three bits stand in a mark (`gate.mark`). All others stay as they are.
class MarkBits {
 public:
  // mask: three neighbouring bits.
  explicit constexpr MarkBits(std::uint32_t mask) noexcept : mask_(mask) {}

  constexpr std::uint32_t mask() const noexcept { return mask_; }
  constexpr std::uint32_t others() const noexcept { return ~mask_; }
  constexpr std::uint32_t of(FlowMark flow) const noexcept {
    return std::uint32_t{static_cast<std::uint8_t>(flow)} << std::countr_zero(mask_);
  }
  constexpr FlowMark read(std::uint32_t mark) const noexcept {
    return static_cast<FlowMark>((mark & mask_) >> std::countr_zero(mask_));
  }
  // The mark with ours written into it.
  constexpr std::uint32_t with(std::uint32_t mark, FlowMark flow) const noexcept {
    return (mark & others()) | of(flow);
  }

 private:
  std::uint32_t mask_;
};

// What to write for a verdict. is_stopped: its profile may not be online now (presence()), so that
// an Allow is an exception.
constexpr FlowMark mark_for(const Verdict& verdict, bool is_stopped) noexcept {
  if (verdict.action == Action::Block) return FlowMark::Blocked;
  const bool always = verdict.reason == Reason::House || verdict.reason == Reason::Help;
  return always || is_stopped ? FlowMark::Kept : FlowMark::Accepted;
}

}  // namespace haetae::policy
