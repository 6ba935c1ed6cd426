#include "list/phrase_text.h"

#include <cstdint>

#include "base/utf8.h"

namespace haetae::list {
namespace {

enum class Script : std::uint8_t { Latin, Wide, Other };

Script script_of(char octet, Script before) noexcept {
  if (octet >= 'a' && octet <= 'z') return Script::Latin;
  if (starts_wide(octet)) return Script::Wide;
  const bool goes_on = is_utf8_tail(static_cast<std::uint8_t>(octet));
  return goes_on ? before : Script::Other;
}

}  // namespace

std::string phrase_text(std::string_view text) {
  std::string written;
  Script before = Script::Other;
  for (const char octet : text) {
    const Script script = script_of(octet, before);
    if (octet == '\n') {
      written += " \n ";
    } else {
      const bool scripts_meet = (before == Script::Latin && script == Script::Wide) ||
                                (before == Script::Wide && script == Script::Latin);
      if (scripts_meet) written += ' ';
      written += octet;
    }
    before = script;
  }
  return written;
}

}  // namespace haetae::list
