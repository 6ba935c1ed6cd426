// Reading a capture: what libpcap's own loop costs, which is the floor, beside our reader, alone
// and with every frame parsed. One item is one packet.
//   ninja -C build/release daemon_capture_reader_bench && build/release/daemon_capture_reader_bench
#include <benchmark/benchmark.h>
#include <pcap/pcap.h>

#include <random>

#include "base/assert.h"
#include "daemon/capture_reader.h"
#include "support/capture_maker.h"
#include "support/frame_maker.h"
#include "support/packed.h"
#include "support/test_data.h"

namespace haetae::daemon {
namespace {

constexpr int kPackets = 200'000;

// Segments and acknowledgements, as many of either.
std::vector<test::Octets> frames() {
  std::mt19937 random(1);
  std::vector<test::Octets> made;
  for (unsigned i = 0; i < 64; ++i) {
    test::Octets payload(i % 2 == 0 ? 1300 : 0);
    for (std::uint8_t& octet : payload) octet = static_cast<std::uint8_t>(random());
    const auto segment = test::tcp(40'000 + i, 443, payload, {.options = test::Octets(12, 1)});
    made.push_back(
        test::ethernet(test::kIpv4Type, test::ipv4("192.0.2.1", "198.51.100.2", 6, segment)));
  }
  return made;
}

template <typename Maker>
std::string filled(Maker maker, auto add) {
  const auto made = frames();
  for (unsigned i = 0; i < kPackets; ++i) add(maker, made[i % made.size()], i);
  return maker.text();
}

std::string pcap() {
  return filled(test::PcapMaker(), [](test::PcapMaker& maker, Bytes frame, unsigned i) {
    maker.packet(1'700'000'000 + i / 1000, i % 1000, frame);
  });
}

std::string pcapng() {
  test::PcapngMaker maker;
  maker.interface(1);
  return filled(maker, [](test::PcapngMaker& to, Bytes frame, unsigned i) {
    to.packet(0, 1'700'000'000'000'000 + i, frame);
  });
}

const test::TemporaryFolder kFolder;
const std::filesystem::path kPcap = kFolder.write("x.pcap", pcap());
const std::filesystem::path kPcapng = kFolder.write("x.pcapng", pcapng());
const std::filesystem::path kZstd = kFolder.write("x.pcap.zst", test::zstd_of(pcap()));

void libpcap_bench(benchmark::State& state, const std::filesystem::path& path) {
  for (auto _ : state) {
    char why[PCAP_ERRBUF_SIZE];
    pcap_t* const capture = pcap_open_offline(path.c_str(), why);
    HAETAE_ASSERT(capture != nullptr);
    pcap_pkthdr* header = nullptr;
    const u_char* octets = nullptr;
    while (pcap_next_ex(capture, &header, &octets) == 1) benchmark::DoNotOptimize(octets);
    pcap_close(capture);
  }
  state.SetItemsProcessed(state.iterations() * kPackets);
}
BENCHMARK_CAPTURE(libpcap_bench, pcap, kPcap);
BENCHMARK_CAPTURE(libpcap_bench, pcapng, kPcapng);

void reader_bench(benchmark::State& state, const std::filesystem::path& path, bool parses) {
  wire::Packet packet;
  for (auto _ : state) {
    auto reader = CaptureReader::open(path);
    HAETAE_ASSERT(reader.has_value());
    CapturedPacket captured;
    while (reader->next(captured)) {
      benchmark::DoNotOptimize(captured);
      if (!parses) continue;
      auto read = wire::parse_packet(captured.link, captured.octets, packet);
      benchmark::DoNotOptimize(read);
      benchmark::DoNotOptimize(packet);
    }
    HAETAE_ASSERT(reader->counters().packets == kPackets);
  }
  state.SetItemsProcessed(state.iterations() * kPackets);
}
BENCHMARK_CAPTURE(reader_bench, pcap, kPcap, false);
BENCHMARK_CAPTURE(reader_bench, pcap_parsed, kPcap, true);
BENCHMARK_CAPTURE(reader_bench, pcapng, kPcapng, false);
BENCHMARK_CAPTURE(reader_bench, zstd, kZstd, false);

}  // namespace
}  // namespace haetae::daemon

BENCHMARK_MAIN();
