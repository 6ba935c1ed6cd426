#pragma once

#include "content/self_labels.h"
#include "policy/page.h"

namespace haetae::proxy {

// What a page calls itself, as the policy judges it.
inline policy::PageLabels labels_of(const content::SelfLabels& labels) noexcept {
  static_assert(content::SelfLabels::kNoAge == policy::PageLabels::kNoAge);
  return {.adult = labels.rta || labels.adult_rating || labels.icra_sexual,
          .violence = labels.icra_violence,
          .drugs = labels.icra_drugs,
          .gambling = labels.icra_gambling,
          .age = labels.age};
}

}  // namespace haetae::proxy
