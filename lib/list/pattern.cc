#include "list/pattern.h"

#include <xxhash.h>

#include <string_view>

#include "list/phrase.h"

namespace haetae::list {
namespace {

// Every text behind its size, so that none runs into the next.
void add(std::string& written, std::string_view text) {
  written += std::to_string(text.size());
  written += ' ';
  written += text;
}

void add(std::string& written, int number) {
  written += std::to_string(number);
  written += ' ';
}

PatternDigest digest(std::string_view written) {
  const XXH128_hash_t hash = XXH3_128bits(written.data(), written.size());
  return {hash.high64, hash.low64};
}

}  // namespace

PatternDigest digest_of(std::span<const Pattern> patterns) {
  std::string written;
  for (const Pattern& pattern : patterns) {
    add(written, pattern.id);
    add(written, pattern.expression);
    add(written, int{pattern.category});
    add(written, int{pattern.weight});
    add(written, static_cast<int>(pattern.place));
    add(written, pattern.word);
    add(written, pattern.sample);
    add(written, static_cast<int>(pattern.except.size()));
    for (const std::string& word : pattern.except) add(written, word);
  }
  return digest(written);
}

PatternDigest digest_of(std::span<const Phrase> phrases) {
  std::string written;
  for (const Phrase& phrase : phrases) {
    add(written, phrase.id);
    add(written, int{phrase.category});
    add(written, int{phrase.weight});
    add(written, phrase.title_only ? 1 : 0);
    add(written, static_cast<int>(phrase.parts.size()));
    for (const PhrasePart& part : phrase.parts) {
      add(written, part.text);
      add(written, (part.starts_word ? 1 : 0) + (part.ends_word ? 2 : 0));
    }
  }
  return digest(written);
}

}  // namespace haetae::list
