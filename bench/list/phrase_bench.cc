// What it costs to scan the text of pages with all shipped phrases, in octets of text a second.
//   list_phrase_bench --benchmark_min_time=1
// "Ordinary" is the text of docs/, where hardly a phrase stands, as in most of what people read.
// "English" and "Korean" are that of tests/pages/benign, in an order drawn by lot: written to be as
// full of phrases as a page that passes can be. "Floor" reads the same octets with memchr;
// "Hyperscan" finds the same strings by Hyperscan's regex API, literals
// escaped, without comparing where they stand or counting them.
#include <benchmark/benchmark.h>
#include <hs/hs.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "base/assert.h"
#include "config/rules.h"
#include "content/body_text.h"
#include "list/pattern_language.h"
#include "list/phrase_scan.h"
#include "support/test_data.h"

namespace haetae {
namespace {

constexpr std::size_t kTextBytes = 1024 * 1024;
// As pieces of a page come from content::PageText.
constexpr std::size_t kPieceBytes = 8 * 1024;

std::shared_ptr<const list::PhraseSet> phrases() {
  static const auto set = [] {
    const auto rules = config::load_rules(test::source_folder() / "rules");
    HAETAE_ASSERT(rules.has_value());
    auto compiled = list::PhraseSet::compile(rules->phrases);
    HAETAE_ASSERT(compiled.has_value());
    return *compiled;
  }();
  return set;
}

class KeepText final : public content::TextSink {
 public:
  void take(std::string_view text, content::Place place) noexcept override {
    if (place == content::Place::Body) kept += text;
  }
  std::string kept;
};

std::string text_of(const std::filesystem::path& page, std::string_view content_type) {
  content::DecoderBudget budget(1024 * 1024);
  content::BodyText reader(budget);
  const auto room = std::make_unique<content::BodyRoom>();
  KeepText sink;
  const std::string octets = test::read_file(page);
  HAETAE_ASSERT(reader.start(content_type, {}));
  reader.feed(as_bytes(octets), *room, sink);
  reader.finish(*room, sink);
  return sink.kept;
}

// kind: a folder of tests/pages, or docs. language: a folder of tests/pages/KIND.
std::string text_of_pages(const std::string& kind, const char* language) {
  const bool is_docs = kind == "docs";
  const std::filesystem::path root = test::source_folder();
  std::vector<std::string> pages;
  for (const auto& entry : std::filesystem::directory_iterator(
           is_docs ? root / kind : root / "tests" / "pages" / kind / language)) {
    if (!entry.is_regular_file()) continue;
    pages.push_back(
        text_of(entry.path(), is_docs ? "text/plain; charset=utf-8" : "text/html; charset=utf-8"));
  }
  std::ranges::sort(pages);
  std::mt19937 random(1);
  std::string text;
  while (text.size() < kTextBytes) text += pages[random() % pages.size()] + " \n";
  return text;
}

void count_octets(benchmark::State& state, const std::string& text) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(text.size()));
}

template <typename Use>
void for_each_piece(std::string_view text, const Use& use) {
  for (std::size_t at = 0; at < text.size(); at += kPieceBytes) use(text.substr(at, kPieceBytes));
}

void scan(benchmark::State& state, const char* kind, const char* language) {
  const std::string text = text_of_pages(kind, language);
  list::PhraseScan scan(phrases());
  for (auto _ : state) {
    scan.start();
    for_each_piece(text,
                   [&](std::string_view piece) { scan.feed(piece, list::PhrasePlace::Body); });
    scan.finish();
    benchmark::DoNotOptimize(scan.score().count);
  }
  count_octets(state, text);
  state.counters["phrases"] = static_cast<double>(phrases()->phrases().size());
  state.counters["strings"] = static_cast<double>(phrases()->plan().literals().size());
}

// One page after the other, as small as most are: what each costs beside its octets.
void scan_small_pages(benchmark::State& state, const char* language) {
  const std::string text = text_of_pages("benign", language);
  list::PhraseScan scan(phrases());
  for (auto _ : state) {
    for (std::size_t at = 0; at < text.size(); at += 1024) {
      scan.start();
      scan.feed(std::string_view(text).substr(at, 1024), list::PhrasePlace::Body);
      scan.finish();
    }
    benchmark::DoNotOptimize(scan.score().count);
  }
  count_octets(state, text);
}

void floor_of(benchmark::State& state, const char* language) {
  const std::string text = text_of_pages("benign", language);
  for (auto _ : state) {
    for_each_piece(text, [](std::string_view piece) {
      benchmark::DoNotOptimize(std::memchr(piece.data(), '\x01', piece.size()));
    });
  }
  count_octets(state, text);
}

int count_match(unsigned, unsigned long long, unsigned long long, unsigned, void* count) {
  ++*static_cast<std::uint64_t*>(count);
  return 0;
}

void hyperscan(benchmark::State& state, const char* kind, const char* language) {
  const std::string text = text_of_pages(kind, language);
  std::vector<std::string> expressions;
  for (const std::string& literal : phrases()->plan().literals()) {
    expressions.push_back(list::escape_literal(literal));
  }
  std::vector<const char*> texts;
  for (const std::string& expression : expressions) texts.push_back(expression.c_str());
  const std::vector<unsigned> none(texts.size());
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  hs_scratch_t* scratch = nullptr;
  HAETAE_ASSERT(hs_compile_multi(texts.data(), none.data(), none.data(),
                                 static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, nullptr,
                                 &database, &error) == HS_SUCCESS);
  HAETAE_ASSERT(hs_alloc_scratch(database, &scratch) == HS_SUCCESS);
  std::uint64_t matches = 0;
  for (auto _ : state) {
    for_each_piece(text, [&](std::string_view piece) {
      hs_scan(database, piece.data(), static_cast<unsigned>(piece.size()), 0, scratch, &count_match,
              &matches);
    });
  }
  benchmark::DoNotOptimize(matches);
  count_octets(state, text);
  hs_free_scratch(scratch);
  hs_free_database(database);
}

void compile(benchmark::State& state) {
  const std::vector<list::Phrase> wanted = phrases()->phrases();
  for (auto _ : state) benchmark::DoNotOptimize(list::PhraseSet::compile(wanted));
}

BENCHMARK_CAPTURE(scan, Ordinary, "docs", "en");
BENCHMARK_CAPTURE(scan, English, "benign", "en");
BENCHMARK_CAPTURE(scan, Korean, "benign", "ko");
BENCHMARK_CAPTURE(scan, HarmfulEnglish, "harmful", "en");
BENCHMARK_CAPTURE(scan, HarmfulKorean, "harmful", "ko");
BENCHMARK_CAPTURE(scan_small_pages, English, "en");
BENCHMARK_CAPTURE(floor_of, English, "en");
BENCHMARK_CAPTURE(hyperscan, Ordinary, "docs", "en");
BENCHMARK_CAPTURE(hyperscan, English, "benign", "en");
BENCHMARK_CAPTURE(hyperscan, Korean, "benign", "ko");
BENCHMARK(compile)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace haetae

BENCHMARK_MAIN();
