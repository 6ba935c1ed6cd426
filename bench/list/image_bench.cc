// The compiled image: lookups, building and opening at 100 thousand, 1 and 5 million names.
//   list_image_bench [--benchmark_filter=…]
// Names and questions are synthetic: 30 % of the questions are blocked, half of them below a listed
// name, drawn evenly from the whole list; the others come from 20,000 names, the first ones often.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <map>
#include <random>
#include <vector>

#include "base/assert.h"
#include "base/limits.h"
#include "list/delta.h"
#include "list/image_builder.h"

namespace {

using namespace haetae;
using namespace haetae::list;

const HashKey kKey{0x68616574, 0x6165};
constexpr std::size_t kQuestions = 200'000;
constexpr std::size_t kBatch = 32;

std::string random_label(std::mt19937_64& random, std::size_t size_min, std::size_t sizes) {
  std::string label(size_min + random() % sizes, 'a');
  for (char& c : label) c = static_cast<char>('a' + random() % 26);
  return label;
}

std::string random_name(std::mt19937_64& random) {
  constexpr std::array<const char*, 6> kEnds = {".com", ".com", ".net", ".org", ".info", ".co.kr"};
  std::string name =
      fmt::format("{}{}", random_label(random, 5, 12), kEnds[random() % kEnds.size()]);
  while (random() % 100 < 40) name = fmt::format("{}.{}", random_label(random, 1, 8), name);
  return name;
}

// Many names in little memory.
struct Names {
  std::vector<std::uint8_t> wires;
  std::vector<std::uint32_t> starts;

  std::size_t size() const { return starts.size(); }
  Name operator[](std::size_t i) const { return *Name::from_wire(Bytes(wires).subspan(starts[i])); }
  void push_back(const Name& name) {
    starts.push_back(static_cast<std::uint32_t>(wires.size()));
    wires.insert(wires.end(), name.wire().begin(), name.wire().end());
  }
};

struct Sample {
  Sample() = default;
  Sample(const Sample&) = delete;
  Sample& operator=(const Sample&) = delete;
  ~Sample() { std::filesystem::remove(path); }

