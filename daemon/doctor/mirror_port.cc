#include "daemon/doctor/mirror_port.h"

#include <poll.h>

#include <algorithm>

#include "base/local_address.h"
#include "daemon/clock.h"
#include "daemon/packet_tap.h"
#include "daemon/reset_sender.h"

namespace haetae::daemon {
namespace {

constexpr milliseconds kListen{2000};

bool is_own(const admin::Evidence& evidence, const IpAddress& address) {
  return std::ranges::any_of(evidence.interfaces, [&](const admin::NetworkInterface& interface) {
    return std::ranges::any_of(interface.addresses,
                               [&](const auto& own) { return own.address == address; });
  });
}

bool is_inside(const admin::Evidence& evidence, const IpAddress& address) {
  return is_local(address) || std::ranges::any_of(evidence.allow_from, [&](const Cidr& network) {
           return network.contains(address);
         });
}

void count(const CapturedPacket& frame, const admin::Evidence& evidence,
           admin::Evidence::MirrorPort& port) {
  ++port.frames;
  const auto packet = wire::parse_packet(frame.link, frame.octets);
  if (!packet) return;
  if (is_own(evidence, packet->source) || is_own(evidence, packet->destination)) return;
  const bool from_inside = is_inside(evidence, packet->source);
  if (from_inside == is_inside(evidence, packet->destination)) return;
  ++(from_inside ? port.outward : port.inward);
}

void listen(PacketTap& tap, const admin::Evidence& evidence, admin::Evidence::MirrorPort& port) {
  const Monotonic end = read_clock().monotonic + kListen;
  for (Monotonic now = read_clock().monotonic; now < end; now = read_clock().monotonic) {
    pollfd ready{tap.descriptor(), POLLIN, 0};
    (void)poll(&ready, 1, static_cast<int>((end - now).count()));
    for (CapturedPacket frame; read_clock().monotonic < end && tap.next(frame);) {
      count(frame, evidence, port);
    }
    if (!tap.error().empty()) {
      port.trouble = tap.error();
      return;
    }
  }
}

}  // namespace

void look_at_mirror_port(const config::Tap& tap, admin::Evidence& evidence) {
  if (tap.interface.empty()) return;
  admin::Evidence::MirrorPort port{.interface = tap.interface};
  auto opened = PacketTap::open({.interface = tap.interface, .filter = tap.filter});
  if (opened) {
    listen(*opened, evidence, port);
  } else {
    port.trouble = opened.error();
  }
  if (tap.enforce) {
    if (const auto sender = ResetSender::open(tap.reset_interface); !sender) {
      port.reset_trouble = sender.error();
    }
  }
  evidence.mirror_port = std::move(port);
}

}  // namespace haetae::daemon
