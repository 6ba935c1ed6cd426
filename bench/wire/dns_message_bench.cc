// What a query costs in the wire layer: parsing it, making an answer once per cache fill, serving
// that answer again, and answering from scratch.
//   ninja -C build/release wire_dns_message_bench && build/release/wire_dns_message_bench
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <vector>

#include "wire/dns_records.h"
#include "wire/dns_rewrite.h"
#include "wire/dns_writer.h"

namespace haetae::wire {
namespace {

// What a browser's stub sends: RD, one question, an OPT with a cookie.
std::vector<std::uint8_t> typical_query(bool with_edns) {
  std::vector<std::uint8_t> octets = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  const auto add = [&octets](std::initializer_list<std::uint8_t> more) {
    for (const std::uint8_t octet : more) octets.push_back(octet);
  };
  add({3, 'w', 'w', 'w', 7, 'E', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'c', 'o', 'm', 0, 0, 1, 0, 1});
  if (!with_edns) return octets;
  octets[11] = 1;
  add({0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 12, 0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8});
  return octets;
}

// An upstream's answer to it: two CNAMEs, four addresses, an OPT.
std::vector<std::uint8_t> typical_answer(const Query& query) {
  std::vector<std::uint8_t> octets(kMessageBytesMax);
  DnsWriter writer(octets, query, Rcode::NoError);
  const Name first = name_of("www.example.com.edge.example.net");
  const Name last = name_of("e1234.a.edge.example.net");
  writer.add_cname(Section::Answer, query.question.name, 300, first);
  writer.add_cname(Section::Answer, first, 300, last);
  for (std::uint32_t i = 0; i < 4; ++i) {
    writer.add_address(Section::Answer, last, 20, IpAddress::v4(0xc0000200 + i));
  }
  octets.resize(writer.finish(EdnsReply{}));
  return octets;
}

void parse_query_bench(benchmark::State& state) {
  const auto packet = typical_query(state.range(0) != 0);
  for (auto _ : state) {
    auto query = parse_query(packet);
    benchmark::DoNotOptimize(query);
  }
}
BENCHMARK(parse_query_bench)->ArgName("edns")->Arg(0)->Arg(1);

void rewrite_answer_bench(benchmark::State& state) {
  const auto packet = typical_query(true);
  const Query query = *parse_query(packet);
  const auto upstream = typical_answer(query);
  std::vector<std::uint8_t> out(kMessageBytesMax);
  for (auto _ : state) {
    auto size = rewrite_answer(upstream, query, {.minimal = true}, out);
    benchmark::DoNotOptimize(size);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(rewrite_answer_bench);

void walk_answer_bench(benchmark::State& state) {
  const auto packet = typical_query(true);
  const auto upstream = typical_answer(*parse_query(packet));
  for (auto _ : state) {
    RecordReader reader(upstream);
    for (Record record; reader.next(record);) benchmark::DoNotOptimize(record);
  }
}
BENCHMARK(walk_answer_bench);

// A cache hit, as far as this layer goes: copy, address, age, append the OPT.
void serve_packed_bench(benchmark::State& state) {
  const auto packet = typical_query(true);
  const Query query = *parse_query(packet);
  std::vector<std::uint8_t> packed(kMessageBytesMax);
  packed.resize(*rewrite_answer(typical_answer(query), query, {}, packed));
  std::array<std::uint16_t, 16> offsets{};
  const std::size_t count = *collect_ttl_offsets(packed, offsets);
  std::vector<std::uint8_t> out(1232);
  for (auto _ : state) {
    std::ranges::copy(packed, out.begin());
    const MutableBytes answer = MutableBytes(out).first(packed.size());
    address_to_client(answer, query);
    age_answer(answer, std::span(offsets).first(count), 3, 60);
    auto size = append_edns(out, packed.size(), EdnsReply{});
    benchmark::DoNotOptimize(size);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(serve_packed_bench);

void age_answer_bench(benchmark::State& state) {
  const auto packet = typical_query(true);
  auto packed = typical_answer(*parse_query(packet));
  std::array<std::uint16_t, 16> offsets{};
  const std::size_t count = *collect_ttl_offsets(packed, offsets);
  for (auto _ : state) {
    age_answer(packed, std::span(offsets).first(count), 0, 60);
    benchmark::DoNotOptimize(packed.data());
  }
}
BENCHMARK(age_answer_bench);

// A block answer: NXDOMAIN, SOA, one Extended DNS Error.
void write_block_answer_bench(benchmark::State& state) {
  const auto packet = typical_query(true);
  const Query query = *parse_query(packet);
  Soa soa;
  soa.primary = name_of("haetae.example");
  soa.mailbox = name_of("haetae.example");
  soa.minimum_s = 2;
  const ExtendedError errors[] = {{EdeCode::Filtered, "adult; adult-one"}};
  std::vector<std::uint8_t> out(1232);
  for (auto _ : state) {
    DnsWriter writer(out, query, Rcode::NxDomain);
    writer.add_soa(Section::Authority, query.question.name, 2, soa);
    auto size = writer.finish({.errors = errors});
    benchmark::DoNotOptimize(size);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(write_block_answer_bench);

}  // namespace
}  // namespace haetae::wire

BENCHMARK_MAIN();
