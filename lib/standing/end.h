#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "policy/schedule.h"
#include "standing/catalogue.h"
#include "standing/entry.h"

namespace haetae::standing {

// When something is to end, as a person says it. Exactly one of the two.
struct End {
  std::optional<milliseconds> length;  // "30m", "1h 30m", "90 minutes", "2d": at least a second
  std::optional<Time> until;           // "until 21:00", "until tomorrow 07:00": in the future
};

// Reads the words of an end; no value if there are none. "until 21:00" is the next time the zone's
// clock shows it. Refuses a time of day while the clock is not set.
std::expected<std::optional<End>, Refusal> read_end(std::span<const std::string> words,
                                                    const Moment& now,
                                                    const policy::TimeZone& zone);

// "21:30 (Asia/Seoul)", "07:00 tomorrow (Asia/Seoul)", "2026-03-02 07:00 (Asia/Seoul)"; with
// seconds if it is near and not at a full minute.
std::string clock_text(Time time, const Moment& now, const policy::TimeZone& zone);

}  // namespace haetae::standing
