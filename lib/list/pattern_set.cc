#include "list/pattern_set.h"

#include <algorithm>
#include <limits>

#include "base/assert.h"
#include "base/limits.h"
#include "list/hyperscan_engine.h"
#include "list/pattern_language.h"
#include "list/pattern_self_test.h"
#include "list/re2_engine.h"

namespace haetae::list {
namespace {

// A pattern whose expression both engines are given as it stands, or why it is refused.
std::expected<Pattern, std::string> prepared(Pattern pattern) {
  if (pattern.category == kNoCategory) return std::unexpected("it has no category");
  for (char& c : pattern.word) c = static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
  if (!pattern.word.empty() && pattern.expression != escape_literal(pattern.word)) {
    return std::unexpected("its expression is not the word it names");
  }
  auto normal = normalise_expression(pattern.expression);
  if (!normal) return std::unexpected(normal.error());
  pattern.expression = std::move(*normal);
  if (!pattern.word.empty()) return pattern;  // a literal is beyond doubt
  if (const auto fault = expression_fault(pattern.expression)) return std::unexpected(*fault);
  return pattern;
}

struct Sorted {
  std::vector<Pattern> good;
  std::vector<PatternFault> faults;
};

Sorted sort_out(std::vector<Pattern> patterns) {
  Sorted sorted;
  std::vector<CategoryId> categories;
  for (Pattern& pattern : patterns) {
    std::string id = pattern.id;
    if (std::ranges::find(categories, pattern.category) == categories.end()) {
      if (categories.size() == limits::kPatternCategoriesMax) {
        sorted.faults.push_back({std::move(id), "the set speaks of too many categories"});
        continue;
      }
      categories.push_back(pattern.category);
    }
    if (sorted.good.size() == limits::kPatternsMax) {
      sorted.faults.push_back({std::move(id), "the set is full"});
      continue;
    }
    auto good = prepared(std::move(pattern));
    if (good) {
      sorted.good.push_back(std::move(*good));
    } else {
      sorted.faults.push_back({std::move(id), good.error()});
    }
  }
  return sorted;
}

}  // namespace

// Makes the engines of one set.
class PatternSet::Compiler {
 public:
  Compiler(std::shared_ptr<PatternSet> set, const Options& options, bool may_read_cache)
      : set_(std::move(set)), cache_{options.cache_folder, may_read_cache} {}

  std::expected<Compiled, std::string> run() {
    const PatternPlan& plan = set_->plan_;
    std::vector<std::string> expressions;
    for (const std::uint16_t place : plan.expressions()) {
      expressions.push_back(set_->patterns_[place].expression);
    }
    compiled_.from_cache = set_->engine_ == Engine::Hyperscan;
    auto& engines = set_->engines_;
    if (auto fault = make(plan.accusing().expressions(), engines[Accusing])) {
      return std::unexpected(fault->message);
    }
    if (auto fault = make(plan.excusing().expressions(), engines[Excusing])) {
      return std::unexpected(fault->message);
    }
    if (auto fault = make(expressions, engines[Expressions])) {
      return std::unexpected(said_of(*fault));
    }
    compiled_.set = std::move(set_);
    return std::move(compiled_);
  }

 private:
  std::optional<EngineFault> make(const std::vector<std::string>& expressions,
                                  std::unique_ptr<const PatternEngine>& engine) {
    if (expressions.empty()) return std::nullopt;  // Hyperscan refuses an empty set
    auto build = set_->engine_ == Engine::Hyperscan ? compile_hyperscan(expressions, cache_)
                                                    : compile_re2(expressions);
    if (!build) return std::move(build.error());
    engine = std::move(build->engine);
    compiled_.from_cache &= build->from_cache;
    if (!build->cache_warning.empty()) compiled_.cache_warning = std::move(build->cache_warning);
    return std::nullopt;
  }

  std::string said_of(const EngineFault& fault) const {
    if (fault.expression == EngineFault::kNoExpression) return fault.message;
    const std::uint16_t place = set_->plan_.expressions()[fault.expression];
    return set_->patterns_[place].id + ": " + fault.message;
  }

