// What a scan of one host name costs with the shipped patterns, and what it costs to get the set.
//   list_pattern_bench --benchmark_min_time=1
// The names are few enough to stay in the processor's cache: a query's name has just been read.
#include <benchmark/benchmark.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/assert.h"
#include "config/pattern_rules.h"
#include "list/host_text.h"
#include "list/pattern_set.h"
#include "support/test_data.h"

namespace haetae {
namespace {

using list::PatternSet;

std::vector<list::Pattern> shipped_patterns() {
  const config::PatternRules rules = config::load_pattern_rules(
      test::source_folder() / "rules" / "patterns", list::PatternText::Host,
      [](std::string_view id) -> std::optional<list::CategoryId> { return id == "adult" ? 0 : 1; });
  HAETAE_ASSERT(rules.faults.empty());
  return rules.patterns;
}

std::shared_ptr<const PatternSet> compiled(PatternSet::Engine engine) {
  auto compiled = PatternSet::compile(shipped_patterns(), {engine, {}});
  HAETAE_ASSERT(compiled.has_value());
  return compiled->set;
}

enum class Mix : std::int64_t { NoHits, OneInTen, AllHit, WithALabels };

// Names as they are asked for; without the real data their shape is all that counts.
std::vector<Name> names_of(Mix mix) {
  constexpr const char* kPlain[] = {"www.example.com",           "api.weather.example",
                                    "img.cdn.news-site.example", "mail.provider.example",
                                    "a1234.g2.akamai.example",   "connect.social.example",
                                    "clients4.search.example",   "update.system.example"};
  constexpr const char* kHits[] = {"www.freeporn.example", "casino-royal.example",
                                   "sussex-hotels.example", "hotgirlstube.example"};
  constexpr const char* kALabels[] = {"xn--o39aom.xn--3e0b707e", "www.xn--9d0b74tv0e.example"};
  std::vector<Name> names;
  for (std::size_t i = 0; i < 1024; ++i) {
    const bool hit = mix == Mix::AllHit || (mix == Mix::OneInTen && i % 10 == 0);
    if (mix == Mix::WithALabels) {
      names.push_back(name_of(kALabels[i % std::size(kALabels)]));
    } else {
      names.push_back(
          name_of(hit ? kHits[i / 10 % std::size(kHits)] : kPlain[i % std::size(kPlain)]));
    }
  }
  return names;
}

std::vector<Name> popular_names() {
  std::vector<Name> names;
  const auto data = test::data_folder();
  if (!data) return names;
  const std::string text = test::read_file(*data / "samples" / "popular-5000.tsv");
  for (std::size_t at = 0; at < text.size() && names.size() < 1024;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    const std::size_t tab = line.find('\t');
    at = end + 1;
    if (tab == line.npos) continue;
    const std::string_view name = std::string_view(line).substr(tab + 1);
    if (const auto read = Name::from_text(name.substr(0, name.find('\t')))) names.push_back(*read);
  }
  return names;
}

void scan_all(benchmark::State& state, PatternSet::Engine engine, const std::vector<Name>& names) {
  if (names.empty()) return state.SkipWithError("no real data; set HAETAE_DATA");
  const auto set = compiled(engine);
  const auto scratch = set->make_scratch();
  std::array<char, Name::kTextBytesMax> text;
  std::size_t at = 0;
  std::int64_t hits = 0;
  for (auto _ : state) {
    const auto score = set->scan(list::host_scan_text(names[at], text), *scratch);
    hits += score.count;
    if (++at == names.size()) at = 0;
  }
  state.counters["hit_share"] =
      benchmark::Counter(static_cast<double>(hits) / static_cast<double>(state.iterations()));
}

void scan_mix(benchmark::State& state, PatternSet::Engine engine) {
  scan_all(state, engine, names_of(static_cast<Mix>(state.range(0))));
}
void scan_popular(benchmark::State& state, PatternSet::Engine engine) {
  scan_all(state, engine, popular_names());
}

void host_text(benchmark::State& state) {
  const std::vector<Name> names = names_of(static_cast<Mix>(state.range(0)));
  std::array<char, Name::kTextBytesMax> text;
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(list::host_scan_text(names[at], text));
    if (++at == names.size()) at = 0;
  }
}

void compile(benchmark::State& state, PatternSet::Engine engine) {
  const std::vector<list::Pattern> patterns = shipped_patterns();
  for (auto _ : state) benchmark::DoNotOptimize(PatternSet::compile(patterns, {engine, {}}));
  state.counters["patterns"] = static_cast<double>(patterns.size());
}

void load_from_cache(benchmark::State& state) {
  const std::vector<list::Pattern> patterns = shipped_patterns();
  const test::TemporaryFolder folder;
  const PatternSet::Options options{PatternSet::Engine::Hyperscan, folder.path()};
  HAETAE_ASSERT(PatternSet::compile(patterns, options).has_value());
  for (auto _ : state) {
    const auto loaded = PatternSet::compile(patterns, options);
    HAETAE_ASSERT(loaded->from_cache);
  }
}

void read_rules(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(shipped_patterns());
}

constexpr std::int64_t kNoHits = static_cast<std::int64_t>(Mix::NoHits);
constexpr std::int64_t kALabels = static_cast<std::int64_t>(Mix::WithALabels);

BENCHMARK_CAPTURE(scan_mix, hyperscan, PatternSet::Engine::Hyperscan)
    ->DenseRange(kNoHits, kALabels);
BENCHMARK_CAPTURE(scan_popular, hyperscan, PatternSet::Engine::Hyperscan);
BENCHMARK_CAPTURE(scan_mix, re2, PatternSet::Engine::Re2)->DenseRange(kNoHits, kALabels);
BENCHMARK_CAPTURE(scan_popular, re2, PatternSet::Engine::Re2);
BENCHMARK(host_text)->Arg(kNoHits)->Arg(kALabels);
BENCHMARK_CAPTURE(compile, hyperscan, PatternSet::Engine::Hyperscan)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(compile, re2, PatternSet::Engine::Re2)->Unit(benchmark::kMillisecond);
BENCHMARK(load_from_cache)->Unit(benchmark::kMillisecond);
BENCHMARK(read_rules)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace haetae

BENCHMARK_MAIN();
