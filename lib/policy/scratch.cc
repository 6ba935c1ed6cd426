#include <algorithm>

#include "policy/decide.h"

namespace haetae::policy {

Scratch::Scratch(const Policy& policy) : states_(policy.profiles.size()) {
  for (std::size_t text = 0; text < list::kPatternTextsCount; ++text) {
    const PatternsOfText& patterns = policy.patterns(static_cast<list::PatternText>(text));
    if (patterns.set != nullptr) patterns_[text] = patterns.set->make_scratch();
  }
  for (std::size_t i = 0; i < policy.profiles.size(); ++i) {
    const std::vector<ProfileService>& services = policy.profiles[i].services;
    const auto has_hours = [](const ProfileService& service) { return !service.hours.empty(); };
    if (std::ranges::any_of(services, has_hours)) states_[i].hours.resize(services.size());
  }
}

Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;
Scratch::~Scratch() = default;

NameFacts Scratch::look_up(const Policy& policy, const Name& name) noexcept {
  hash_suffixes(name, policy.names.image().key(), hashes_);
  return look_up(policy, hashes_);
}

NameFacts Scratch::look_up(const Policy& policy, const NameHashes& hashes) noexcept {
  NameFacts facts;
  facts.listed = policy.names.find(hashes);
  for (std::size_t label = 0; label <= hashes.label_count; ++label) {
    const std::uint32_t* const span = policy.well_known.find(hashes.at[label]);
    if (span == nullptr) continue;
    facts.marks = *span;
    facts.marks_whole_name = label == 0;
    break;
  }
  return facts;
}

void Scratch::prefetch(const Policy& policy, const Name& name) noexcept {
  hash_suffixes(name, policy.names.image().key(), hashes_);
  policy.names.image().prefetch(hashes_);
}

NameFacts Scratch::look_up(const Policy& policy, const IpAddress& address) const noexcept {
  NameFacts facts;
  facts.listed = policy.names.find(address);
  return facts;
}

NameFacts Scratch::look_up(const Policy& policy, const Request& request) noexcept {
  if (request.name != nullptr) return look_up(policy, *request.name);
  return request.address != nullptr ? look_up(policy, *request.address) : NameFacts{};
}

}  // namespace haetae::policy
