#pragma once

#include <array>
#include <expected>

#include "base/limits.h"
#include "base/name.h"
#include "wire/parse_error.h"
#include "wire/reader.h"

namespace haetae::wire {

// Reads a name at the reader's place, following compression pointers into in.whole(), which must be
// the message from its header on (RFC 1035, section 4.1.4). A pointer must point strictly before
// the run of labels it ends and not into the header, so every walk ends. The reader goes on after
// the name's own octets; after an error it is spent.
std::expected<Name, ParseError> read_name(WireReader& in) noexcept;
// The same into the caller's Name, whatever it held; on error it holds some name.
std::expected<void, ParseError> read_name(WireReader& in, Name& out) noexcept;

// The same in the sender's letter case: for copying, never for comparing.
struct CasedName {
  std::array<std::uint8_t, limits::kNameBytesMax> octets;
  std::uint8_t size = 0;
  Bytes wire() const noexcept { return {octets.data(), size}; }
};
std::expected<void, ParseError> read_cased_name(WireReader& in, CasedName& out) noexcept;

// Goes past a name without following its pointer; checks its own octets only.
std::expected<void, ParseError> skip_name(WireReader& in) noexcept;

}  // namespace haetae::wire
