#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "list/pattern.h"
#include "list/pattern_engine.h"
#include "list/pattern_plan.h"
#include "list/pattern_word.h"

namespace haetae::list {

// What the patterns say of one text: the categories with a positive sum, highest first. A fact
// about the text, not a verdict.
struct PatternScore {
  struct Row {
    CategoryId category = kNoCategory;
    std::int16_t score = 0;
    std::uint16_t heaviest = 0;  // place of the pattern that weighed most
  };
  static constexpr std::size_t kRowsMax = 4;
  std::array<Row, kRowsMax> rows{};
  std::uint8_t count = 0;
  std::span<const Row> all() const noexcept { return {rows.data(), count}; }
};

// What went wrong with one pattern, for the report.
struct PatternFault {
  std::string id;
  std::string message;
};

// One worker's working memory for scans; made for one PatternSet and for no other. Outlives neither
// its set nor its thread.
class PatternScratch {
 private:
  friend class PatternSet;
  PatternScratch(const void* owner, std::size_t pattern_count)
      : owner_(owner), hits_(pattern_count) {}
  void clear() noexcept { hit_count_ = 0; }
  // Patterns beyond the room are impossible: each is told once.
  void add_hit(std::uint16_t place) noexcept {
    if (hit_count_ < hits_.size()) hits_[hit_count_++] = place;
  }

  const void* owner_;
  // Of the set's engines, by Look; none where there is no engine.
  std::array<std::unique_ptr<PatternEngine::Scratch>, 3> looks_;
  std::vector<std::uint16_t> hits_;  // room for every pattern once
  std::size_t hit_count_ = 0;
};

// A compiled set of patterns for one kind of text. Behind it stand engines: Hyperscan, or RE2 for
// processors without it. Immutable, shared by all threads.
class PatternSet {
 public:
  enum class Engine : std::uint8_t { Hyperscan, Re2 };
  struct Options {
    Engine engine = Engine::Hyperscan;   // RE2 stands in where the processor lacks what it needs
    std::filesystem::path cache_folder;  // empty: compile each time
    PatternText text = PatternText::Host;
  };
  struct Compiled;  // the set, and the patterns refused

  // Compiles the set and scans known answers before it is handed out: an engine that misses is
  // refused. Patterns beyond the language become faults; the others stand.
  static std::expected<Compiled, std::string> compile(std::vector<Pattern> patterns,
                                                      const Options& options);

  std::unique_ptr<PatternScratch> make_scratch() const;
  Engine engine() const noexcept { return engine_; }

  // Hot path: no allocation of ours (RE2 allocates inside itself). A pattern counts once however
  // often it matches. An engine that fails at run time is counted and gives no hits.
  // text: of the set's kind.
  PatternScore scan(std::string_view text, PatternScratch& scratch) const noexcept;

  // The places of the patterns whose expression matches, in no order, before words are asked where
  // they stand. The same for every engine; valid until the scratch's next scan.
  std::span<const std::uint16_t> hits(std::string_view text,
                                      PatternScratch& scratch) const noexcept;

  const std::vector<Pattern>& patterns() const noexcept { return patterns_; }
  // Those that the patterns speak of, each once.
  std::span<const CategoryId> categories() const noexcept { return columns_; }
  // Of the patterns that compile() was given: the set need not be made again from the same.
  const PatternDigest& source() const noexcept { return source_; }
  // What the engines are asked, and in which order.
  const PatternPlan& plan() const noexcept { return plan_; }
  // Scans that an engine could not finish, over all threads.
  std::uint64_t scan_errors() const noexcept { return errors_.load(std::memory_order_relaxed); }

 private:
  struct Tally;
  class Compiler;

  PatternSet(std::vector<Pattern> patterns, PatternText text);
  // The looks of the plan, each with an engine of its own.
  enum Look : std::uint8_t { Accusing, Excusing, Expressions };
  // All: every pattern that matches. WhatCounts: none if none accuses, for then there is nothing to
  // excuse.
  enum class Wanted : std::uint8_t { All, WhatCounts };
  // What a look at a text for plain strings found.
  struct Found {
    bool any = false;
    bool factor = false;  // so that expressions are worth asking
  };

  std::span<const std::uint16_t> find(std::string_view text, Wanted wanted,
                                      PatternScratch& scratch) const noexcept;
  // Adds every pattern that is wanted and whose expression matches to the scratch, each once; false
  // if an engine failed. The same of the other two, for one look.
  bool find_all(std::string_view text, Wanted wanted, PatternScratch& scratch) const noexcept;
  std::optional<Found> find_literals(std::string_view text, Look look,
                                     PatternScratch& scratch) const noexcept;
  bool find_expressions(std::string_view text, PatternScratch& scratch) const noexcept;

  std::vector<Pattern> patterns_;
  PatternPlan plan_;
  Engine engine_ = Engine::Re2;
  PatternDigest source_{};
  // By Look; none where there is nothing to look for.
  std::array<std::unique_ptr<const PatternEngine>, 3> engines_;
  std::vector<WordRule> words_;          // of each pattern
  std::vector<std::uint8_t> column_of_;  // of each pattern: its category's column in a Tally
  std::vector<CategoryId> columns_;
  mutable std::atomic<std::uint64_t> errors_{0};
};

struct PatternSet::Compiled {
  std::shared_ptr<const PatternSet> set;
  std::vector<PatternFault> faults;
  bool from_cache = false;
  std::string cache_warning;  // why the cache could not be used or written; empty if all went well
};

}  // namespace haetae::list
