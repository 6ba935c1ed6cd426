// What a client's Initial of 1,200 octets costs: its keys, opening it, and all up to the name.
//   ninja -C build/release wire_quic_initial_bench && build/release/wire_quic_initial_bench
#include <benchmark/benchmark.h>

#include <vector>

#include "support/hello_maker.h"
#include "support/quic_sealer.h"
#include "wire/quic_frames.h"
#include "wire/quic_opener.h"
#include "wire/quic_packet.h"
#include "wire/tls_hello.h"

namespace haetae::wire {
namespace {

// One CRYPTO frame and padding up to a datagram of 1,200 octets.
test::Octets typical_initial() {
  test::HelloMaker maker;
  maker.session_id = {};
  maker.extensions = {
      test::server_name("www.example.com"), test::filler(13, 18), test::protocols({"h3"}),
      test::supported_versions({0x0304}),   test::filler(51, 38), test::filler(57, 40)};
  test::Octets plaintext = test::crypto_frame(0, maker.message());
  plaintext.resize(1200 - 18 - 16 - 1);
  return test::seal_initial({}, plaintext);
}

QuicPacket packet_of(Bytes datagram) {
  QuicPacket packet;
  QuicPacketReader(datagram).next(packet);
  return packet;
}

void client_keys_bench(benchmark::State& state) {
  QuicOpener opener;
  const test::Octets datagram = typical_initial();
  const QuicPacket packet = packet_of(datagram);
  for (auto _ : state) {
    QuicKeys keys = opener.client_keys(packet.era, packet.destination_id);
    benchmark::DoNotOptimize(keys);
  }
}
BENCHMARK(client_keys_bench);

void open_with_keys_bench(benchmark::State& state) {
  QuicOpener opener;
  const test::Octets datagram = typical_initial();
  const QuicPacket packet = packet_of(datagram);
  const QuicKeys keys = opener.client_keys(packet.era, packet.destination_id);
  std::vector<std::uint8_t> room(datagram.size());
  for (auto _ : state) {
    auto plaintext = opener.open(packet, keys, room);
    if (!plaintext) state.SkipWithError("it does not open");
    benchmark::DoNotOptimize(plaintext);
  }
}
BENCHMARK(open_with_keys_bench);

void initial_to_name_bench(benchmark::State& state) {
  QuicOpener opener;
  const test::Octets datagram = typical_initial();
  std::vector<std::uint8_t> room(datagram.size());
  for (auto _ : state) {
    TlsHello hello;
    ClientHelloReader reader;
    QuicPacket packet;
    QuicPacketReader packets(datagram);
    QuicCryptoFrame frame;
    packets.next(packet);
    const auto plaintext = opener.open(packet, room);
    QuicCryptoReader frames(plaintext.value_or(Bytes{}));
    frames.next(frame);
    if (reader.feed(frame.octets, hello) != Progress::Done) state.SkipWithError("no hello");
    benchmark::DoNotOptimize(hello);
  }
}
BENCHMARK(initial_to_name_bench);

}  // namespace
}  // namespace haetae::wire

BENCHMARK_MAIN();
