// Any wire name through host_scan_text and a scan with each engine: the texts stay in their room,
// the engines agree, and what Punycode decodes to is UTF-8.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/assert.h"
#include "list/host_text.h"
#include "list/pattern_language.h"
#include "list/pattern_set.h"
#include "list/punycode.h"

namespace {

using namespace haetae;
using namespace haetae::list;

std::vector<Pattern> patterns() {
  std::vector<Pattern> made;
  for (const char* const word : {"sex", "bet", "토토", "88", "a-b"}) {
    for (const WordPlace place :
         {WordPlace::Anywhere, WordPlace::Start, WordPlace::End, WordPlace::Edge, WordPlace::Word,
          WordPlace::Label, WordPlace::Tld}) {
      Pattern pattern;
      pattern.id = word;
      pattern.expression = escape_literal(word);
      pattern.category = 1;
      pattern.weight = 10;
      pattern.word = word;
      pattern.place = place;
      pattern.except = {std::string("x") + word, std::string(word) + word + "y"};
      made.push_back(pattern);
    }
  }
  return made;
}

struct Engine {
  explicit Engine(PatternSet::Engine kind)
      : set(PatternSet::compile(patterns(), {kind, {}})->set), scratch(set->make_scratch()) {}
  std::vector<std::uint16_t> hits(std::string_view text) const {
    const auto found = set->hits(text, *scratch);
    std::vector<std::uint16_t> sorted(found.begin(), found.end());
    std::ranges::sort(sorted);
    return sorted;
  }
  std::shared_ptr<const PatternSet> set;
  std::unique_ptr<PatternScratch> scratch;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Engine hyperscan(PatternSet::Engine::Hyperscan);
  static const Engine re2(PatternSet::Engine::Re2);
  const Bytes input{data, size};
  const auto name = Name::from_wire(input);
  std::array<char, Name::kTextBytesMax> room;
  // Octets that are no name still make a text, and a label for the decoder.
  const std::string_view text = name ? host_scan_text(*name, room) : as_text(input);
  HAETAE_ASSERT(hyperscan.hits(text) == re2.hits(text));
  const PatternScore one = hyperscan.set->scan(text, *hyperscan.scratch);
  const PatternScore two = re2.set->scan(text, *re2.scratch);
  HAETAE_ASSERT(one.count == two.count && one.rows[0].score == two.rows[0].score);

  std::array<char, 300> out;
  const std::size_t written = decode_punycode(as_text(input), out);
  HAETAE_ASSERT(written <= 4 * limits::kLabelBytesMax);
  return 0;
}
