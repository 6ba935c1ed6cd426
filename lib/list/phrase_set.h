#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "list/phrase.h"
#include "list/phrase_index.h"
#include "list/phrase_plan.h"

namespace haetae::list {

// The phrases of rules/patterns/phrases, compiled. Immutable, shared by all threads. A page is
// asked by a PhraseScan (list/phrase_scan.h).
class PhraseSet {
 public:
  // Compiles the set and asks it known answers before it is handed out: one that misses is refused.
  // phrases: as lib/config reads them, each within the limits of list/phrase.h.
  // Error: a sentence that says what failed.
  static std::expected<std::shared_ptr<const PhraseSet>, std::string> compile(
      std::vector<Phrase> phrases);

  const std::vector<Phrase>& phrases() const noexcept { return phrases_; }
  // Those that the phrases speak of, each once.
  std::span<const CategoryId> categories() const noexcept { return columns_; }
  // Of the phrases that compile() was given: the set need not be made again from the same.
  const PatternDigest& source() const noexcept { return source_; }
  const PhrasePlan& plan() const noexcept { return plan_; }
  const PhraseIndex& index() const noexcept { return index_; }
  // The place of a phrase's category in categories().
  std::uint8_t column_of(std::uint16_t phrase) const noexcept { return column_of_[phrase]; }

 private:
  explicit PhraseSet(std::vector<Phrase> phrases);

  std::vector<Phrase> phrases_;
  PatternDigest source_;
  PhrasePlan plan_;
  PhraseIndex index_;
  std::vector<CategoryId> columns_;
  std::vector<std::uint8_t> column_of_;
};

}  // namespace haetae::list
