#include "list/phrase_self_test.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "list/phrase_scan.h"
#include "list/phrase_text.h"

namespace haetae::list {
namespace {

// Odd, so that the pieces of a page are cut everywhere.
constexpr std::size_t kPieceBytes = 997;

// Which literals of a set a text holds, found without the index that is examined. By the first two
// octets: asking every literal at every place would make each start wait.
class HeldLiterals {
 public:
  explicit HeldLiterals(const PhrasePlan& plan) : plan_(plan), by_start_(kStarts) {
    for (std::uint32_t i = 0; i < plan.literals().size(); ++i) {
      by_start_[start_of(plan.literals()[i])].push_back(i);
    }
  }

  std::vector<bool> find(std::string_view text) const {
    std::vector<bool> held(plan_.literals().size());
    for (; text.size() > 1; text.remove_prefix(1)) {
      for (const std::uint32_t i : by_start_[start_of(text)]) {
        if (text.starts_with(plan_.literals()[i])) held[i] = true;
      }
    }
    return held;
  }

 private:
  static constexpr std::size_t kStarts = 256 * 256;
  // text: of two octets at least, as every literal is.
  static std::size_t start_of(std::string_view text) {
    return static_cast<std::size_t>(static_cast<std::uint8_t>(text[0])) << 8 |
           static_cast<std::uint8_t>(text[1]);
  }

  const PhrasePlan& plan_;
  std::vector<std::vector<std::uint32_t>> by_start_;
};

// A page of every second phrase, its parts on lines of their own.
std::string page_of(const std::vector<Phrase>& phrases, std::size_t first) {
  std::string page;
  for (std::size_t i = first; i < phrases.size(); i += 2) {
    for (const PhrasePart& part : phrases[i].parts) page += "haetae " + part.text + " 7\n";
  }
  return " " + phrase_text(page);
}

std::vector<bool> scanned(PhraseScan& scan, std::string_view page, PhrasePlace place) {
  scan.start();
  for (std::size_t at = 0; at < page.size(); at += kPieceBytes) {
    scan.feed(page.substr(at, kPieceBytes), place);
  }
  scan.finish();
  std::vector<bool> counted(scan.set().phrases().size());
  for (const PhraseScan::Counted& found : scan.counted()) counted[found.phrase] = true;
  return counted;
}

}  // namespace

std::optional<std::string> first_wrong_answer(const std::shared_ptr<const PhraseSet>& set) {
  const PhrasePlan& plan = set->plan();
  const HeldLiterals literals(plan);
  PhraseScan scan(set);
  for (const PhrasePlace place : {PhrasePlace::Body, PhrasePlace::Title}) {
    const bool in_title = place == PhrasePlace::Title;
    const std::string page = page_of(set->phrases(), in_title ? 1 : 0);
    const std::vector<bool> counted = scanned(scan, page, place);
    const std::vector<bool> held = literals.find(page);
    std::vector<bool> expected(set->phrases().size(), true);
    for (std::uint32_t i = 0; i < held.size(); ++i) {
      if (held[i]) continue;
      for (const std::uint16_t phrase : plan.phrases_of(i)) expected[phrase] = false;
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const Phrase& phrase = set->phrases()[i];
      if (counted[i] == (expected[i] && (in_title || !phrase.title_only))) continue;
      return std::string("the phrase index ") + (counted[i] ? "invents" : "misses") +
             " the known answer of " + phrase.id;
    }
  }
  return std::nullopt;
}

}  // namespace haetae::list
