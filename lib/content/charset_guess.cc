#include <algorithm>

#include "base/utf8.h"
#include "content/charset.h"
#include "content/transcoder.h"

namespace haetae::content {
namespace {

constexpr std::uint8_t at_or_nul(Bytes octets, std::size_t at) noexcept {
  return at < octets.size() ? octets[at] : 0;
}

bool is_utf8(Bytes octets, bool is_end) noexcept {
  for (std::size_t at = 0; at < octets.size();) {
    const std::size_t size = utf8_size(octets[at], at_or_nul(octets, at + 1));
    const bool is_cut = !is_end && octets.size() - at < 4;
    if (size == 0) return is_cut && at + 1 == octets.size();
    if (size > octets.size() - at) return is_cut;
    for (std::size_t i = 2; i < size; ++i) {
      if (!is_utf8_tail(octets[at + i])) return false;
    }
    at += size;
  }
  return true;
}

// Korean in CP949: pairs alone, and nearly all of them in the rows of KS X 1001 that hold Hangul.
// Of Chinese in GB 2312 four characters in ten lie beyond those rows, of Japanese in EUC-JP nearly
// all lie before them.
bool is_korean(Bytes octets) noexcept {
  constexpr std::uint8_t kSigns = 0xa1, kSignsLast = 0xa3, kHangul = 0xb0, kHangulLast = 0xc8;
  std::size_t letters = 0, hangul = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const std::uint8_t lead = octets[i];
    if (lead < 0x80) continue;
    if (i + 1 == octets.size()) break;
    const std::uint8_t tail = octets[++i];
    if (lead == 0x80 || lead == 0xff || tail < 0x41 || tail == 0xff) return false;
    if (lead >= kSigns && lead <= kSignsLast) continue;
    ++letters;
    hangul += lead >= kHangul && lead <= kHangulLast && tail >= 0xa1;
  }
  return letters > 0 && hangul * 100 >= letters * 85;
}

std::optional<Charset> iso_2022(std::string_view text) noexcept {
  if (text.starts_with("\x1b$)C")) return Charset::Iso2022Kr;
  if (text.starts_with("\x1b$") || text.starts_with("\x1b(")) return Charset::Iso2022Jp;
  return std::nullopt;
}

}  // namespace

Charset guess_charset(Bytes octets, bool is_end) noexcept {
  if (const std::optional<Charset> found = iso_2022(as_text(octets))) return *found;
  if (is_utf8(octets, is_end)) return Charset::Utf8;
  if (is_korean(octets)) return Charset::Cp949;
  return detect_charset(octets).value_or(Charset::Windows1252);
}

}  // namespace haetae::content
