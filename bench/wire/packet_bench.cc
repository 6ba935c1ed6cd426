// What it costs to read a frame up to what TCP or UDP carries.
//   ninja -C build/release wire_packet_bench && build/release/wire_packet_bench
#include <benchmark/benchmark.h>

#include <random>

#include "support/frame_maker.h"
#include "wire/packet.h"

namespace haetae::wire {
namespace {

using namespace haetae::test;  // NOLINT(google-build-using-namespace)

constexpr std::string_view kA = "192.0.2.1";
constexpr std::string_view kB = "198.51.100.2";
constexpr std::string_view kA6 = "2001:db8::1";
constexpr std::string_view kB6 = "2001:db8::2";

const Octets kSegment = tcp(40000, 443, Octets(1400), {.options = Octets(12, 1)});
const Octets kDatagram = udp(40000, 443, Octets(1250));
const Octets kTcp4 = ipv4(kA, kB, 6, kSegment);
const Octets kUdp6 = ipv6(kA6, kB6, 17, kDatagram);

Octets pppoe(const Octets& ip) {
  return OctetWriter().u16(0x1100).u16(1).u16(ip.size() + 2).u16(0x0021).raw(ip);
}

struct Sample {
  const char* name;
  Octets frame;
};

const Sample kSamples[] = {
    {"tcp_v4", ethernet(kIpv4Type, kTcp4)},
    {"ack_v4_padded", ethernet(kIpv4Type, joined(ipv4(kA, kB, 6, tcp(40000, 443, {})), Octets(6)))},
    {"udp_v4", ethernet(kIpv4Type, ipv4(kA, kB, 17, kDatagram))},
    {"udp_v6", ethernet(kIpv6Type, kUdp6)},
    {"tcp_v4_qinq_pppoe", ethernet(0x88a8, vlan(1, 0x8100, vlan(2, 0x8864, pppoe(kTcp4))))},
    {"tcp_v6_four_extensions",
     ethernet(
         kIpv6Type,
         ipv6(kA6, kB6, 0,
              extension(60, 8, extension(43, 24, extension(60, 8, extension(6, 8, kSegment))))))},
    {"udp_6in4", ethernet(kIpv4Type, ipv4(kA, kB, 41, kUdp6))},
    {"tcp_gre", ethernet(kIpv4Type, ipv4(kA, kB, 47, OctetWriter().u16(0).u16(0x0800).raw(kTcp4)))},
    {"fragment_v4", ethernet(kIpv4Type, ipv4(kA, kB, 17, Octets(1480), {.more_fragments = true}))},
    {"arp", ethernet(0x0806, Octets(46))},
};

void parse_packet_bench(benchmark::State& state) {
  const Sample& sample = kSamples[state.range(0)];
  Packet packet;
  for (auto _ : state) {
    auto read = parse_packet(LinkType::Ethernet, sample.frame, packet);
    benchmark::DoNotOptimize(read);
    benchmark::DoNotOptimize(packet);
  }
  state.SetLabel(sample.name);
}
BENCHMARK(parse_packet_bench)->DenseRange(0, std::size(kSamples) - 1);

// As in a busy network: mostly segments, in no order, whose headers are in no cache.
void parse_mixed_bench(benchmark::State& state) {
  constexpr std::size_t kFrames = 65'536;
  constexpr std::size_t kKept = 128;  // octets of each frame that are looked at, at most
  std::mt19937 random(1);
  std::discrete_distribution<std::size_t> pick({60, 20, 10, 10, 0, 0, 0, 0, 0, 0});
  std::vector<std::uint8_t> memory(kFrames * kKept);
  std::vector<Bytes> frames;
  for (std::size_t i = 0; i < kFrames; ++i) {
    const Octets& frame = kSamples[pick(random)].frame;
    const std::size_t size = std::min(kKept, frame.size());
    std::copy_n(frame.begin(), size, memory.begin() + static_cast<long>(i * kKept));
    frames.push_back(Bytes(memory).subspan(i * kKept, size));
  }
  std::ranges::shuffle(frames, random);
  std::size_t next = 0;
  Packet packet;
  for (auto _ : state) {
    auto read = parse_packet(LinkType::Ethernet, frames[next++ % kFrames], packet);
    benchmark::DoNotOptimize(read);
    benchmark::DoNotOptimize(packet);
  }
}
BENCHMARK(parse_mixed_bench);

}  // namespace
}  // namespace haetae::wire

BENCHMARK_MAIN();
