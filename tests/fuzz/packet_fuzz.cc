// Any octets as a frame of any link, the first two being the link's number: the packet lies within
// the frame, and one that was put together is read like one that came whole.
#include <vector>

#include "base/assert.h"
#include "wire/packet.h"
#include "wire/packet_limits.h"

using namespace haetae;
using namespace haetae::wire;

namespace {

bool lies_within(Bytes part, Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check(const Packet& packet, Bytes whole) {
  HAETAE_ASSERT(lies_within(packet.payload, whole));
  const bool has_ports = packet.source_port != 0 || packet.destination_port != 0;
  const bool is_tcp = packet.protocol == ip_protocol::kTcp;
  HAETAE_ASSERT(!has_ports || is_tcp || packet.protocol == ip_protocol::kUdp);
  HAETAE_ASSERT(is_tcp || packet.tcp_flags == 0);
  if (!packet.fragment) return;
  HAETAE_ASSERT(!has_ports && packet.tcp_flags == 0);
  HAETAE_ASSERT(packet.fragment->offset % 8 == 0 && packet.fragment->offset <= 65'528);
  HAETAE_ASSERT(packet.fragment->more || packet.fragment->offset > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto link = static_cast<LinkType>(data[0] << 8 | data[1]);
  const Bytes frame(data + 2, size - 2);
  const Bytes tags = vlan_tags(frame);
  HAETAE_ASSERT(lies_within(tags, frame) && tags.size() <= 4 * limits::kVlanTagsMax);
  auto packet = parse_packet(link, frame);
  if (!packet) {
    HAETAE_ASSERT(!describe(packet.error()).empty());
    return 0;
  }
  check(*packet, frame);
  std::vector<std::uint8_t> whole;
  while (packet->fragment) {
    // Each round has fewer octets than the one before: a fragment header was taken from them.
    HAETAE_ASSERT(whole.empty() || packet->payload.size() < whole.size());
    std::vector<std::uint8_t> part(packet->payload.begin(), packet->payload.end());
    whole.swap(part);
    if (whole.empty() || !parse_transport(whole, *packet)) return 0;
    check(*packet, whole);
  }
  return 0;
}
