#include "list/pattern.h"

#include <xxhash.h>

#include <string_view>

namespace haetae::list {
namespace {

// Every text behind its size, so that none runs into the next.
void add(std::string& written, std::string_view text) {
  written += std::to_string(text.size());
  written += ' ';
  written += text;
}

}  // namespace

PatternDigest digest_of(std::span<const Pattern> patterns) {
  std::string written;
  for (const Pattern& pattern : patterns) {
    add(written, pattern.id);
    add(written, pattern.expression);
    for (const int number :
         {int{pattern.category}, int{pattern.weight}, static_cast<int>(pattern.place)}) {
      written += std::to_string(number);
      written += ' ';
    }
    add(written, pattern.word);
    add(written, pattern.sample);
    written += std::to_string(pattern.except.size());
    written += ' ';
    for (const std::string& word : pattern.except) add(written, word);
  }
  const XXH128_hash_t hash = XXH3_128bits(written.data(), written.size());
  return {hash.high64, hash.low64};
}

}  // namespace haetae::list
