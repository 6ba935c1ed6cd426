#pragma once

#include <chrono>
#include <cstddef>

// Limits of pages and of what is asked on them.
namespace haetae::limits {

// How often a page looks ahead for the moment at which a site opens: two edges a day are a week.
// With more, no time is shown.
inline constexpr int kOpeningEdgesMax = 16;
// An ask button works for so long; then the page is to be opened anew.
inline constexpr std::chrono::hours kAskTokenLife{12};
// Asks that are kept, some 0.3 KB each; with more the oldest goes.
inline constexpr std::size_t kAsksMax = 1000;
// An ask is forgotten after so long.
inline constexpr std::chrono::days kAsksKept{14};
// Asks of one device in an hour; further ones are refused kindly.
inline constexpr std::size_t kAsksPerHour = 10;
// The same is not asked twice within this time.
inline constexpr std::chrono::hours kAskAgainAfter{1};
// Asks of everybody in an hour: who takes a new address for each must not push out the others'.
inline constexpr std::size_t kAsksOfAllPerHour = 300;
// A line of the asks' journal; a longer one is none of ours.
inline constexpr std::size_t kAskLineBytesMax = 4096;
// Blocks that a device's own page shows.
inline constexpr std::size_t kRecentBlocksMax = 20;
// Devices whose blocks are remembered, some 3 KB each; with more, the one that was quiet for
// longest is forgotten.
inline constexpr std::size_t kRecentDevicesMax = 1024;
// Answers that were blocked though their names were not, some 0.4 KB each, and for how long:
// browsers keep an address for a minute, whatever its TTL says.
inline constexpr std::size_t kAnswerBlocksMax = 1024;
inline constexpr std::chrono::minutes kAnswerBlocksKept{2};
// Sites that a device's own page names of one rule; the rest is left out.
inline constexpr std::size_t kRuleNamesMax = 30;
// Languages of one Accept-Language header that are looked at.
inline constexpr std::size_t kAcceptLanguagesMax = 32;
// Help lines on one page: who needs one does not read a list.
inline constexpr std::size_t kHelpLinesMax = 6;

}  // namespace haetae::limits
