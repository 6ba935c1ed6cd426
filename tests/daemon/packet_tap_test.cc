// The live tap, on this machine's loopback.
#include "daemon/packet_tap.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <unistd.h>

#include <map>
#include <set>

#include "daemon/reset_sender.h"
#include "daemon/sockets.h"

namespace haetae::daemon {
namespace {

using testing::HasSubstr;

// Raw sockets are for root.
#define NEEDS_ROOT() \
  if (geteuid() != 0) GTEST_SKIP() << "SKIPPED, NOT TESTED: tapping needs root"

// A UDP socket of the loopback, on a port of the kernel's choice.
class Sender {
 public:
  Sender() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in any = address(0);
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
    socklen_t size = sizeof any;
    EXPECT_EQ(getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&any), &size), 0);
    port_ = ntohs(any.sin_port);
  }
  std::uint16_t port() const { return port_; }
  void send_to(std::uint16_t port, std::string_view text) const {
    const sockaddr_in to = address(port);
    EXPECT_EQ(sendto(socket_.get(), text.data(), text.size(), 0,
                     reinterpret_cast<const sockaddr*>(&to), sizeof to),
              static_cast<ssize_t>(text.size()));
  }

 private:
  static sockaddr_in address(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  Descriptor socket_;
  std::uint16_t port_ = 0;
};

std::string to_port(std::uint16_t port) {
  return "udp and dst port " + std::to_string(port);
}

// Hands every packet on until `wanted` have come, or none came for a second.
void take(PacketTap& tap, std::size_t wanted, auto on_packet) {
  CapturedPacket captured;
  for (std::size_t taken = 0; taken < wanted;) {
    pollfd ready{tap.descriptor(), POLLIN, 0};
    if (poll(&ready, 1, 1000) != 1) return;
    for (; tap.next(captured); ++taken) {
      const auto packet = wire::parse_packet(captured.link, captured.octets);
      ASSERT_TRUE(packet.has_value());
      on_packet(captured, *packet);
    }
    ASSERT_EQ(tap.error(), "");
  }
}

TEST(PacketTap, SeesWhatPasses) {
  NEEDS_ROOT();
  const Sender receiver;
  const Sender sender;
  auto tap = PacketTap::open({.interface = "lo", .filter = to_port(receiver.port())});
  ASSERT_TRUE(tap.has_value()) << tap.error();
  CapturedPacket captured;
  EXPECT_FALSE(tap->next(captured)) << "it does not wait";
  const auto before = std::chrono::system_clock::now();
  for (int i = 0; i < 100; ++i) sender.send_to(receiver.port(), "packet " + std::to_string(i));
  int number = 0;
  take(*tap, 100, [&](const CapturedPacket& frame, const wire::Packet& packet) {
    EXPECT_EQ(as_text(packet.payload), "packet " + std::to_string(number++));
    EXPECT_EQ(packet.source_port, sender.port());
    EXPECT_EQ(packet.destination_port, receiver.port());
    EXPECT_LT(std::chrono::abs(frame.time - before), std::chrono::seconds(10));
  });
  EXPECT_EQ(number, 100);
  const PacketTap::Counters counters = tap->counters();
  EXPECT_EQ(counters.packets, 100);
  EXPECT_EQ(counters.cut_packets, 0);
  EXPECT_EQ(counters.dropped, 0);
}

TEST(PacketTap, SharesFlowsAmongTheTapsOfAGroup) {
  NEEDS_ROOT();
  const Sender receiver;
  const TapSettings settings{.interface = "lo",
                             .filter = to_port(receiver.port()),
                             .fanout_group = static_cast<std::uint16_t>(getpid())};
  auto first = PacketTap::open(settings);
  auto second = PacketTap::open(settings);
  ASSERT_TRUE(first.has_value()) << first.error();
  ASSERT_TRUE(second.has_value()) << second.error();
  constexpr int kSenders = 32;
  constexpr int kEach = 10;
  const std::vector<Sender> senders(kSenders);
  for (int i = 0; i < kEach; ++i) {
    for (const Sender& sender : senders) sender.send_to(receiver.port(), "x");
  }
  std::map<std::uint16_t, std::set<int>> taps_of_flow;
  int packets = 0;
  for (int which = 0; which < 2; ++which) {
    take(which == 0 ? *first : *second, kSenders * kEach,
         [&](const CapturedPacket&, const wire::Packet& packet) {
           taps_of_flow[packet.source_port].insert(which);
           ++packets;
         });
  }
  EXPECT_EQ(packets, kSenders * kEach);
  EXPECT_EQ(taps_of_flow.size(), kSenders);
  for (const auto& [port, taps] : taps_of_flow) EXPECT_EQ(taps.size(), 1) << port;
  EXPECT_GT(first->counters().packets, 0);
  EXPECT_GT(second->counters().packets, 0);
}

TEST(PacketTap, CountsWhatTheRingHadNoRoomFor) {
  NEEDS_ROOT();
  const Sender receiver;
  const Sender sender;
  auto tap = PacketTap::open({.interface = "lo", .filter = to_port(receiver.port())});
  ASSERT_TRUE(tap.has_value()) << tap.error();
  const std::string large(60'000, 'x');
  for (int i = 0; i < 2000; ++i) sender.send_to(receiver.port(), large);
  std::uint64_t seen = 0;
  take(*tap, 2000, [&](const CapturedPacket&, const wire::Packet&) { ++seen; });
  const PacketTap::Counters counters = tap->counters();
  EXPECT_GT(counters.dropped, 0);
  EXPECT_EQ(counters.packets, seen);
  // The loopback shows each packet twice; libpcap leaves one of the two out, but only after the
  // ring.
  EXPECT_GE(counters.packets + counters.dropped, 2000);
}

TEST(PacketTap, SaysWhyItCannotListen) {
  NEEDS_ROOT();
  const auto error_of = [](const TapSettings& settings) {
    const auto tap = PacketTap::open(settings);
    return tap ? "" : tap.error();
  };
  EXPECT_THAT(error_of({.interface = "haetae-none0"}),
              HasSubstr("interface 'haetae-none0' cannot be tapped: there is none"));
  EXPECT_THAT(error_of({.interface = "lo", .filter = "udp prot 53"}),
              HasSubstr("the filter 'udp prot 53' is not one of pcap-filter(7): "));
}

TEST(PacketTap, TellsAFilterThatIsNone) {
  EXPECT_EQ(packet_filter_fault("tcp port 443 or vlan"), "");
  EXPECT_EQ(packet_filter_fault(""), "");
  EXPECT_THAT(packet_filter_fault("tcp prot 443"),
              HasSubstr("'tcp prot 443' is not one of pcap-filter(7): "));
}

TEST(ResetSender, SaysWhyNothingCanLeave) {
  NEEDS_ROOT();
  const auto error_of = [](const std::string& interface) {
    const auto sender = ResetSender::open(interface);
    return sender ? "" : sender.error();
  };
  EXPECT_EQ(error_of("haetae-none0"),
            "no resets leave from interface 'haetae-none0': there is none; `ip link` names those "
            "there are");
  EXPECT_EQ(error_of("lo"),
            "no resets leave from interface 'lo': it is no Ethernet; name one that is");
}

}  // namespace
}  // namespace haetae::daemon
