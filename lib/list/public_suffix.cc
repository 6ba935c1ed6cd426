#include "list/public_suffix.h"

#include <libpsl.h>

#include <array>

namespace haetae::list {
namespace {

// Writes a host name as libpsl wants it: text without the final dot, closed by a zero octet. False
// if the name holds what no host name does.
bool write_host_name(const Name& name, std::array<char, limits::kNameBytesMax>& out) noexcept {
  char* at = out.data();
  for (std::size_t i = 0; i < name.label_count(); ++i) {
    for (const std::uint8_t octet : name.label(i)) {
      if (octet <= ',' || octet == '.' || octet == '/' || octet >= 127) return false;
      *at++ = static_cast<char>(octet);
    }
    *at++ = '.';
  }
  if (at == out.data()) return false;
  at[-1] = '\0';  // instead of the last dot
  return true;
}

}  // namespace

PublicSuffix public_suffix_kind(const Name& name) noexcept {
  std::array<char, limits::kNameBytesMax> text;  // as long as the wire form at most
  if (!write_host_name(name, text)) return PublicSuffix::No;
  const psl_ctx_t* const list = psl_builtin();
  // Without the star rule: else every unknown top-level name would be a suffix.
  constexpr int kKnown = PSL_TYPE_NO_STAR_RULE;
  if (psl_is_public_suffix2(list, text.data(), PSL_TYPE_ANY | kKnown) == 0) return PublicSuffix::No;
  return psl_is_public_suffix2(list, text.data(), PSL_TYPE_ICANN | kKnown) != 0
             ? PublicSuffix::Registry
             : PublicSuffix::Private;
}

}  // namespace haetae::list
