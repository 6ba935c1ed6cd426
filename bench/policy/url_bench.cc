// What the patterns of URLs and of searches add to the decision about one request of plain HTTP.
//   policy_url_bench [--benchmark_filter=…]
// Host patterns stand in each row; `hosts` has them alone, `all` has the shipped ones of URLs and
// searches, too, and `unwanted` has those for a profile that blocks nothing they speak of.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <string_view>

#include "base/assert.h"
#include "config/rules.h"
#include "list/image_builder.h"
#include "policy/decide.h"
#include "support/test_data.h"

namespace {

using namespace haetae;
using namespace haetae::policy;

constexpr Time kNoon =
    std::chrono::sys_days{std::chrono::year{2025} / 3 / 5} + std::chrono::hours(3);

struct Page {
  const char* host;
  const char* path;
};
constexpr std::array<Page, 4> kPages = {{
    {"www.site.example", "/"},
    {"static.site.example",
     "/assets/2026/11/article/summer-holidays-in-busan.html?from=home&page=2"},
    {"www.google.com", "/search?hl=ko&q=how+do+red+pandas+sleep&source=hp&ei=abcdefghijklmnop"},
    {"www.google.com", "/search?hl=ko&q=free+porn+videos"},
}};

std::shared_ptr<const Policy> make(bool with_urls, bool is_wanted) {
  const auto rules = config::load_rules(test::source_folder() / "rules");
  HAETAE_ASSERT(rules.has_value());
  list::ImageBuilder builder({5, 6});
  auto image = *list::Image::from_bytes(*builder.to_bytes());
  auto policy = std::make_shared<Policy>(list::Lists(image, nullptr));
  policy->generation = 1;
  for (const config::CategoryRule& rule : rules->categories) {
    policy->categories.push_back({rule.id, rule.kind, rule.sensitive});
  }
  for (std::size_t i = 0; i < list::kPatternTextsCount; ++i) {
    const auto text = static_cast<list::PatternText>(i);
    if (!with_urls && text != list::PatternText::Host) continue;
    auto compiled = list::PatternSet::compile(rules->patterns[i], {.text = text});
    HAETAE_ASSERT(compiled.has_value());
    policy->use_patterns(text, compiled->set);
  }
  policy->search_engines = SearchEngines(rules->search_engines);
  Profile child;
  if (is_wanted) child.blocked.set();
  policy->profiles = {child};
  policy->mark_spans.assign(1, {});
  fill_outcomes(*policy);
  return policy;
}

void run(benchmark::State& state, bool with_urls, bool is_wanted) {
  const auto policy = make(with_urls, is_wanted);
  const Standing standing;
  Scratch scratch(*policy);
  const Page& page = kPages[static_cast<std::size_t>(state.range(0))];
  const Name host = name_of(page.host);
  for (auto _ : state) {
    const list::UrlName url = list::url_name(host, page.path);
    const Request request{
        .kind = Kind::HttpUrl, .now = kNoon, .name = &host, .url = &url, .path = page.path};
    benchmark::DoNotOptimize(decide(*policy, standing, request, scratch));
  }
}

void hosts(benchmark::State& state) {
  run(state, false, true);
}
void all(benchmark::State& state) {
  run(state, true, true);
}
void unwanted(benchmark::State& state) {
  run(state, true, false);
}

BENCHMARK(hosts)->ArgName("page")->DenseRange(0, 3);
BENCHMARK(all)->ArgName("page")->DenseRange(0, 3);
BENCHMARK(unwanted)->ArgName("page")->DenseRange(0, 3);

}  // namespace

BENCHMARK_MAIN();
