// One worker's whole way of a query, sockets apart: parse, cache, image, decide(), reply.
//   dns_service_bench --benchmark_min_time=0.5
// Each row is ns per query at 100,000 and a million blocked names, over a working set that does not
// fit the processor's first caches.
#include <benchmark/benchmark.h>

#include <random>

#include "dns/service_house.h"
#include "list/image_builder.h"

namespace haetae::dns::test {
namespace {

constexpr std::size_t kCachedNames = 10'000;
constexpr std::size_t kBlockedNames = 100'000;
constexpr std::size_t kQueries = 1 << 16;

std::string blocked_name(std::size_t i) {
  return "site-" + std::to_string(i * 2654435761U) + ".bad" + std::to_string(i % 97) + ".example";
}
std::string cached_name(std::size_t i) {
  return "www" + std::to_string(i) + ".good" + std::to_string(i % 89) + ".example";
}

// The image of so many names under the policy of one child.
std::shared_ptr<const list::Image> make_image(std::size_t count) {
  list::ImageBuilder builder({3, 4});
  const list::ListId adult = builder.add_list({"adult-one", "adult", 0, count});
  for (std::size_t i = 0; i < count; ++i) builder.add(adult, {name_of(blocked_name(i))});
  return *list::Image::from_bytes(*builder.to_bytes());
}

policy::Policy make_policy(std::size_t count) {
  policy::Policy policy(list::Lists(make_image(count), nullptr));
  policy.generation = 1;
  policy.categories = {{"adult", policy::CategoryKind::Harm, false}};
  policy.lists.resize(1);
  policy.lists[0].name = "adult-one";
  policy.lists[0].category = 0;
  policy.profiles.resize(1);
  policy.profiles[0].blocked.set(0);
  policy.profiles[0].lists = {true};
  policy.profiles[0].log = policy::LogLevel::Counters;
  policy.mark_spans.assign(1, {});
  policy::fill_outcomes(policy);
  return policy;
}

struct Answering : Upstream, ReplySink {
  bool resolve(const UpstreamQuestion& question, std::uint64_t token) noexcept override {
    const Octets packet =
        Packet(question.name.to_text(), RRType::A).address("198.51.100.1", 86'400).make();
    service->on_answer(token, {.packet = packet}, now);
    return true;
  }
  void send(const Client&, Bytes) noexcept override {}
  Service* service = nullptr;
  Now now{Time{std::chrono::hours{400'000}}, Monotonic{std::chrono::hours{10}}};
};

// blocked_percent of the queries are for listed names, the others for cached ones.
void run(benchmark::State& state, int blocked_percent) {
  const auto listed = static_cast<std::size_t>(state.range(0));
  Snapshot<policy::Policy> policy(std::make_shared<policy::Policy>(make_policy(listed)));
  Snapshot<policy::Standing> standing(std::make_shared<policy::Standing>());
  auto chosen = std::make_shared<Settings>();
  chosen->allow_from = {*Cidr::from_text("192.0.2.0/24"), *Cidr::from_text("127.0.0.0/8")};
  Snapshot<Settings> settings(chosen);
  Ring<event::Event> events(1024);
  Counters counters;
  Answering world;
  Service service({policy, standing, settings, world, world, events, counters});
  world.service = &service;

  Client client;
  client.peer = {*IpAddress::from_text("192.0.2.10"), 53};
  Octets room(4'096);
  for (std::size_t i = 0; i < kCachedNames; ++i) {
    service.on_query(query_bytes({.name = cached_name(i)}), client, world.now, room);
  }
  std::mt19937 random(1);
  std::vector<Octets> queries;
  for (std::size_t i = 0; i < kQueries; ++i) {
    const bool blocked = static_cast<int>(random() % 100) < blocked_percent;
    queries.push_back(
        query_bytes({.name = blocked ? blocked_name(random() % std::min(listed, kBlockedNames))
                                     : cached_name(random() % kCachedNames)}));
  }
  std::size_t i = 0;
  for (auto _ : state) {
    if (i % 64 == 0) service.begin_batch();
    const Effect effect = service.on_query(queries[i++ % kQueries], client, world.now, room);
    benchmark::DoNotOptimize(effect.size);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  if (counters.replies.value() != counters.queries.value()) state.SkipWithError("a query was lost");
}

void BM_Blocked(benchmark::State& state) {
  run(state, 100);
}
void BM_Cached(benchmark::State& state) {
  run(state, 0);
}
void BM_Mixed30To70(benchmark::State& state) {
  run(state, 30);
}
BENCHMARK(BM_Blocked)->Arg(100'000)->Arg(1'000'000);
BENCHMARK(BM_Cached)->Arg(100'000)->Arg(1'000'000);
BENCHMARK(BM_Mixed30To70)->Arg(100'000)->Arg(1'000'000);

// The parts of it, for comparison.
void BM_ParseOnly(benchmark::State& state) {
  const Octets query = query_bytes({.name = cached_name(7)});
  for (auto _ : state) benchmark::DoNotOptimize(wire::parse_query(query)->id);
}
BENCHMARK(BM_ParseOnly);

}  // namespace
}  // namespace haetae::dns::test

BENCHMARK_MAIN();
