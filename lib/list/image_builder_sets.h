#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "list/image.h"

namespace haetae::list {

// Interned sets of packed elements (format::pack), ascending. Set 0 is empty. The steps by which
// sets grow are remembered, so that millions of names cost little beyond their distinct sets.
class SetPool {
 public:
  SetPool();
  SetPool(const SetPool&) = delete;
  SetPool& operator=(const SetPool&) = delete;

  // The set with one more element.
  SetId with(SetId set, std::uint64_t element);
  // The set with the subtree rules of a name above, marked as inherited, as far as the set does not
  // hold the same rule itself. Inherited elements of `above` are not passed on: they are own ones
  // of a name further up.
  SetId inherit(SetId set, SetId above);

  std::span<const std::uint64_t> elements(SetId set) const {
    return {elements_.data() + starts_[set], starts_[set + std::size_t{1}] - starts_[set]};
  }
  SetId size() const { return static_cast<SetId>(starts_.size() - 1); }
  // How often an element was left out, because a set was at limits::kImageSetElementsMax.
  std::uint64_t dropped() const { return dropped_; }
  bool full() const { return full_; }  // limits::kImageElementsMax was reached

 private:
  // Looks sets up by their elements. The set under construction stands at the end of the pool.
  struct ByElements {
    const SetPool* pool;
    std::size_t operator()(SetId set) const noexcept;
    bool operator()(SetId a, SetId b) const noexcept;
  };
  struct Step {
    SetId set;
    std::uint64_t element;
    friend bool operator==(const Step&, const Step&) = default;
  };
  struct StepHash {
    std::size_t operator()(const Step& step) const noexcept;
  };

  SetId intern(std::span<const std::uint64_t> elements);

  std::vector<std::uint64_t> elements_;
  std::vector<std::size_t> starts_;
  std::unordered_set<SetId, ByElements, ByElements> known_;
  std::unordered_map<Step, SetId, StepHash> steps_;      // of with()
  std::unordered_map<Step, SetId, StepHash> inherited_;  // of inherit(); element is the set above
  Step last_step_{};
  SetId last_set_ = 0;
  std::vector<std::uint64_t> scratch_;
  std::uint64_t dropped_ = 0;
  bool full_ = false;
};

}  // namespace haetae::list
