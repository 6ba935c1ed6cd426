#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "list/literal_finder.h"
#include "list/phrase.h"
#include "list/phrase_plan.h"

namespace haetae::list {

// The phrases of rules/patterns/phrases, compiled. Immutable, shared by all threads. A page is
// asked by a PhraseScan (list/phrase_scan.h).
class PhraseSet {
 public:
  struct Options {
    EngineKind engine = EngineKind::Hyperscan;  // RE2 where the processor lacks what it needs
    std::filesystem::path cache_folder;         // empty: compile each time
  };
  struct Compiled;

  // Compiles the set and scans known answers before it is handed out: an engine that misses is
  // refused. phrases: as lib/config reads them, none beyond the limits of list/phrase.h.
  // Error: a sentence that says what failed.
  static std::expected<Compiled, std::string> compile(std::vector<Phrase> phrases,
                                                      const Options& options);

  const std::vector<Phrase>& phrases() const noexcept { return phrases_; }
  // Those that the phrases speak of, each once.
  std::span<const CategoryId> categories() const noexcept { return columns_; }
  // Of the phrases that compile() was given: the set need not be made again from the same.
  const PatternDigest& source() const noexcept { return source_; }
  EngineKind engine() const noexcept { return finder_->engine(); }
  // Looks that the engine could not finish, over all threads.
  std::uint64_t scan_errors() const noexcept { return errors_.load(std::memory_order_relaxed); }

 private:
  friend class PhraseScan;
  friend class PhraseScratch;
  explicit PhraseSet(std::vector<Phrase> phrases);

  std::vector<Phrase> phrases_;
  PatternDigest source_{};
  PhrasePlan plan_;
  std::vector<CategoryId> columns_;
  std::vector<std::uint8_t> column_of_;  // of each phrase: its category's place in columns_
  std::unique_ptr<const LiteralFinder> finder_;
  mutable std::atomic<std::uint64_t> errors_{0};
};

struct PhraseSet::Compiled {
  std::shared_ptr<const PhraseSet> set;
  bool from_cache = false;
  std::string cache_warning;  // why the cache could not be used or written; empty if all went well
};

}  // namespace haetae::list
