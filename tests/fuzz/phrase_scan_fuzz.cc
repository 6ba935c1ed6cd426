// Any text, cut anywhere and told of two places: the same phrases count however it is cut, they are
// those that a slow matcher finds, and nothing is read behind the pieces.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "list/phrase_scan.h"

using namespace haetae;
using namespace haetae::list;

namespace {

std::vector<Phrase> phrases() {
  struct Row {
    std::vector<std::string> parts;
    bool starts_word = true;
    bool ends_word = true;
    bool title_only = false;
  };
  const std::vector<Row> rows = {{{"sex"}},
                                 {{"a b"}},
                                 {{"av"}},
                                 {{"free sex video"}},
                                 {{"free", "sex", "av"}},
                                 {{"masturbat"}, true, false},
                                 {{"야동"}, false, false},
                                 {{"19금"}, false, false},
                                 {{"무료 야동"}, false, true},
                                 {{"av 배우"}, false, false},
                                 {{"야동", "무료"}, false, false},
                                 {{"sex"}, true, true, true}};
  std::vector<Phrase> made;
  for (const Row& row : rows) {
    Phrase phrase;
    phrase.id = row.parts.front();
    phrase.category = static_cast<CategoryId>(made.size() % 3);
    phrase.weight = static_cast<std::int16_t>(made.size() % 2 == 0 ? 30 : -10);
    for (const std::string& part : row.parts) {
      phrase.parts.push_back({part, row.starts_word, row.ends_word});
    }
    phrase.title_only = row.title_only;
    made.push_back(std::move(phrase));
  }
  return made;
}

const std::shared_ptr<const PhraseSet>& set() {
  static const std::shared_ptr<const PhraseSet> made = *PhraseSet::compile(phrases());
  return made;
}

// What counts, found by comparing every string at every place of the text.
struct Slow {
  std::string body;
  std::string title;

  static std::string ended(std::string_view text) {
    return std::string(text) + (text.empty() || text.ends_with(' ') ? "" : " ");
  }

  bool holds(const PhrasePart& part, bool in_title) const {
    const std::string what =
        (part.starts_word ? " " : "") + part.text + (part.ends_word ? " " : "");
    return title.contains(what) || (!in_title && body.contains(what));
  }
  bool holds(const Phrase& phrase, bool in_title) const {
    return std::ranges::all_of(phrase.parts,
                               [&](const PhrasePart& part) { return holds(part, in_title); });
  }
};

struct Result {
  std::vector<bool> counted = std::vector<bool>(set()->phrases().size());
  std::vector<bool> twice = counted;
  std::vector<PhraseScore::Row> rows;
  friend bool operator==(const Result&, const Result&) = default;
};

Result result_of(PhraseScan& scan) {
  Result result;
  for (const PhraseScan::Counted& one : scan.counted()) {
    HAETAE_ASSERT(!result.counted[one.phrase]);
    result.counted[one.phrase] = true;
    result.twice[one.phrase] = one.twice;
  }
  const auto rows = scan.score().all();
  result.rows.assign(rows.begin(), rows.end());
  return result;
}

// Room of just the size, so that a sanitizer sees every octet too many.
void feed(PhraseScan& scan, std::string_view piece, PhrasePlace place) {
  const std::unique_ptr<char[]> room(new char[piece.size()]);
  std::ranges::copy(piece, room.get());
  scan.feed({room.get(), piece.size()}, place);
}

}  // namespace

// The first octets say where the title begins and how the pieces are cut; the rest is the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kHeadBytes = 6;
  if (size < kHeadBytes) return 0;
  const std::string_view text = as_text(Bytes{data + kHeadBytes, size - kHeadBytes});
  const std::size_t cut = text.size() * data[0] / 256;
  const std::string_view body = text.substr(0, cut);
  const std::string_view title = text.substr(cut);

  static PhraseScan scan(set());
  scan.start();
  scan.feed(body, PhrasePlace::Body);
  scan.feed(title, PhrasePlace::Title);
  scan.finish();
  const Result whole = result_of(scan);

  scan.start();
  std::size_t step = 1;
  for (std::string_view rest = text; !rest.empty(); ++step) {
    const bool in_body = rest.size() > title.size();
    const std::size_t left = in_body ? rest.size() - title.size() : rest.size();
    const std::size_t piece = std::min<std::size_t>(left, data[1 + step % (kHeadBytes - 1)] + 1U);
    feed(scan, rest.substr(0, piece), in_body ? PhrasePlace::Body : PhrasePlace::Title);
    if (data[step % kHeadBytes] % 4 == 0) scan.score();
    rest.remove_prefix(piece);
  }
  scan.finish();
  const Result in_pieces = result_of(scan);
  HAETAE_ASSERT(in_pieces == whole);

  const Slow slow{Slow::ended(body), Slow::ended(title)};
  for (std::size_t i = 0; i < set()->phrases().size(); ++i) {
    const Phrase& phrase = set()->phrases()[i];
    HAETAE_ASSERT(whole.counted[i] == slow.holds(phrase, phrase.title_only));
    HAETAE_ASSERT(whole.twice[i] == (!phrase.title_only && slow.holds(phrase, true)));
  }
  return 0;
}
