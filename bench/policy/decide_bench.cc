// What a decision costs beyond the lookup of its name, at one and at five million listed names.
//   policy_decide_bench [--benchmark_filter=…]
// Names are synthetic. Unlisted: no list and no rule of the configuration speaks of them. Mixed: 30
// % are listed, half of them below a listed name. Popular: real names, of which one in ten holds a
// word of the patterns (needs HAETAE_DATA). With patterns: those of rules/patterns, asked afresh
// for every name (a server remembers the score beside its cached answer). Every question is warm in
// no cache but the processor's; 200,000 of them go round.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "base/assert.h"
#include "config/pattern_rules.h"
#include "list/image_builder.h"
#include "policy/decide.h"
#include "support/test_data.h"

namespace {

using namespace haetae;
using namespace haetae::policy;

const HashKey kKey{0x706f6c69, 0x6379};
constexpr std::size_t kKnownNames = 3'000;  // services, engines, help lines of rules/
constexpr std::size_t kQuestions = 200'000;
// Noon in Seoul: no bedtime.
constexpr Time kNoon =
    std::chrono::sys_days{std::chrono::year{2025} / 3 / 5} + std::chrono::hours(3);

Name random_name(std::mt19937_64& random, std::string_view end) {
  std::string text(5 + random() % 12, 'a');
  for (char& c : text) c = static_cast<char>('a' + random() % 26);
  return name_of(fmt::format("{}.{}", text, end));
}

struct World {
  explicit World(std::size_t listed_names);
  std::shared_ptr<Policy> make(bool with_patterns) const;

  std::shared_ptr<const list::Image> image;
  std::vector<Name> listed;  // a sample
  std::vector<Name> known;
  // unlisted, mixed, popular
  std::array<std::vector<Name>, 3> questions;
};

std::vector<Name> popular_names() {
  std::vector<Name> names;
  const auto data = test::data_folder();
  if (!data) return names;
  const std::string text = test::read_file(*data / "popular" / "popular-2023-65k.tsv.zst");
  for (std::size_t at = text.find('\t'); at != text.npos;
       at = text.find('\t', text.find('\n', at))) {
    const auto name = Name::from_text(text.substr(at + 1, text.find('\t', at + 1) - at - 1));
    if (name) names.push_back(*name);
  }
  return names;
}

World::World(std::size_t listed_names) {
  std::mt19937_64 random(1);
  list::ImageBuilder builder(kKey);
  const list::ListId id = builder.add_list({"adult-one", "adult", 0, listed_names});
  for (std::size_t i = 0; i < listed_names; ++i) {
    list::Rule rule;
    rule.name = random_name(random, "listed.example");
    builder.add(id, rule);
    if (i % 10 == 0) listed.push_back(rule.name);
  }
  auto bytes = builder.to_bytes();
  HAETAE_ASSERT(bytes.has_value());
  image = *list::Image::from_bytes(std::move(*bytes));
  for (std::size_t i = 0; i < kKnownNames; ++i)
    known.push_back(random_name(random, "known.example"));
  for (std::size_t i = 0; i < kQuestions; ++i) {
    const Name unlisted = random_name(random, "www.other.example");
    questions[0].push_back(unlisted);
    const Name& name = listed[random() % listed.size()];
    const bool is_listed = random() % 100 < 30;
    const bool is_below = random() % 2 == 0;
    questions[1].push_back(!is_listed ? unlisted
                           : is_below ? name_of("www." + name.to_text())
                                      : name);
  }
  const std::vector<Name> popular = popular_names();
  for (std::size_t i = 0; i < kQuestions && !popular.empty(); ++i) {
    questions[2].push_back(popular[random() % popular.size()]);
  }
}

// A child as config/haetae.yaml has one: categories, bedtime, safe search.
std::shared_ptr<Policy> World::make(bool with_patterns) const {
  auto policy = std::make_shared<Policy>(list::Lists(image, nullptr));
  policy->generation = 1;
  policy->zone = *TimeZone::load("Asia/Seoul");
  policy->categories = {{"adult"}, {"gambling"}};
  ListEntry entry;
  entry.name = "adult-one";
  entry.category = 0;
  policy->lists = {entry};
  policy->services = {{"service"}};
  Profile child;
  child.blocked.set(0);
  child.blocked.set(1);
  child.safe_search = Strictness::Strict;
  ScheduleRow night;
  night.windows = {{21 * 60, 7 * 60}};
  child.bedtime = Schedule({night});
  child.lists = {true};
  child.services.resize(1);
  policy->profiles = {child};
  policy->mark_spans = {{}, {0, 1}};
  policy->marks = {{.kind = MarkKind::ServiceOwn, .label_count = 3, .subject = 0}};
  std::vector<std::pair<Name, std::uint32_t>> rows;
  for (const Name& name : known) rows.emplace_back(name, 1);
  policy->well_known = list::NameTable<std::uint32_t>(kKey, std::move(rows));
  if (with_patterns) {
    const auto category = [](std::string_view id) -> std::optional<CategoryId> {
      return id == "gambling" ? CategoryId{1} : CategoryId{0};
    };
    config::PatternRules rules = config::load_pattern_rules(
        test::source_folder() / "rules" / "patterns", list::PatternText::Host, category);
    HAETAE_ASSERT(rules.faults.empty());
    auto compiled = list::PatternSet::compile(std::move(rules.patterns), {});
    HAETAE_ASSERT(compiled.has_value() && compiled->faults.empty());
    policy->use_patterns(list::PatternText::Host, compiled->set);
  }
  fill_outcomes(*policy);
  return policy;
}

// Made when first asked for, and kept: it takes seconds.
const World& world_of(const benchmark::State& state) {
  static std::map<std::int64_t, std::unique_ptr<const World>> worlds;
  auto& world = worlds[state.range(1)];
  if (world == nullptr) {
    world = std::make_unique<World>(static_cast<std::size_t>(state.range(1)) * 1'000'000);
  }
  return *world;
}

const std::vector<Name>& questions(benchmark::State& state) {
  const auto& asked = world_of(state).questions[static_cast<std::size_t>(state.range(0))];
  if (asked.empty()) state.SkipWithError("no real data; set HAETAE_DATA");
  return asked;
}

// The floor: hashing the name and finding it in the image.
void find(benchmark::State& state) {
  const list::Lists names(world_of(state).image, nullptr);
  const std::vector<Name>& asked = questions(state);
  NameHashes hashes;
  std::size_t i = 0;
  for (auto _ : state) {
    hash_suffixes(asked[i++ % kQuestions], kKey, hashes);
    benchmark::DoNotOptimize(names.find(hashes));
  }
}

void look_up(benchmark::State& state) {
  const auto policy = world_of(state).make(false);
  Scratch scratch(*policy);
  const std::vector<Name>& asked = questions(state);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(scratch.look_up(*policy, asked[i++ % kQuestions]));
  }
}

