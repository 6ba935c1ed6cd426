// What a page says, and what it says of itself: a part of decide().
#include "policy/page.h"

#include <array>

#include "policy/decider.h"

namespace haetae::policy {
namespace {

// Points from which a page calls for help. Not the profile's threshold: whoever wants fewer pages
// closed does not want less help.
constexpr std::int32_t kPageHelpPoints = 100;

}  // namespace

std::string_view to_text(SelfLabel label) noexcept {
  switch (label) {
    case SelfLabel::Adult: return "adult";
    case SelfLabel::Violence: return "violence";
    case SelfLabel::Drugs: return "drugs";
    case SelfLabel::Gambling: return "gambling";
    case SelfLabel::Age: return "age";
  }
  return "";
}

bool page_matters(const Policy& policy, const Standing& standing, const Request& request,
                  Scratch& scratch) noexcept {
  NameFacts facts = scratch.look_up(policy, request);
  return Decider({policy, standing, request, facts, &scratch}).page_matters();
}

Verdict decide_page(const Policy& policy, const Standing& standing, const Request& request,
                    const PageFacts& page, Scratch& scratch) noexcept {
  NameFacts facts = scratch.look_up(policy, request);
  return Decider({policy, standing, request, facts, &scratch}).decide_page(page);
}

Verdict Decider::decide_page(const PageFacts& page) noexcept {
  outcome_ = outcome_of_subject();
  page_ = &page;
  (is_settled_before_page() || this->page() || nothing_matched());
  return shape();
}

bool Decider::page_matters() noexcept {
  outcome_ = outcome_of_subject();
  if (profile_.page_threshold == 0) return false;
  if (is_settled_before_page()) return false;
  const CategorySet spoken_of = policy_.phrase_categories() | policy_.label_categories.all();
  return (spoken_of & profile_.blocked).any() ||
         (profile_.filtered && (policy_.phrase_categories() & policy_.help_categories).any());
}

// In the order of decide(); the steps of time and of ways round the filter spoke with the request.
bool Decider::is_settled_before_page() noexcept {
  return locked() || house_or_help() || granted() || guardians_word() || services() || categories();
}

bool Decider::page() noexcept {
  if (profile_.page_threshold == 0) return false;
  bool is_granted = false;
  // A whole site that is excepted is excepted from what it calls itself, too.
  if (!outcome_.excepted && accused_by_label(is_granted)) return true;
  // A person looked at these and found them good; a sum of words does not overrule that.
  if (!outcome_.known_good && !outcome_.excepted && accused_by_phrases(is_granted)) return true;
  return is_granted && allow(Reason::Granted);
}

bool Decider::accused_by_label(bool& is_granted) noexcept {
  const PageLabels& labels = page_->labels;
  const LabelCategories& categories = policy_.label_categories;
  const bool is_too_old = labels.age != PageLabels::kNoAge && labels.age >= profile_.label_age;
  struct Row {
    bool is_there;
    SelfLabel label;
    CategoryId category;
  };
  for (const Row& row :
       std::array<Row, 5>{{{labels.adult, SelfLabel::Adult, categories.adult},
                           {is_too_old, SelfLabel::Age, categories.adult},
                           {labels.violence, SelfLabel::Violence, categories.violence},
                           {labels.drugs, SelfLabel::Drugs, categories.drugs},
                           {labels.gambling, SelfLabel::Gambling, categories.gambling}}}) {
    if (!row.is_there || !is_blocked(row.category, is_granted)) continue;
    verdict_.rule_kind = RuleKind::SelfLabel;
    verdict_.source = static_cast<std::uint16_t>(row.label);
    verdict_.category = row.category;
    return block(Reason::Category);
  }
  return false;
}

bool Decider::accused_by_phrases(bool& is_granted) noexcept {
  if (page_->phrases == nullptr) return false;
  for (const list::PhraseScore::Row& row : page_->phrases->all()) {
    if (row.score < profile_.page_threshold) break;  // highest first
    // Nobody who reads of hurting itself is to meet a closed door alone: it leads to help.
    if (row.category < kCategoriesMax && policy_.help_categories.test(row.category)) continue;
    if (!is_blocked(row.category, is_granted)) continue;
    verdict_.rule_kind = RuleKind::Phrase;
    verdict_.source = row.heaviest;
    verdict_.category = row.category;
    return block(Reason::Pattern);
  }
  return false;
}

bool Decider::is_blocked(CategoryId category, bool& is_granted) noexcept {
  if (category >= kCategoriesMax || !profile_.blocked.test(category)) return false;
  if (!category_granted(category)) return true;
  is_granted = true;
  return false;
}

// Whatever the verdict on the page is, as with searches.
void Decider::lead_page_to_help() noexcept {
  if (page_ == nullptr || page_->phrases == nullptr || !profile_.filtered ||
      profile_.page_threshold == 0) {
    return;
  }
  for (const list::PhraseScore::Row& row : page_->phrases->all()) {
    if (row.score < kPageHelpPoints) break;
    if (row.category >= kCategoriesMax || !policy_.help_categories.test(row.category)) continue;
    verdict_.help = row.category;
    return;
  }
}

}  // namespace haetae::policy
