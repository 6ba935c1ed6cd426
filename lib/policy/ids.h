#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

#include "list/rule.h"

namespace haetae::policy {

using list::CategoryId;
using list::kNoCategory;
using list::kNoList;
using list::ListId;

// Places in the Policy's tables, from 0.
using ProfileId = std::uint16_t;
using DeviceId = std::uint32_t;
using ServiceId = std::uint16_t;
using EngineId = std::uint16_t;     // a row of rules/safe_search.yaml
using InterfaceId = std::uint16_t;  // an interface that a network is named by
inline constexpr DeviceId kUnknownDevice = 0xffffffff;
inline constexpr std::uint16_t kNone = 0xffff;

// Wider than 64 on purpose: sites add categories of their own.
inline constexpr std::size_t kCategoriesMax = 256;
using CategorySet = std::bitset<kCategoriesMax>;

}  // namespace haetae::policy
