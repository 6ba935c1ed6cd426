#include "daemon/pcap_handle.h"

#include <fmt/format.h>

namespace haetae::daemon {

std::optional<wire::LinkType> link_of_number(std::uint32_t number) noexcept {
  constexpr std::uint32_t kRaw = 101;
  switch (number) {
    case DLT_NULL: return wire::LinkType::Null;
    case DLT_EN10MB: return wire::LinkType::Ethernet;
    // With the framing of serial lines, which is stepped over, if it is there.
    case DLT_PPP:
    case DLT_PPP_SERIAL: return wire::LinkType::Ppp;
    case DLT_RAW:
    case kRaw: return wire::LinkType::Raw;
    case DLT_LOOP: return wire::LinkType::Loop;
    case DLT_LINUX_SLL: return wire::LinkType::LinuxCooked;
    case DLT_LINUX_SLL2: return wire::LinkType::LinuxCooked2;
    case DLT_IPV4: return wire::LinkType::Ipv4;
    case DLT_IPV6: return wire::LinkType::Ipv6;
    default: return std::nullopt;
  }
}

std::string unknown_link_text(std::uint32_t number) {
  const int dlt = static_cast<int>(number);
  const char* const name = pcap_datalink_val_to_name(dlt);
  const char* const description = pcap_datalink_val_to_description(dlt);
  return fmt::format(
      "packets of link type {} ({}) are not read; those of Ethernet, Linux cooked, raw IP, PPP and "
      "loopback are",
      number, name == nullptr ? "no known name" : fmt::format("{}, {}", name, description));
}

}  // namespace haetae::daemon
