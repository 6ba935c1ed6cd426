#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "daemon/capture_limits.h"
#include "daemon/captured_packet.h"

namespace haetae::daemon {

// Why libpcap does not take a filter for the frames of an Ethernet, in the language of
// pcap-filter(7); empty: it does.
std::string packet_filter_fault(const std::string& filter);

struct TapSettings {
  std::string interface;  // its name; "any" is all of them
  std::string filter;     // in the language of pcap-filter(7); empty takes everything
  bool promiscuous = true;
  // How long the kernel may hold packets back while few come: what a verdict may come late. The
  // shorter, the fewer fit into the ring: each time starts a block of it anew.
  milliseconds hold{limits::kTapHold};
  // Taps of one interface that share a number share its packets: each flow, fragments included,
  // goes to one of them. None: this tap gets everything.
  std::optional<std::uint16_t> fanout_group;
};

// The packets of an interface, live, through libpcap over the kernel's ring (TPACKET_V3): what
// passes a mirror port. Needs CAP_NET_RAW. One thread.
class PacketTap {
 public:
  struct Counters {
    std::uint64_t packets = 0;  // given by next()
    std::uint64_t octets = 0;
    std::uint64_t cut_packets = 0;
    std::uint64_t dropped = 0;            // the ring was full
    std::uint64_t dropped_interface = 0;  // the network card's own count
  };

  // Error: one line that names the interface and says what to do.
  static std::expected<PacketTap, std::string> open(const TapSettings& settings);

  ~PacketTap();
  PacketTap(PacketTap&& other) noexcept;
  PacketTap& operator=(PacketTap&& other) noexcept;

  // Readable when there are packets: for the caller's loop.
  int descriptor() const noexcept;
  // The next packet that is there; false if none is, and where nothing more will come: see error().
  // Never waits, allocates nothing.
  bool next(CapturedPacket& packet) noexcept;

  // Why nothing more comes (the interface went away); empty if all is well.
  const std::string& error() const noexcept;
  wire::LinkType link() const noexcept;
  // Asks the kernel for what was dropped.
  Counters counters() noexcept;

 private:
  struct Parts;
  explicit PacketTap(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace haetae::daemon
