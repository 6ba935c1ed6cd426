// What it costs to read and judge a page on its way through the proxy, with all shipped phrases:
// from begin() to finish(), as the proxy asks.
//   proxy_body_scan_bench --benchmark_min_time=1
// HAETAE_BENCH_RULES=FOLDER takes the phrases of another rules/, HAETAE_BENCH_PAGE=FILE an HTML
// page of yours in place of one that speaks of red pandas.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "base/assert.h"
#include "config/rules.h"
#include "proxy/body_scan.h"
#include "support/packed.h"
#include "support/policy_maker.h"
#include "support/test_data.h"

namespace haetae::proxy {
namespace {

// A child who is kept from every category that phrases speak of.
std::shared_ptr<const policy::Policy> make_policy() {
  const char* const other = std::getenv("HAETAE_BENCH_RULES");
  const auto rules = config::load_rules(other != nullptr ? std::filesystem::path(other)
                                                         : test::source_folder() / "rules");
  HAETAE_ASSERT(rules.has_value());
  test::PolicyMaker maker;
  for (const auto& category : rules->categories) maker.category(category.id);
  maker.profile("child");
  maker.at(0).blocked.set();
  auto made = std::make_shared<policy::Policy>(*maker.make());
  auto phrases = list::PhraseSet::compile(rules->phrases);
  HAETAE_ASSERT(phrases.has_value());
  made->use_phrases(std::move(*phrases));
  return made;
}

struct House {
  Snapshot<policy::Policy> policy{make_policy()};
  Snapshot<policy::Standing> standing{std::make_shared<policy::Standing>()};
  policy::Resolved resolved{1024, HashKey{1, 2}};
  Ring<event::Event> events{1024};
  inspect::Counters inspect_counters;
  Counters counters;
  RequestJudge judge{{policy, standing, resolved, &events, inspect_counters}};
  PageScans scans{judge, counters};
};

std::string page_of(std::size_t bytes) {
  if (const char* const file = std::getenv("HAETAE_BENCH_PAGE")) {
    return test::read_file(file).substr(0, bytes);
  }
  std::string page = "<!DOCTYPE html><html><head><title>Red panda</title></head><body>";
  for (int i = 0; page.size() < bytes; ++i) {
    page +=
        "<div class=\"text\"><h2>Part " + std::to_string(i) +
        "</h2><p>The red panda is a small mammal native to the eastern Himalayas and "
        "southwestern China. It has dense reddish-brown fur with a black belly and legs, and "
        "white-lined ears.</p><a href=\"/wiki/Panda\" class=\"link\">More of pandas</a></div>\n";
  }
  page.resize(bytes);
  return page;
}

void scan(benchmark::State& state, const char* encoding) {
  static House house;
  const std::string page = page_of(static_cast<std::size_t>(state.range(0)));
  const std::string body = *encoding == '\0' ? page : test::gzip_of(page);
  inspect::Seen seen;
  seen.time = Time{std::chrono::hours{24 * 365 * 56}};
  seen.kind = policy::Kind::HttpUrl;
  seen.has_name = true;
  seen.name = name_of("www.good.example");
  for (auto _ : state) {
    const auto scan = house.scans.begin({.seen = seen,
                                         .status = 200,
                                         .content_type = "text/html; charset=utf-8",
                                         .content_encoding = encoding});
    HAETAE_ASSERT(scan != nullptr);
    Bytes left = as_bytes(body);
    while (!left.empty()) {
      const Bytes piece = left.first(std::min<std::size_t>(left.size(), 16 * 1024));
      left = left.subspan(piece.size());
      HAETAE_ASSERT(scan->feed(piece) == Scanned::Undecided);
    }
    HAETAE_ASSERT(scan->finish() == Scanned::Clean);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(page.size()));
}
BENCHMARK_CAPTURE(scan, identity, "")->Arg(1024)->Arg(65'536);
BENCHMARK_CAPTURE(scan, gzip, "gzip")->Arg(1024)->Arg(65'536);

}  // namespace
}  // namespace haetae::proxy

BENCHMARK_MAIN();
