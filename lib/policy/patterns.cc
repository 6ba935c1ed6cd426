// What patterns say of a name, of a URL and of what somebody searches for: a part of decide().
#include <array>

#include "list/host_text.h"
#include "list/scan_text.h"
#include "policy/decider.h"

namespace haetae::policy {

using list::PatternScore;
using list::PatternText;

namespace {

// Points from which words call for help. Not the profile's threshold: whoever wants fewer doors
// closed does not want less help.
constexpr int kHelpPoints = 60;

}  // namespace

bool Decider::patterns() noexcept {
  if (scratch_ == nullptr) return false;
  bool is_granted = false;
  const PatternScore* const search = score_of_search();
  // A person looked at these and found them good; a guess does not overrule that.
  if (!outcome_.known_good && !outcome_.excepted) {
    if (request_.name != nullptr && is_wanted(PatternText::Host) &&
        accuse(PatternText::Host, score_of_host(), is_granted)) {
      return true;
    }
    // The URL of a search holds its words once more, without knowing what they are.
    if (search == nullptr && request_.url != nullptr && is_wanted(PatternText::Url) &&
        accuse(PatternText::Url, score_of_url(), is_granted)) {
      return true;
    }
  }
  // However good the engine is, what is searched for is the child's own word: who finds the engine
  // good has not looked at that.
  if (search != nullptr && accuse(PatternText::Search, *search, is_granted)) return true;
  return is_granted && allow(Reason::Granted);
}

bool Decider::is_wanted(PatternText text) const noexcept {
  const PatternsOfText& patterns = policy_.patterns(text);
  if (patterns.set == nullptr) return false;
  if ((patterns.categories & profile_.blocked).any()) return true;
  // Help is for every child, whatever its profile blocks.
  return text == PatternText::Search && profile_.filtered &&
         (patterns.categories & policy_.help_categories).any();
}

// The first category, by its points, that is blocked here and not granted.
bool Decider::accuse(PatternText text, const PatternScore& score, bool& is_granted) noexcept {
  for (const PatternScore::Row& row : score.all()) {
    if (row.score < profile_.threshold) break;  // highest first
    if (row.category >= kCategoriesMax) continue;
    if (text == PatternText::Search && policy_.help_categories.test(row.category)) continue;
    if (!is_blocked(row.category, is_granted)) continue;
    verdict_.rule_kind = RuleKind::Pattern;
    verdict_.text = text;
    verdict_.source = row.heaviest;
    verdict_.category = row.category;
    return block(Reason::Pattern);
  }
  return false;
}

// Whoever searches for ways to hurt itself is not to meet a closed door alone, and not to be told
// on: whatever the verdict is and whichever step gave it, it says that help is to be shown.
void Decider::lead_to_help() noexcept {
  const PatternScore* const search = score_of_search();
  if (search == nullptr || !profile_.filtered) return;
  for (const PatternScore::Row& row : search->all()) {
    if (row.score < kHelpPoints) break;
    if (row.category >= kCategoriesMax || !policy_.help_categories.test(row.category)) continue;
    verdict_.help = row.category;
    return;
  }
}

const PatternScore& Decider::score_of_host() noexcept {
  if (!facts_.score_known) {
    std::array<char, Name::kTextBytesMax> room;
    facts_.score = scan(PatternText::Host, list::host_scan_text(*request_.name, room));
    facts_.score_known = true;
  }
  return facts_.score;
}

PatternScore Decider::score_of_url() noexcept {
  std::array<char, list::kUrlScanBytesMax> room;
  const Name host = request_.url->name.suffix(request_.url->path_labels);
  return scan(PatternText::Url, list::url_scan_text(host, request_.path, room));
}

// A search that says nothing is one all the same.
const PatternScore* Decider::score_of_search() noexcept {
  if (!search_known_) {
    search_known_ = true;
    const bool is_asked = scratch_ != nullptr && request_.name != nullptr &&
                          !request_.path.empty() && is_wanted(PatternText::Search);
    const SearchEngine* const engine =
        is_asked ? policy_.search_engines.find(*request_.name) : nullptr;
    if (engine != nullptr) {
      std::array<char, list::kTermsScanBytesMax> room;
      const std::string_view terms = search_terms(*engine, request_.path, room);
      if (!terms.empty()) search_score_ = scan(PatternText::Search, terms);
    }
  }
  return search_score_ ? &*search_score_ : nullptr;
}

PatternScore Decider::scan(PatternText text, std::string_view what) noexcept {
  return policy_.patterns(text).set->scan(what,
                                          *scratch_->patterns_[static_cast<std::size_t>(text)]);
}

}  // namespace haetae::policy
