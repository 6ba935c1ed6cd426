#pragma once

#include <pcap/pcap.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "daemon/captured_packet.h"

// For the files that speak with libpcap only.
namespace haetae::daemon {

struct ClosePcap {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};
using PcapHandle = std::unique_ptr<pcap_t, ClosePcap>;

// A time with nanoseconds where libpcap's type says microseconds. What no clock shows (pcapng has
// room for it) becomes 1970.
inline std::chrono::sys_time<std::chrono::nanoseconds> time_of(const timeval& time) noexcept {
  constexpr long kSecondsEnd = 1L << 33;  // the year 2242
  constexpr long kNanosecondsEnd = 1'000'000'000;
  const bool is_sane = time.tv_sec >= 0 && time.tv_sec < kSecondsEnd && time.tv_usec >= 0 &&
                       time.tv_usec < kNanosecondsEnd;
  if (!is_sane) return {};
  return std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::seconds(time.tv_sec) +
                                                         std::chrono::nanoseconds(time.tv_usec));
}

// A packet of a known link, as libpcap gives it.
inline CapturedPacket packet_of(const pcap_pkthdr& header, const u_char* octets,
                                wire::LinkType link) noexcept {
  return {.octets = {octets, header.caplen},
          .original_bytes = std::max(header.len, header.caplen),
          .time = time_of(header.ts),
          .link = link};
}

// counters: of a reader or of a tap.
template <typename Counters>
void count_packet(const CapturedPacket& packet, Counters& counters) noexcept {
  ++counters.packets;
  counters.octets += packet.octets.size();
  if (packet.octets.size() < packet.original_bytes) ++counters.cut_packets;
}

// What we call a link layer, by its LINKTYPE_ number or libpcap's own (DLT_), if we read it. The
// two differ for raw IP alone.
std::optional<wire::LinkType> link_of_number(std::uint32_t number) noexcept;
// That packets of such a link cannot be read, by number and name, and which can.
std::string unknown_link_text(std::uint32_t number);

}  // namespace haetae::daemon
