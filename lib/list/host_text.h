#pragma once

#include <span>
#include <string_view>

#include "base/name.h"

namespace haetae::list {

// A host name as the patterns of PatternSet read it: presentation form without the final dot, every
// A-label ("xn--…") replaced by the UTF-8 of what it stands for (RFC 3492), because its letters are
// a coding and not words: words of other scripts would be missed and chance ones found. An A-label
// that does not decode stays as it is. For matching, never for display. Hot path; writes only into
// out.
std::string_view host_scan_text(const Name& name,
                                std::span<char, Name::kTextBytesMax> out) noexcept;

}  // namespace haetae::list
