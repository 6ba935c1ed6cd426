#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/fold.h"
#include "base/name.h"

namespace haetae::list {

// What of a URL and of the words of one search is looked at. Browsers and engines cut both near
// 2,000 letters; a scan of so much takes some microseconds.
inline constexpr std::size_t kUrlScanBytesMax = 4096;
inline constexpr std::size_t kTermsScanBytesMax = 2048;

// "host/path?query" as patterns of URLs read it: escapes undone, folded (base/fold.h), and what
// stands between words there, a blank, '+' or '_', as '-'. For matching, never for display. Hot
// path; writes only into room.
// path: what follows the authority, as it was sent.
std::string_view url_scan_text(const Name& host, std::string_view path,
                               std::span<char, kUrlScanBytesMax> room) noexcept;

// What somebody searches for, as patterns of searches read it: words of letters and digits, folded,
// with one blank between them: "How to  BUILD a “bomb”?" is "how to build a bomb". Other signs are
// blanks, but an apostrophe is nothing: "don't" is "dont".
class TermsText {
 public:
  explicit TermsText(std::span<char> room) noexcept : folded_(room) {}

  // Adds one piece: the value of a query's parameter, or a part of a path, as it was sent ('+' is a
  // blank). Pieces are apart from each other.
  void add(std::string_view raw) noexcept;
  std::string_view text() const noexcept { return folded_.text(); }

 private:
  FoldedText folded_;
  bool is_apart_ = false;
};

// True if the text is as TermsText would write it: what a pattern's words must be.
bool is_terms_text(std::string_view text) noexcept;

}  // namespace haetae::list
