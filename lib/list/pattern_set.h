#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "list/rule.h"

namespace haetae::list {

// Where in a host name a word must stand to count. Digits, hyphens, dots and letters of another
// script end a word; the top-level domain is never searched, except by Tld.
enum class WordPlace : std::uint8_t {
  Anywhere,
  Start,  // nothing but a boundary before it: "bet" in my-bets.example
  End,    // nothing but a boundary after it
  Edge,   // a boundary on at least one side
  Word,   // a boundary on both sides: "bet" in bet-365.example
  Label,  // a whole label, digits and hyphens at its ends set aside: avsee in avsee12.example
  Tld,    // the word is the whole top-level domain
};

// One pattern of rules/patterns/*.yaml, already expanded to a regular expression in the language
// of list/pattern_language.h, which both engines know.
struct Pattern {
  std::string id;          // for people: "adult/en/…"
  std::string expression;  // matched case-insensitively against a lower-case text
  CategoryId category = kNoCategory;
  std::int16_t weight = 0;  // negative: speaks for innocence in that category

  // A word has the literal here, and its expression is no more than that literal. The engine finds
  // the few texts that hold it; our own code then asks where it stands. This keeps the engine's set
  // one of plain literals, its fastest kind, and exceptions exact to the letter.
  std::string word;
  WordPlace place = WordPlace::Anywhere;
  // Innocent words that hold this one ("sussex"): an occurrence inside one of them does not count.
  std::vector<std::string> except;

  std::string sample;  // a text that expression must hit; self-tests ask it. Words need none.
};

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
 public:
  virtual ~PatternScratch() = default;
  PatternScratch(const PatternScratch&) = delete;
  PatternScratch& operator=(const PatternScratch&) = delete;

 protected:
  PatternScratch(const void* owner, std::size_t pattern_count)
      : owner_(owner), hits_(pattern_count) {}
  void clear() noexcept { hit_count_ = 0; }
  // Patterns beyond the room are impossible: each is told once.
  void add_hit(std::uint16_t place) noexcept {
    if (hit_count_ < hits_.size()) hits_[hit_count_++] = place;
  }

 private:
  friend class PatternSet;
  const void* owner_;
  std::vector<std::uint16_t> hits_;  // room for every pattern once
  std::size_t hit_count_ = 0;
};

// A compiled set of patterns for one kind of text. The seam behind which the engine stands:
// Hyperscan, or RE2 for processors without it. Immutable, shared by all threads.
class PatternSet {
 public:
  enum class Engine : std::uint8_t { Hyperscan, Re2 };
  struct Options {
    Engine engine = Engine::Hyperscan;   // RE2 stands in where the processor lacks what it needs
    std::filesystem::path cache_folder;  // empty: compile each time
  };
  struct Compiled;  // the set, and the patterns refused

  // Compiles the set and scans known answers before it is handed out: an engine that misses is
  // refused. Patterns beyond the language become faults; the others stand.
  static std::expected<Compiled, std::string> compile(std::vector<Pattern> patterns,
                                                      const Options& options);

  virtual ~PatternSet() = default;
  virtual std::unique_ptr<PatternScratch> make_scratch() const = 0;
  virtual Engine engine() const noexcept = 0;

  // Hot path: no allocation of ours (RE2 allocates inside itself). A pattern counts once however
  // often it matches. An engine that fails at run time is counted and gives no hits.
  // text: lower case; for hosts, as host_scan_text() writes it.
  PatternScore scan(std::string_view text, PatternScratch& scratch) const noexcept;

  // The places of the patterns whose expression matches, in no order, before words are asked where
  // they stand. The same for every engine; valid until the scratch's next scan.
  std::span<const std::uint16_t> hits(std::string_view text,
                                      PatternScratch& scratch) const noexcept;

  const std::vector<Pattern>& patterns() const noexcept { return patterns_; }
  // Scans that the engine could not finish, over all threads.
  std::uint64_t scan_errors() const noexcept { return errors_.load(std::memory_order_relaxed); }

 protected:
  explicit PatternSet(std::vector<Pattern> patterns);
  // Adds every pattern whose expression matches to the scratch, each once; false if it failed.
  virtual bool find(std::string_view text, PatternScratch& scratch) const noexcept = 0;

 private:
  struct Tally;

  std::vector<Pattern> patterns_;
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