  std::filesystem::path path;
  std::shared_ptr<const Image> image;
  Names names;
  std::vector<Name> questions;
};

std::vector<Name> make_questions(const Names& listed, std::mt19937_64& random) {
  std::vector<Name> others;
  while (others.size() < 20'000) {
    others.push_back(name_of(fmt::format("x-{}", random_name(random))));
  }
  std::vector<Name> questions;
  while (questions.size() < kQuestions) {
    if (random() % 10 >= 3) {
      const double share = static_cast<double>(random() % 1'000'000) / 1e6;
      questions.push_back(others[static_cast<std::size_t>(share * share * share * 20'000)]);
      continue;
    }
    const Name name = listed[random() % listed.size()];
    questions.push_back(random() % 2 == 0 ? name : name_of(fmt::format("www.{}", name.to_text())));
  }
  return questions;
}

BuildStats build(const Names& names, const std::filesystem::path& path) {
  ImageBuilder builder(kKey);
  const ListId list = builder.add_list({.name = "synthetic", .category = "adult"});
  Rule rule;
  for (std::size_t i = 0; i < names.size(); ++i) {
    rule.name = names[i];
    builder.add(list, rule);
  }
  const auto stats = builder.write(path);
  HAETAE_ASSERT(stats.has_value());
  return *stats;
}

const Sample& sample_of(std::size_t names) {
  static std::map<std::size_t, Sample> samples;
  Sample& sample = samples[names];
  if (sample.image) return sample;
  std::mt19937_64 random(names);
  while (sample.names.size() < names) sample.names.push_back(name_of(random_name(random)));
  sample.questions = make_questions(sample.names, random);
  sample.path =
      std::filesystem::temp_directory_path() / fmt::format("haetae-bench-{}-{}", ::getpid(), names);
  build(sample.names, sample.path);
  sample.image = Image::open(sample.path).value();
  return sample;
}

// Hashing alone, to be taken off the lines below.
void BM_HashSuffixes(benchmark::State& state) {
  const Sample& sample = sample_of(static_cast<std::size_t>(state.range(0)));
  std::size_t at = 0;
  NameHashes hashes;
  for (auto _ : state) {
    hash_suffixes(sample.questions[at], kKey, hashes);
    benchmark::DoNotOptimize(hashes.at[0]);
    if (++at == kQuestions) at = 0;
  }
}
BENCHMARK(BM_HashSuffixes)->Arg(100'000);

void BM_HashAndFind(benchmark::State& state) {
  const Sample& sample = sample_of(static_cast<std::size_t>(state.range(0)));
  const Lists lists(sample.image, nullptr);
  std::size_t at = 0;
  std::size_t hits = 0;
  NameHashes hashes;
  for (auto _ : state) {
    hash_suffixes(sample.questions[at], kKey, hashes);
    hits += lists.find(hashes).listed() ? 1 : 0;
    if (++at == kQuestions) at = 0;
  }
  state.counters["hits"] =
      benchmark::Counter(static_cast<double>(hits), benchmark::Counter::kAvgIterations);
}
BENCHMARK(BM_HashAndFind)->Arg(100'000)->Arg(1'000'000)->Arg(5'000'000);

// As a worker does it: all names of a batch are hashed and prefetched before the first is looked
// up.
void BM_HashAndFindInBatches(benchmark::State& state) {
  const Sample& sample = sample_of(static_cast<std::size_t>(state.range(0)));
  const Lists lists(sample.image, nullptr);
  std::size_t at = 0;
  std::size_t hits = 0;
  std::vector<NameHashes> hashes(kBatch);
  for (auto _ : state) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      hash_suffixes(sample.questions[at + i], kKey, hashes[i]);
      sample.image->prefetch(hashes[i]);
    }
    for (const NameHashes& each : hashes) hits += lists.find(each).listed() ? 1 : 0;
    at += kBatch;
    if (at + kBatch > kQuestions) at = 0;
  }
  benchmark::DoNotOptimize(hits);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}
BENCHMARK(BM_HashAndFindInBatches)->Arg(100'000)->Arg(1'000'000)->Arg(5'000'000);

void BM_FindWithFullDelta(benchmark::State& state) {
  const Sample& sample = sample_of(static_cast<std::size_t>(state.range(0)));
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < limits::kDeltaEditsMax; ++i) {
    edits.push_back({0, false, {.name = sample.names[i]}});
  }
  const Lists lists(sample.image, std::make_shared<const Delta>(kKey, edits));
  std::size_t at = 0;
  std::size_t edited = 0;
  NameHashes hashes;
  for (auto _ : state) {
    hash_suffixes(sample.questions[at], kKey, hashes);
    edited += lists.find(hashes).edited ? 1 : 0;
    if (++at == kQuestions) at = 0;
  }
  benchmark::DoNotOptimize(edited);
}
BENCHMARK(BM_FindWithFullDelta)->Arg(1'000'000);

void BM_OneMoreEdit(benchmark::State& state) {
  std::vector<Edit> edits;
  for (std::size_t i = 0; i + 1 < limits::kDeltaEditsMax; ++i) {
    edits.push_back({0, true, {.name = name_of(fmt::format("n{}.example", i))}});
  }
  const Delta before(kKey, edits);
  const std::vector<Edit> one = {{0, true, {.name = name_of("one.example")}}};
  for (auto _ : state) benchmark::DoNotOptimize(Delta(before, one));
}
BENCHMARK(BM_OneMoreEdit)->Unit(benchmark::kMicrosecond);

void BM_Build(benchmark::State& state) {
  const Sample& sample = sample_of(static_cast<std::size_t>(state.range(0)));
  BuildStats stats;
  const std::filesystem::path path = fmt::format("{}-again", sample.path.string());
  for (auto _ : state) stats = build(sample.names, path);
  std::filesystem::remove(path);
  const auto names = static_cast<double>(stats.names);
  state.counters["bytes_a_name"] = static_cast<double>(stats.size_bytes) / names;
  state.counters["second_places"] = static_cast<double>(stats.second_places) / names;
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Build)->Arg(100'000)->Arg(1'000'000)->Arg(5'000'000)->Unit(benchmark::kMillisecond);

void BM_Open(benchmark::State& state) {
  const Sample& sample = sample_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(Image::open(sample.path));
}
BENCHMARK(BM_Open)->Arg(100'000)->Arg(1'000'000)->Arg(5'000'000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