void decide_all(benchmark::State& state, bool with_patterns) {
  const auto policy = world_of(state).make(with_patterns);
  const Standing standing;
  Scratch scratch(*policy);
  const std::vector<Name>& asked = questions(state);
  std::size_t i = 0;
  for (auto _ : state) {
    const Request request{
        .who = {}, .kind = Kind::DnsName, .now = kNoon, .name = &asked[i++ % kQuestions]};
    benchmark::DoNotOptimize(decide(*policy, standing, request, scratch));
  }
}

void decide_without_patterns(benchmark::State& state) {
  decide_all(state, false);
}
void decide_with_patterns(benchmark::State& state) {
  decide_all(state, true);
}

// The decision alone, on facts that are at hand.
void decide_on_known_facts(benchmark::State& state) {
  const auto policy = world_of(state).make(false);
  const Standing standing;
  Scratch scratch(*policy);
  const Name& name = questions(state)[0];
  NameFacts facts = scratch.look_up(*policy, name);
  const Request request{.who = {}, .kind = Kind::DnsName, .now = kNoon, .name = &name};
  for (auto _ : state) {
    benchmark::DoNotOptimize(decide(*policy, standing, request, facts, scratch));
  }
}

// mix: 0 unlisted, 1 mixed, 2 popular.
void all_mixes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"mix", "millions"})->ArgsProduct({{0, 1, 2}, {1, 5}});
}

BENCHMARK(find)->Apply(all_mixes);
BENCHMARK(look_up)->Apply(all_mixes);
BENCHMARK(decide_on_known_facts)->ArgNames({"mix", "millions"})->Args({0, 1});
BENCHMARK(decide_without_patterns)->Apply(all_mixes);
BENCHMARK(decide_with_patterns)->Apply(all_mixes);

}  // namespace

BENCHMARK_MAIN();
