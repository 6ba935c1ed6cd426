#include "list/image_builder_sets.h"

#include <xxhash.h>

#include <algorithm>

#include "base/limits.h"
#include "list/image_format.h"

namespace haetae::list {

std::size_t SetPool::ByElements::operator()(SetId set) const noexcept {
  const auto elements = pool->elements(set);
  return XXH3_64bits(elements.data(), elements.size_bytes());
}

bool SetPool::ByElements::operator()(SetId a, SetId b) const noexcept {
  return std::ranges::equal(pool->elements(a), pool->elements(b));
}

std::size_t SetPool::StepHash::operator()(const Step& step) const noexcept {
  const std::uint64_t mixed = (step.element ^ step.set) * 0x9e3779b97f4a7c15ULL;
  return mixed ^ mixed >> 32 ^ static_cast<std::size_t>(step.set) << 7;
}

SetPool::SetPool()
    : starts_{0, 0}, known_(16, ByElements{this}, ByElements{this}), last_step_{0, ~0ULL} {
  known_.insert(kEmptySet);
}

SetId SetPool::intern(std::span<const std::uint64_t> elements) {
  if (elements_.size() + elements.size() > limits::kImageElementsMax) {
    full_ = true;
    return kEmptySet;
  }
  const SetId candidate = size();
  elements_.insert(elements_.end(), elements.begin(), elements.end());
  starts_.push_back(elements_.size());
  const auto [known, is_new] = known_.insert(candidate);
  if (is_new) return candidate;
  starts_.pop_back();
  elements_.resize(starts_.back());
  return *known;
}

SetId SetPool::with(SetId set, std::uint64_t element) {
  const Step step{set, element};
  if (step == last_step_) return last_set_;
  auto known = steps_.find(step);
  if (known == steps_.end()) {
    const auto now = elements(set);
    SetId result = set;
    if (!std::ranges::binary_search(now, element)) {
      if (now.size() >= limits::kImageSetElementsMax) {
        ++dropped_;
        return set;
      }
      scratch_.assign(now.begin(), now.end());
      scratch_.insert(std::ranges::upper_bound(scratch_, element), element);
      result = intern(scratch_);
    }
    known = steps_.emplace(step, result).first;
  }
  last_step_ = step;
  last_set_ = known->second;
  return last_set_;
}

SetId SetPool::inherit(SetId set, SetId above) {
  const Step step{set, above};
  if (const auto known = inherited_.find(step); known != inherited_.end()) return known->second;
  const auto now = elements(set);
  scratch_.assign(now.begin(), now.end());
  const std::size_t own_count = scratch_.size();
  for (const std::uint64_t packed : elements(above)) {
    Element element = format::unpack(packed);
    if (element.inherited || element.scope == RuleScope::Exact) continue;
    element.inherited = true;
    const std::uint64_t passed_on = format::pack(element);
    const auto held = std::span(scratch_).first(own_count);
    if (std::ranges::binary_search(held, packed) || std::ranges::binary_search(held, passed_on)) {
      continue;
    }
    if (scratch_.size() >= limits::kImageSetElementsMax) {
      ++dropped_;
      continue;
    }
    scratch_.push_back(passed_on);
  }
  std::ranges::sort(scratch_);
  const SetId result = intern(scratch_);
  inherited_.emplace(step, result);
  return result;
}

}  // namespace haetae::list
