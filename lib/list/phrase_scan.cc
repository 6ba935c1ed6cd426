#include "list/phrase_scan.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace haetae::list {
namespace {

// What is looked at together. More costs memory in every body that is being scanned, less costs
// time: the longest phrase is looked at twice behind each look. Titles are short.
constexpr std::array<std::size_t, kPhrasePlacesCount> kLookBytes = {8 * 1024, 1024};

constexpr std::size_t index_of(PhrasePlace place) noexcept {
  return static_cast<std::size_t>(place);
}

constexpr std::size_t kBitsOfWord = 64;

}  // namespace

PhraseScan::PhraseScan(std::shared_ptr<const PhraseSet> set) : set_(std::move(set)) {
  const PhrasePlan& plan = set_->plan();
  for (std::size_t place = 0; place < kPhrasePlacesCount; ++place) {
    waiting_[place].room.resize(kLookBytes[place] + PhraseIndex::kPaddingBytes);
    seen_[place].resize(plan.literals().size() / kBitsOfWord + 1);
    missing_[place].resize(plan.parts_of_combinations().size());
  }
  counted_.reserve(set_->phrases().size());
  counted_at_.resize(set_->phrases().size());
  start();
}

// One octet is left for the blank behind the last word.
std::size_t PhraseScan::Waiting::free_bytes() const noexcept {
  return room.size() - PhraseIndex::kPaddingBytes - 1 - size;
}

void PhraseScan::start() noexcept {
  for (std::size_t place = 0; place < kPhrasePlacesCount; ++place) {
    waiting_[place].size = 0;
    waiting_[place].looked_at = 0;
    std::ranges::fill(seen_[place], 0);
    std::ranges::copy(set().plan().parts_of_combinations(), missing_[place].begin());
  }
  for (const Counted& counted : counted_) counted_at_[counted.phrase] = 0;
  counted_.clear();
  score_.count = 0;
  is_summed_up_ = true;
}

void PhraseScan::feed(std::string_view text, PhrasePlace place) noexcept {
  Waiting& waiting = waiting_[index_of(place)];
  while (!text.empty()) {
    const std::size_t size = std::min(text.size(), waiting.free_bytes());
    std::memcpy(waiting.room.data() + waiting.size, text.data(), size);
    waiting.size += size;
    text.remove_prefix(size);
    if (waiting.free_bytes() == 0) look(place);
  }
}

void PhraseScan::finish() noexcept {
  for (const PhrasePlace place : {PhrasePlace::Body, PhrasePlace::Title}) {
    Waiting& waiting = waiting_[index_of(place)];
    const bool ends_in_word = waiting.size > 0 && waiting.room[waiting.size - 1] != ' ';
    if (ends_in_word) waiting.room[waiting.size++] = ' ';
    look(place);
  }
  sum_up();
}

const PhraseScore& PhraseScan::score() noexcept {
  look(PhrasePlace::Body);
  look(PhrasePlace::Title);
  sum_up();
  return score_;
}

void PhraseScan::look(PhrasePlace place) noexcept {
  Waiting& waiting = waiting_[index_of(place)];
  if (waiting.size == waiting.looked_at) return;
  const std::string_view text(waiting.room.data(), waiting.size);
  set().index().find(text, [&](std::uint32_t literal) { add(literal, place); });
  // A phrase that is not whole yet began within the last octets.
  const std::size_t kept = std::min(waiting.size, set().plan().longest_literal() - 1);
  std::memmove(waiting.room.data(), text.end() - kept, kept);
  waiting.size = kept;
  waiting.looked_at = kept;
}

void PhraseScan::add(std::uint32_t literal, PhrasePlace place) noexcept {
  const auto see = [&](PhrasePlace where) {
    std::uint64_t& word = seen_[index_of(where)][literal / kBitsOfWord];
    const std::uint64_t bit = std::uint64_t{1} << literal % kBitsOfWord;
    const bool is_new = (word & bit) == 0;
    word |= bit;
    return is_new;
  };
  // Whatever stands in a title stands in the page.
  const bool in_title = place == PhrasePlace::Title;
  const bool is_new = see(PhrasePlace::Body);
  const bool is_new_in_title = in_title && see(PhrasePlace::Title);
  if (!is_new && !is_new_in_title) return;
  const auto completes = [&](std::uint16_t combination, PhrasePlace where) {
    return combination == PhrasePlan::kNotCombined || --missing_[index_of(where)][combination] == 0;
  };
  for (const std::uint16_t phrase : set().plan().phrases_of(literal)) {
    const std::uint16_t combination = set().plan().combination_of(phrase);
    const bool title_only = set().phrases()[phrase].title_only;
    if (is_new && completes(combination, PhrasePlace::Body) && !title_only) count(phrase, false);
    if (is_new_in_title && completes(combination, PhrasePlace::Title)) count(phrase, !title_only);
  }
}

void PhraseScan::count(std::uint16_t phrase, bool once_more) noexcept {
  if (once_more) {
    counted_[counted_at_[phrase]].twice = true;
  } else {
    counted_at_[phrase] = static_cast<std::uint16_t>(counted_.size());
    counted_.push_back({phrase, false});
  }
  is_summed_up_ = false;
}

void PhraseScan::sum_up() noexcept {
  if (is_summed_up_) return;
  is_summed_up_ = true;
  const PhraseSet& phrases = set();
  // On a tie the earlier phrase is named, so that wherever a page is cut the story is the same.
  struct Heaviest {
    std::int32_t weight = 0;
    std::uint16_t phrase = std::numeric_limits<std::uint16_t>::max();
  };
  std::array<Heaviest, limits::kPhraseCategoriesMax> heaviest{};
  std::array<std::int32_t, limits::kPhraseCategoriesMax> against{};
  std::array<std::int32_t, limits::kPhraseCategoriesMax> innocence{};
  for (const Counted& counted : counted_) {
    const Phrase& phrase = phrases.phrases()[counted.phrase];
    const std::int32_t weight = phrase.weight * (counted.twice ? 2 : 1);
    const std::uint8_t column = phrases.column_of(counted.phrase);
    (weight > 0 ? against : innocence)[column] += std::abs(weight);
    Heaviest& best = heaviest[column];
    if (weight < best.weight || (weight == best.weight && counted.phrase > best.phrase)) continue;
    best = {weight, counted.phrase};
  }
  score_.count = 0;
  for (std::size_t column = 0; column < phrases.categories().size(); ++column) {
    const std::int32_t score =
        against[column] - std::min(innocence[column], limits::kPhraseInnocenceMax);
    if (score <= 0) continue;
    score_.rows[score_.count++] = {phrases.categories()[column], score, heaviest[column].phrase};
  }
  std::sort(score_.rows.begin(), score_.rows.begin() + score_.count,
            [](const PhraseScore::Row& a, const PhraseScore::Row& b) {
              return a.score != b.score ? a.score > b.score : a.category < b.category;
            });
}

}  // namespace haetae::list
