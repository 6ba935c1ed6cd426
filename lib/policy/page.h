#pragma once

#include <cstdint>
#include <string_view>

#include "list/phrase_scan.h"
#include "policy/decide.h"

namespace haetae::policy {

// What a page says of itself for filters: RTA, ICRA, age.xml and the like. Only ever a reason to
// block: a page that calls itself harmless is judged like any other.
struct PageLabels {
  bool adult = false;
  bool violence = false;
  bool drugs = false;
  bool gambling = false;
  static constexpr std::uint8_t kNoAge = 255;
  std::uint8_t age = kNoAge;  // the youngest that it is for, in years
};

// Which of them decided: Verdict::source where RuleKind is SelfLabel.
enum class SelfLabel : std::uint8_t { Adult, Violence, Drugs, Gambling, Age };
// "adult", "violence", "drugs", "gambling", "age".
std::string_view to_text(SelfLabel label) noexcept;

// What was found in a page so far. Facts, not verdicts.
struct PageFacts {
  const list::PhraseScore* phrases = nullptr;  // of the policy's set; null: not scanned
  PageLabels labels;
};

// Whether anything in a page could block it or call for help, in this profile and now: else its
// body need not be read. request: of kind HttpBody, with the name or address and the URL that it
// was asked by.
bool page_matters(const Policy& policy, const Standing& standing, const Request& request,
                  Scratch& scratch) noexcept;

// The verdict on a page whose request was allowed, by what was found in it: the steps of decide()
// but for those of time, which spoke when it was asked for, and for the patterns on names, with the
// page in their place. What allowed the request above that step (help, a grant, the guardian's
// word, a service) allows the page, whatever it says. May be asked again as more of the page comes.
Verdict decide_page(const Policy& policy, const Standing& standing, const Request& request,
                    const PageFacts& page, Scratch& scratch) noexcept;

}  // namespace haetae::policy
