#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>

#include "config/config.h"
#include "config/fault.h"
#include "config/rules.h"
#include "list/delta.h"
#include "list/image.h"
#include "list/pattern_set.h"
#include "list/phrase_set.h"
#include "policy/policy.h"

namespace haetae::build {

struct PolicyParts {
  const config::Config& config;
  const config::Rules& rules;
  std::shared_ptr<const list::Image> image;
  std::shared_ptr<const list::Delta> delta;  // null: no edits
  std::array<std::shared_ptr<const list::PatternSet>, list::kPatternTextsCount>
      patterns;                                    // by PatternText; null: no patterns
  std::shared_ptr<const list::PhraseSet> phrases;  // null: pages are not scanned
  std::uint64_t generation = 1;
};

// Turns names into ids and freezes everything into a Policy. A list of the configuration that the
// image does not hold (it could not be compiled) is missing: that is added to warnings, for the
// other lists still protect.
std::expected<std::shared_ptr<const policy::Policy>, config::Faults> build_policy(
    const PolicyParts& parts, config::Faults& warnings);

}  // namespace haetae::build
