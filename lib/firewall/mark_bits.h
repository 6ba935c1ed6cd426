#pragma once

#include <bit>
#include <cstdint>

namespace haetae::firewall {

// What is known of a flow, as the two bits that we own of its connection mark say it. The gate puts
// the same bits into the mark of the packet with which a flow is settled; the firewall moves them.
enum class FlowMark : std::uint8_t {
  Undecided = 0,  // the gate looks at its packets
  Accepted = 1,   // the kernel forwards it, unless its device is stopped
  Blocked = 2,    // the kernel refuses it, to whoever sends
  Kept = 3,       // accepted although its device is stopped: house, help, grants
};

// Where the two bits stand in a mark (`gate.mark`).
class MarkBits {
 public:
  // mask: two neighbouring bits.
  explicit constexpr MarkBits(std::uint32_t mask) noexcept : mask_(mask) {}

  constexpr std::uint32_t mask() const noexcept { return mask_; }
  constexpr std::uint32_t others() const noexcept { return ~mask_; }
  constexpr std::uint32_t of(FlowMark flow) const noexcept {
    return std::uint32_t{static_cast<std::uint8_t>(flow)} << std::countr_zero(mask_);
  }
  constexpr FlowMark read(std::uint32_t mark) const noexcept {
    return static_cast<FlowMark>((mark & mask_) >> std::countr_zero(mask_));
  }

 private:
  std::uint32_t mask_;
};

}  // namespace haetae::firewall
