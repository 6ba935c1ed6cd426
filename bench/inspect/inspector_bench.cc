// One worker's whole way of a packet, reading the frame apart: flow, assembly, hello, decide().
//   inspect_inspector_bench --benchmark_min_time=1
// BM_Mixed is traffic as a line has it: so many TLS flows at once, eight packets each, two of five
// hellos in two segments. The other rows are its parts.
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "inspect/inspector.h"
#include "support/adult_policy.h"
#include "support/hello_maker.h"
#include "support/quic_sealer.h"

namespace haetae::inspect {
namespace {

using haetae::test::Octets;

std::string name_at(std::size_t i) {
  return "www" + std::to_string(i) + ".site" + std::to_string(i % 89) + ".example";
}

std::shared_ptr<const policy::Policy> make_policy() {
  auto policy = haetae::test::adult_policy([](list::ImageBuilder& builder, list::ListId adult) {
    for (std::size_t i = 0; i < 100'000; ++i) {
      builder.add(adult, list::Rule{name_of("bad" + name_at(i))});
    }
  });
  policy->profiles[0].log = policy::LogLevel::Counters;
  return policy;
}

struct World {
  Snapshot<policy::Policy> policy{make_policy()};
  Snapshot<policy::Standing> standing{std::make_shared<policy::Standing>()};
  policy::Resolved resolved{1 << 16, {1, 2}};
  Counters counters;
  Inspector inspector{{policy, standing, resolved, nullptr, counters}, {}};
  Now now{Time{std::chrono::hours{500'000}}, Monotonic{std::chrono::hours{10}}};

  std::uint64_t run(std::span<const wire::Packet> packets) {
    inspector.begin_batch();
    std::uint64_t seen = 0;
    for (const wire::Packet& packet : packets) {
      seen += inspector.on_packet(packet, now).seen.size();
    }
    // The next round's flows have the same ports: their time is up by then.
    now.wall += std::chrono::hours{1};
    now.monotonic += std::chrono::hours{1};
    return seen;
  }
};

struct Traffic {
  std::vector<Octets> hellos;
  std::vector<wire::Packet> packets;

  Traffic() {
    for (std::size_t i = 0; i < 500; ++i) {
      hellos.push_back(haetae::test::in_records(haetae::test::browser_hello(name_at(i)), 16'000));
    }
  }
  wire::Packet packet(std::uint32_t flow, bool from_client) const {
    wire::Packet made;
    made.source = IpAddress::v4(0x0a000000 + flow / 100);
    made.destination = IpAddress::v4(0xc6330000 + flow % 997);
    made.source_port = static_cast<std::uint16_t>(20'000 + flow % 40'000);
    made.destination_port = 443;
    made.protocol = 6;
    made.tcp_flags = wire::tcp_flag::kAck;
    if (!from_client) {
      std::swap(made.source, made.destination);
      std::swap(made.source_port, made.destination_port);
    }
    return made;
  }
  // Flows that run side by side, each in its own order.
  void add_flows(std::uint32_t count) {
    std::vector<std::vector<wire::Packet>> flows(count);
    for (std::uint32_t i = 0; i < count; ++i) flows[i] = flow_of(i);
    std::mt19937 random(1);
    std::vector<std::pair<std::uint32_t, std::size_t>> order;
    for (std::uint32_t i = 0; i < count; ++i) {
      std::uint32_t at = static_cast<std::uint32_t>(random() % (8 * count));
      for (std::size_t k = 0; k < flows[i].size(); ++k) {
        order.emplace_back(at + static_cast<std::uint32_t>(k * 8 * count / 16),
                           i * std::size_t{16} + k);
      }
    }
    std::ranges::sort(order);
    for (const auto& [when, which] : order) packets.push_back(flows[which / 16][which % 16]);
  }

 private:
  std::vector<wire::Packet> flow_of(std::uint32_t i) const {
    const Bytes hello = hellos[i % hellos.size()];
    std::vector<wire::Packet> all;
    const auto add = [&](bool from_client, Bytes payload, std::uint32_t sequence,
                         std::uint8_t flags = wire::tcp_flag::kAck) {
      wire::Packet made = packet(i, from_client);
      made.payload = payload;
      made.sequence = sequence;
      made.tcp_flags = flags;
      all.push_back(made);
    };
    add(true, {}, 99, wire::tcp_flag::kSyn);
    add(false, {}, 7, wire::tcp_flag::kSyn | wire::tcp_flag::kAck);
    add(true, {}, 100);
    if (i % 5 < 2) {
      add(true, hello.first(900), 100);
      add(true, hello.subspan(900), 1000);
    } else {
      add(true, hello, 100);
    }
    add(false, hello, 8);
    add(true, hello.first(200), 2000);
    add(false, hello, 3000);
    add(true, {}, 2200, wire::tcp_flag::kFin | wire::tcp_flag::kAck);
    return all;
  }
};

void BM_Mixed(benchmark::State& state) {
  World world;
  Traffic traffic;
  const auto count = static_cast<std::uint32_t>(state.range(0));
  traffic.add_flows(count);
  for (auto _ : state) {
    if (world.run(traffic.packets) != count) state.SkipWithError("a name was lost");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * traffic.packets.size()));
}
BENCHMARK(BM_Mixed)->Arg(1'000)->Arg(50'000)->Unit(benchmark::kMillisecond);

// A packet of a flow that was decided.
void BM_Settled(benchmark::State& state) {
  World world;
  Traffic traffic;
  const auto count = static_cast<std::uint32_t>(state.range(0));
  std::vector<wire::Packet> first;
  for (std::uint32_t i = 0; i < count; ++i) {
    wire::Packet made = traffic.packet(i, true);
    made.payload = traffic.hellos[i % traffic.hellos.size()];
    first.push_back(made);
  }
  for (const wire::Packet& packet : first) world.inspector.on_packet(packet, world.now);
  std::mt19937 random(1);
  std::ranges::shuffle(first, random);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        world.inspector.on_packet(first[i++ % first.size()], world.now).effect.kind);
  }
}
BENCHMARK(BM_Settled)->Arg(1'000)->Arg(200'000);

// A hello that is whole, with all that follows: flow, reading, decide().
void BM_Hello(benchmark::State& state) {
  World world;
  Traffic traffic;
  std::uint32_t i = 0;
  for (auto _ : state) {
    wire::Packet made = traffic.packet(++i % 100'000, true);
    made.payload = traffic.hellos[i % traffic.hellos.size()];
    if (i % 100'000 == 0) world.now.monotonic += std::chrono::hours{1};
    benchmark::DoNotOptimize(world.inspector.on_packet(made, world.now).seen.size());
  }
}
BENCHMARK(BM_Hello);

// A QUIC Initial with a whole hello, decryption included.
void BM_QuicInitial(benchmark::State& state) {
  World world;
  Traffic traffic;
  haetae::test::HelloMaker maker;
  maker.extensions = {haetae::test::server_name("www.site.example")};
  Octets plaintext = haetae::test::crypto_frame(0, maker.message());
  plaintext.resize(1162);
  const Octets initial = haetae::test::seal_initial({}, plaintext);
  std::uint32_t i = 0;
  for (auto _ : state) {
    wire::Packet made = traffic.packet(++i % 100'000, true);
    made.protocol = 17;
    made.payload = initial;
    if (i % 100'000 == 0) world.now.monotonic += std::chrono::hours{1};
    benchmark::DoNotOptimize(world.inspector.on_packet(made, world.now).seen.size());
  }
}
BENCHMARK(BM_QuicInitial);

}  // namespace
}  // namespace haetae::inspect

BENCHMARK_MAIN();
