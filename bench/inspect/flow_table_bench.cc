// What a packet's flow costs to find, over tables that fit the processor's caches and that do not.
//   inspect_flow_table_bench --benchmark_min_time=0.5
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <vector>

#include "inspect/flow_table.h"

namespace haetae::inspect {
namespace {

struct Nobody : FlowTable::Leaving {
  void on_leaving(Flow&) noexcept override {}
};

wire::Packet packet_of(std::uint32_t flow) {
  wire::Packet packet;
  packet.source = IpAddress::v4(0x0a000000 + flow / 50);
  packet.destination = IpAddress::v4(0xc6330000 + flow % 997);
  packet.source_port = static_cast<std::uint16_t>(20'000 + flow % 40'000);
  packet.destination_port = 443;
  packet.protocol = 6;
  return packet;
}

struct Full {
  explicit Full(std::uint32_t count)
      : flows({.flows = 2 * std::size_t{count}, .flows_of_source = count}, {1, 2}, counters,
              nobody) {
    flows.advance(now);
    for (std::uint32_t i = 0; i < count; ++i) {
      const FlowSide side = side_of(packet_of(i));
      flows.set_life(flows.add(side, flows.hash(side.key)), Life::Open);
    }
    std::mt19937 random(1);
    for (std::size_t i = 0; i < 1 << 17; ++i) {
      packets.push_back(packet_of(static_cast<std::uint32_t>(random() % count)));
    }
  }
  Monotonic now{std::chrono::hours{1}};
  Nobody nobody;
  FlowCounters counters;
  FlowTable flows;
  std::vector<wire::Packet> packets;
};

void BM_Find(benchmark::State& state) {
  Full full(static_cast<std::uint32_t>(state.range(0)));
  std::size_t i = 0;
  for (auto _ : state) {
    full.flows.advance(full.now);
    const FlowSide side = side_of(full.packets[i++ % full.packets.size()]);
    Flow* const flow = full.flows.find(side.key, full.flows.hash(side.key));
    benchmark::DoNotOptimize(flow->memo);
  }
}
BENCHMARK(BM_Find)->Arg(1'000)->Arg(200'000)->Arg(1'000'000);

void BM_ComeAndGo(benchmark::State& state) {
  Full full(static_cast<std::uint32_t>(state.range(0)));
  std::uint32_t i = 1U << 30;
  for (auto _ : state) {
    const FlowSide side = side_of(packet_of(++i));
    const std::uint64_t hash = full.flows.hash(side.key);
    benchmark::DoNotOptimize(full.flows.find(side.key, hash));
    full.flows.remove(full.flows.add(side, hash));
  }
}
BENCHMARK(BM_ComeAndGo)->Arg(200'000);

}  // namespace
}  // namespace haetae::inspect

BENCHMARK_MAIN();
