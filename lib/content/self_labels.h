#pragma once

#include <cstdint>
#include <string_view>

namespace haetae::content {

// What a page says of itself for filters. Only ever a reason to block: a page that calls itself
// harmless is judged like any other.
struct SelfLabels {
  // The label of the Association of Sites Advocating Child Protection: "for adults".
  bool rta = false;
  // meta rating: adult, mature, restricted, 18+ and the like.
  bool adult_rating = false;
  // ICRA (PICS service ratingsv02) and RSACi: what the labels tell of the page.
  bool icra_sexual = false;  // genitals or sexual acts, not in a context of art, medicine, teaching
  bool icra_violence = false;  // killing, torture, blood and dismemberment, rape
  bool icra_drugs = false;     // drug use
  bool icra_gambling = false;
  // The youngest age that the page is for, of age.xml and age-de.xml labels: 0, 6, 12, 16, 18. 255:
  // not told.
  static constexpr std::uint8_t kNoAge = 255;
  std::uint8_t age = kNoAge;

  bool any() const noexcept {
    return rta || adult_rating || icra_sexual || icra_violence || icra_drugs || icra_gambling ||
           age != kNoAge;
  }
};

// Reads one meta element, or one field of the response's head: both carry the same labels. Of
// several, all count.
// name: of the field, or the element's name, property or http-equiv; letters of either case.
void read_self_label(std::string_view name, std::string_view content, SelfLabels& labels) noexcept;

}  // namespace haetae::content
