#pragma once

#include <cstdint>

#include "base/address.h"
#include "base/name.h"

namespace haetae::list {

// A category's place in rules/categories.yaml, from 0. Sets of categories may be wider than 64.
using CategoryId = std::uint16_t;
inline constexpr CategoryId kNoCategory = 0xffff;

// A list's place among the lists of one image, from 0.
using ListId = std::uint16_t;
inline constexpr ListId kNoList = 0xffff;

// An interned set of elements: all that an image says of one name or prefix, in one number.
using SetId = std::uint32_t;
inline constexpr SetId kEmptySet = 0;  // no list speaks of it

enum class RuleAction : std::uint8_t { Block, Allow };   // Allow: AdBlock's @@, RPZ's rpz-passthru.
enum class RuleScope : std::uint8_t { Exact, Subtree };  // Subtree: the name and all below it.

// One line of a list that speaks of addresses: it blocks all of the prefix.
struct AddressRule {
  Cidr prefix;
};

// One line of a list that speaks of a name.
struct Rule {
  Name name;
  RuleAction action = RuleAction::Block;
  RuleScope scope = RuleScope::Subtree;
  bool important = false;  // AdBlock's $important: beats exceptions of the same list
};

}  // namespace haetae::list