  std::shared_ptr<PatternSet> set_;
  DatabaseCache cache_;
  Compiled compiled_;
};

std::expected<PatternSet::Compiled, std::string> PatternSet::compile(std::vector<Pattern> patterns,
                                                                     const Options& options) {
  const PatternDigest source = digest_of(patterns);
  Sorted sorted = sort_out(std::move(patterns));
  const auto make = [&](std::vector<Pattern> good, bool may_read_cache) {
    std::shared_ptr<PatternSet> set(new PatternSet(std::move(good), options.text));
    const bool hyperscan = options.engine == Engine::Hyperscan && hyperscan_runs_here();
    set->engine_ = hyperscan ? Engine::Hyperscan : Engine::Re2;
    set->source_ = source;
    return Compiler(std::move(set), options, may_read_cache).run();
  };
  auto compiled = make(sorted.good, true);
  if (!compiled) return compiled;
  auto missed = first_wrong_answer(*compiled->set);
  if (missed && compiled->from_cache) {  // what was kept answers wrong: make it anew
    compiled = make(std::move(sorted.good), false);
    if (!compiled) return compiled;
    missed = first_wrong_answer(*compiled->set);
  }
  if (missed) return std::unexpected(*missed);
  compiled->faults = std::move(sorted.faults);
  return compiled;
}

PatternSet::PatternSet(std::vector<Pattern> patterns, PatternText text)
    : patterns_(std::move(patterns)), plan_(patterns_) {
  for (const Pattern& pattern : patterns_) {
    words_.emplace_back(pattern, text);
    const auto known = std::ranges::find(columns_, pattern.category);
    column_of_.push_back(static_cast<std::uint8_t>(known - columns_.begin()));
    if (known == columns_.end()) columns_.push_back(pattern.category);
  }
  HAETAE_ASSERT(columns_.size() <= limits::kPatternCategoriesMax);
}

std::unique_ptr<PatternScratch> PatternSet::make_scratch() const {
  std::unique_ptr<PatternScratch> scratch(new PatternScratch(this, patterns_.size()));
  for (const Look look : {Accusing, Excusing, Expressions}) {
    if (engines_[look] != nullptr) scratch->looks_[look] = engines_[look]->make_scratch();
  }
  return scratch;
}

bool PatternSet::find_all(std::string_view text, Wanted wanted,
                          PatternScratch& scratch) const noexcept {
  const auto accusing = find_literals(text, Accusing, scratch);
  if (!accusing) return false;
  const bool is_accused = accusing->any || plan_.accusing().has_unknown();
  if (wanted == Wanted::WhatCounts && !is_accused) return true;
  const auto excusing = find_literals(text, Excusing, scratch);
  if (!excusing) return false;
  const bool needs_expressions = accusing->factor || plan_.accusing().has_unknown() ||
                                 excusing->factor || plan_.excusing().has_unknown();
  return !needs_expressions || find_expressions(text, scratch);
}

std::optional<PatternSet::Found> PatternSet::find_literals(std::string_view text, Look look,
                                                           PatternScratch& scratch) const noexcept {
  Found found;
  if (engines_[look] == nullptr) return found;
  if (!engines_[look]->find(text, *scratch.looks_[look])) return std::nullopt;
  const PatternLiterals& literals = look == Accusing ? plan_.accusing() : plan_.excusing();
  for (const std::uint16_t literal : scratch.looks_[look]->found()) {
    found.any = true;
    found.factor |= literals.is_factor(literal);
    for (const std::uint16_t place : literals.words_of(literal)) scratch.add_hit(place);
  }
  return found;
}

bool PatternSet::find_expressions(std::string_view text, PatternScratch& scratch) const noexcept {
  PatternEngine::Scratch& own = *scratch.looks_[Expressions];
  if (!engines_[Expressions]->find(text, own)) return false;
  for (const std::uint16_t found : own.found()) scratch.add_hit(plan_.expressions()[found]);
  return true;
}

// Sums by category while hits are read.
struct PatternSet::Tally {
  std::array<std::int32_t, limits::kPatternCategoriesMax> sum;
  std::array<std::uint16_t, limits::kPatternCategoriesMax> heaviest;
  std::array<std::int16_t, limits::kPatternCategoriesMax> heaviest_weight;

  explicit Tally(std::size_t columns) noexcept {
    std::fill_n(sum.begin(), columns, 0);
    std::fill_n(heaviest.begin(), columns, std::numeric_limits<std::uint16_t>::max());
    std::fill_n(heaviest_weight.begin(), columns, std::numeric_limits<std::int16_t>::min());
  }

  // On a tie the earlier pattern is named, so that every engine tells the same story.
  void add(std::size_t column, std::uint16_t place, std::int16_t weight) noexcept {
    sum[column] += weight;
    if (weight < heaviest_weight[column]) return;
    if (weight == heaviest_weight[column] && place > heaviest[column]) return;
    heaviest_weight[column] = weight;
    heaviest[column] = place;
  }
};

std::span<const std::uint16_t> PatternSet::hits(std::string_view text,
                                                PatternScratch& scratch) const noexcept {
  return find(text, Wanted::All, scratch);
}

std::span<const std::uint16_t> PatternSet::find(std::string_view text, Wanted wanted,
                                                PatternScratch& scratch) const noexcept {
  HAETAE_ASSERT(scratch.owner_ == this);
  scratch.clear();
  if (!find_all(text, wanted, scratch)) {
    errors_.fetch_add(1, std::memory_order_relaxed);
    scratch.clear();
  }
  return {scratch.hits_.data(), scratch.hit_count_};
}

PatternScore PatternSet::scan(std::string_view text, PatternScratch& scratch) const noexcept {
  PatternScore score;
  const std::span<const std::uint16_t> found = find(text, Wanted::WhatCounts, scratch);
  if (found.empty()) return score;
  Tally tally(columns_.size());
  for (const std::uint16_t place : found) {
    const Pattern& pattern = patterns_[place];
    if (!pattern.word.empty() && !words_[place].counts(text)) continue;
    tally.add(column_of_[place], place, pattern.weight);
  }
  std::array<PatternScore::Row, limits::kPatternCategoriesMax> rows;
  std::size_t count = 0;
  constexpr std::int32_t kScoreMax = std::numeric_limits<std::int16_t>::max();
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    if (tally.sum[column] <= 0) continue;
    const auto sum = static_cast<std::int16_t>(std::min(tally.sum[column], kScoreMax));
    rows[count++] = {columns_[column], sum, tally.heaviest[column]};
  }
  std::sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count),
            [](const auto& a, const auto& b) {
              return a.score != b.score ? a.score > b.score : a.category < b.category;
            });
  score.count = static_cast<std::uint8_t>(std::min(count, PatternScore::kRowsMax));
  std::copy_n(rows.begin(), score.count, score.rows.begin());
  return score;
}

}  // namespace haetae::list
