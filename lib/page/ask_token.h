#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/time.h"
#include "policy/policy.h"

namespace haetae::page {

using AskKey = std::array<std::uint8_t, 32>;

// Who asks, for tokens and limits: the device by its name, else the address.
std::string asker_of(const policy::Policy& policy, const policy::Identity& who,
                     const IpAddress& address);

// What makes an ask button work for one asker, one subject and a while only: HMAC-SHA-256 (RFC
// 2104) over all three. Letters and digits. subject: the text of an AskSubject.
std::string ask_token(const AskKey& key, std::string_view asker, std::string_view subject,
                      Time now);

enum class TokenCheck : std::uint8_t { Good, Old, Wrong };
// token: any octets, as they came.
TokenCheck check_token(const AskKey& key, std::string_view token, std::string_view asker,
                       std::string_view subject, Time now);

}  // namespace haetae::page
