#include <benchmark/benchmark.h>

#include "list/import.h"
#include "support/test_data.h"

// CPU time of importing real lists, from packed file to rules at the sink.
//   list_import_bench            (needs HAETAE_DATA; items_per_second is lines a second)
namespace haetae::list {
namespace {

class NoSink : public RuleSink {
 public:
  void take(const Rule& rule, std::uint32_t) override { benchmark::DoNotOptimize(&rule); }
  void take_address(const AddressRule& rule, std::uint32_t) override {
    benchmark::DoNotOptimize(&rule);
  }
};

void import_file(benchmark::State& state, std::string_view file, Format format, bool guarded) {
  const auto data = test::data_folder();
  if (!data) return state.SkipWithError("no real data; set HAETAE_DATA");
  const auto names = Protected::load(test::source_folder() / "rules" / "protected.txt");
  if (!names) return state.SkipWithError(names.error().c_str());
  const ImportSpec spec{.path = *data / "lists" / file,
                        .format = format,
                        .category = "bench",
                        .protected_names = guarded ? &*names : nullptr};
  std::uint64_t lines = 0;
  for (auto _ : state) {
    NoSink sink;
    const auto report = import_list(spec, sink);
    if (!report) return state.SkipWithError(report.error().c_str());
    lines += report->line_count;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(lines));
}

// What the reader costs by itself: unpacking, digest, splitting.
void read_file_alone(benchmark::State& state, std::string_view file) {
  const auto data = test::data_folder();
  if (!data) return state.SkipWithError("no real data; set HAETAE_DATA");
  std::uint64_t lines = 0;
  for (auto _ : state) {
    auto source = SourceReader::open(*data / "lists" / file);
    if (!source) return state.SkipWithError(source.error().c_str());
    SourceLine line;
    while (source->next(line)) benchmark::DoNotOptimize(line.text.data());
    lines += source->line_count();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(lines));
}

constexpr std::string_view kDomains = "gambling-hagezi.txt.zst";
constexpr std::string_view kHosts = "ads-adguarddns-hagezi.hosts.zst";
constexpr std::string_view kAdblock = "ads-light-hagezi.adblock.zst";
constexpr std::string_view kWildcard = "bypass-doh-vpn-proxy-bypass-hagezi.wildcard.zst";
constexpr std::string_view kRpz = "gambling-mullvad.rpz.zst";

BENCHMARK_CAPTURE(read_file_alone, domains, kDomains);
BENCHMARK_CAPTURE(import_file, domains, kDomains, Format::Domains, false);
BENCHMARK_CAPTURE(import_file, domains_protected, kDomains, Format::Domains, true);
BENCHMARK_CAPTURE(import_file, hosts, kHosts, Format::Hosts, false);
BENCHMARK_CAPTURE(import_file, hosts_protected, kHosts, Format::Hosts, true);
BENCHMARK_CAPTURE(import_file, adblock, kAdblock, Format::Adblock, false);
BENCHMARK_CAPTURE(import_file, adblock_protected, kAdblock, Format::Adblock, true);
BENCHMARK_CAPTURE(import_file, wildcard, kWildcard, Format::Wildcard, false);
BENCHMARK_CAPTURE(import_file, rpz, kRpz, Format::Rpz, false);
BENCHMARK_CAPTURE(import_file, rpz_protected, kRpz, Format::Rpz, true);

}  // namespace
}  // namespace haetae::list

BENCHMARK_MAIN();
