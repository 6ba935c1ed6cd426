// Paths of URLs, as a stranger may send them, read for the words of a search and as patterns read
// them: nothing is written outside of the room, and what is written is folded UTF-8.
#include <array>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "config/utf8.h"
#include "list/pattern_language.h"
#include "list/pattern_set.h"
#include "list/scan_text.h"
#include "policy/search_engines.h"

using namespace haetae;
using namespace haetae::list;

namespace {

const policy::SearchEngine& engine() {
  static const policy::SearchEngine made{.id = "engine",
                                         .hosts = {{.text = "engine.example"}},
                                         .forms = {{.path = "/search", .parameters = {"q", "as_q"}},
                                                   {.path = "/", .parameters = {"query"}},
                                                   {.path = "/tag/of", .in_path = true}}};
  return made;
}

// Room of just the size, so that a sanitizer sees every octet too many.
std::string terms_in(std::size_t size, std::string_view path) {
  const std::unique_ptr<char[]> room(new char[size]);
  return std::string(policy::search_terms(engine(), path, std::span(room.get(), size)));
}

PatternSet::Compiled patterns(PatternText text, PatternSet::Engine engine) {
  std::vector<Pattern> made;
  for (const char* const word : {"sex", "야동", "a b", "88"}) {
    for (const WordPlace place : {WordPlace::Anywhere, WordPlace::Start, WordPlace::Word}) {
      Pattern pattern;
      pattern.id = word;
      pattern.expression = escape_literal(word);
      pattern.category = 1;
      pattern.weight = 10;
      pattern.word = word;
      pattern.place = place;
      pattern.except = {std::string("x") + word};
      made.push_back(pattern);
    }
  }
  return *PatternSet::compile(made, {.engine = engine, .text = text});
}

struct Engines {
  explicit Engines(PatternText text)
      : hyperscan(patterns(text, PatternSet::Engine::Hyperscan).set),
        re2(patterns(text, PatternSet::Engine::Re2).set),
        one(hyperscan->make_scratch()),
        two(re2->make_scratch()) {}
  void agree(std::string_view text) const {
    const PatternScore a = hyperscan->scan(text, *one);
    const PatternScore b = re2->scan(text, *two);
    HAETAE_ASSERT(a.count == b.count && a.rows[0].score == b.rows[0].score);
  }
  std::shared_ptr<const PatternSet> hyperscan, re2;
  std::unique_ptr<PatternScratch> one, two;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Engines of_searches(PatternText::Search);
  static const Engines of_urls(PatternText::Url);
  static const policy::SearchEngines engines({engine()});
  static const Name host = name_of("www.engine.example");
  const std::string_view path = as_text(Bytes(data, size));

  const std::string terms = terms_in(kTermsScanBytesMax, path);
  HAETAE_ASSERT(config::first_bad_utf8(terms) == terms.size());
  HAETAE_ASSERT(terms.find("  ") == terms.npos && !terms.starts_with(' '));
  HAETAE_ASSERT(is_terms_text(terms) || terms.ends_with(' '));  // cut behind a blank
  for (const std::size_t room : {0, 1, 2, 3, 4, 7, 20}) {
    HAETAE_ASSERT(terms.starts_with(terms_in(room, path)));
  }
  of_searches.agree(terms);

  const std::unique_ptr<std::array<char, kUrlScanBytesMax>> room(
      new std::array<char, kUrlScanBytesMax>);
  const std::string_view url = url_scan_text(host, path, *room);
  HAETAE_ASSERT(url.starts_with("www.engine.example"));
  HAETAE_ASSERT(config::first_bad_utf8(url) == url.size());
  of_urls.agree(url);

  // Octets that are a name, too, are looked up as one.
  const auto name = Name::from_wire(Bytes(data, size));
  const policy::SearchEngine* const found = name ? engines.find(*name) : nullptr;
  HAETAE_ASSERT(found == nullptr || name->is_under(name_of("engine.example")));
  return 0;
}
