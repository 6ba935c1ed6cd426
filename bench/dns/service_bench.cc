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

// Where chains lead: to a name of which nobody speaks, and to one of a list in mode watch, which is
// judged at every delivery.
constexpr std::string_view kSilent = "edge.cdn.example";
constexpr std::string_view kSpokenOf = "edge.watched.example";

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
  for (std::size_t i = 0; i < count; ++i) builder.add(adult, list::Rule{name_of(blocked_name(i))});
  const list::ListId watched = builder.add_list({"adult-two", "adult", 0, 1});
  builder.add(watched, list::Rule{name_of(kSpokenOf)});
  builder.add(watched, list::AddressRule{*Cidr::from_text("203.0.113.0/24")});
  return *list::Image::from_bytes(*builder.to_bytes());
}

policy::Policy make_policy(std::size_t count) {
  policy::Policy policy(list::Lists(make_image(count), nullptr));
  policy.generation = 1;
  policy.categories = {{"adult", policy::CategoryKind::Harm, false}};
  policy.lists.resize(2);
  policy.lists[0].name = "adult-one";
  policy.lists[0].category = 0;
  policy.lists[1].name = "adult-two";
  policy.lists[1].category = 0;
  policy.lists[1].mode = policy::Mode::Watch;
  policy.profiles.resize(1);
  policy.profiles[0].blocked.set(0);
  policy.profiles[0].lists = {true, true};
  policy.profiles[0].log = policy::LogLevel::Counters;
  policy.mark_spans.assign(1, {});
  policy::fill_outcomes(policy);
  return policy;
}

struct Answering : Upstream, ReplySink {
  bool resolve(const UpstreamQuestion& question, std::uint64_t token) noexcept override {
    const std::string name = question.name.to_text();
    Packet packet(name, RRType::A);
    if (!chain_end.empty()) packet.cname(name, chain_end, 86'400);
    packet.address("198.51.100.1", 86'400, chain_end.empty() ? name : chain_end);
    const Octets octets = packet.make();
    service->on_answer(token, {.packet = octets}, now);
    return true;
  }
  void send(const Client&, Bytes) noexcept override {}
  Service* service = nullptr;
  std::string_view chain_end;  // empty: the address is the name's own
  Now now{Time{std::chrono::hours{400'000}}, Monotonic{std::chrono::hours{10}}};
};

// blocked_percent of the queries are for listed names, the others for cached ones.
void run(benchmark::State& state, int blocked_percent, std::string_view chain_end = {}) {
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
  world.chain_end = chain_end;

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
  Octets rooms(limits::kUdpBatchDatagrams * room.size());
  std::array<Arrival, limits::kUdpBatchDatagrams> batch;
  for (std::size_t k = 0; k < batch.size(); ++k) {
    batch[k].client = client;
    batch[k].out = MutableBytes{rooms}.subspan(k * room.size(), room.size());
  }
  std::size_t i = 0;
  for (auto _ : state) {
    const std::size_t place = i++ % batch.size();
    batch[place].query = queries[i % kQueries];
    if (place + 1 < batch.size()) continue;
    service.begin_batch();
    service.on_queries(batch, world.now);
    benchmark::DoNotOptimize(batch.back().effect.size);
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
void BM_CachedChain(benchmark::State& state) {
  run(state, 0, kSilent);
}
void BM_CachedChainJudgedEachTime(benchmark::State& state) {
  run(state, 0, kSpokenOf);
}
BENCHMARK(BM_CachedChain)->Arg(1'000'000);
BENCHMARK(BM_CachedChainJudgedEachTime)->Arg(1'000'000);
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
