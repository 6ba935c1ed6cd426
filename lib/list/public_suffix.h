#pragma once

#include <cstdint>

#include "base/name.h"

namespace haetae::list {

// What the Public Suffix List (publicsuffix.org) says of a name itself, not of what stands below
// it.
enum class PublicSuffix : std::uint8_t {
  No,
  Registry,  // the list's ICANN section: com, co.kr
  Private,   // a site that gives names to its customers: github.io, duckdns.org
};

// Costs about 200 ns. A top-level name that the list does not hold is No.
PublicSuffix public_suffix_kind(const Name& name) noexcept;

}  // namespace haetae::list
