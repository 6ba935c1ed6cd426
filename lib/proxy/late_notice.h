#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/response.h"

namespace haetae::proxy {

// Whether words of ours can be read behind any part of such a body: it is HTML, and packed in
// nothing.
bool takes_notice(const Response& response) noexcept;

// A notice as the octets that go on with a body: of a chunk, or of a body with a length, `left`
// octets are still to come. The body is not whole behind it, so that nobody keeps it. Empty: there
// is no room.
std::string framed_notice(std::string_view notice, Framing framing, std::uint64_t left);

}  // namespace haetae::proxy
