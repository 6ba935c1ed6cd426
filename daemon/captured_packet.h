#pragma once

#include <chrono>
#include <cstdint>

#include "base/bytes.h"
#include "wire/packet.h"

namespace haetae::daemon {

// A frame as a capture file or a tap gives it.
struct CapturedPacket {
  Bytes octets;                      // what was kept of it; valid until the next one is asked for
  std::uint32_t original_bytes = 0;  // what the wire had: never fewer
  // When it was captured, by the clock of who captured; may go back, may be nonsense.
  std::chrono::sys_time<std::chrono::nanoseconds> time;
  wire::LinkType link = wire::LinkType::Ethernet;
};

}  // namespace haetae::daemon
