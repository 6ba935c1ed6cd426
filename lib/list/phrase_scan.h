#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "list/phrase_set.h"

namespace haetae::limits {
// What words of innocence take off at most in one category: whoever fills a harmful page with words
// of hospitals and courts is not hidden by them.
inline constexpr std::int32_t kPhraseInnocenceMax = 300;
}  // namespace haetae::limits

namespace haetae::list {

// What the phrases say of one page: the categories with a positive sum, highest first. A fact about
// the page, not a verdict.
struct PhraseScore {
  struct Row {
    CategoryId category = kNoCategory;
    std::int32_t score = 0;
    std::uint16_t heaviest = 0;  // place of the phrase that weighed most
    friend bool operator==(const Row&, const Row&) = default;
  };
  std::array<Row, limits::kPhraseCategoriesMax> rows;
  std::uint8_t count = 0;
  std::span<const Row> all() const noexcept { return {rows.data(), count}; }
};

// Reads one page after the other, as it comes. Costs some 30 KB with 5,000 phrases; allocates when
// it is made and never again. Keeps its set alive: a page that began before a reload ends with the
// phrases that it began with.
class PhraseScan {
 public:
  explicit PhraseScan(std::shared_ptr<const PhraseSet> set);
  PhraseScan(PhraseScan&&) noexcept = default;
  PhraseScan& operator=(PhraseScan&&) noexcept = default;

  // Begins a new page. Nothing of the last one is left.
  void start() noexcept;
  // text: the next piece of what stands at this place of the page, a blank before its first word
  // (see list/phrase_text.h). The pieces of one place are one text, wherever they are cut.
  void feed(std::string_view text, PhrasePlace place) noexcept;
  // The page ends here: its last words are whole.
  void finish() noexcept;

  // What was found so far. Looks at what was fed and waits for more first; a word at the very end
  // counts when something follows or the page is finished. Costs little where nothing came since.
  const PhraseScore& score() noexcept;

  // The phrases that counted, in the order in which they did. As of the last score() or finish().
  struct Counted {
    std::uint16_t phrase;  // place in PhraseSet::phrases()
    bool twice;            // it stands in a title, too
  };
  std::span<const Counted> counted() const noexcept { return counted_; }

  const PhraseSet& set() const noexcept { return *set_; }

 private:
  // The text of one place that was not looked at yet, behind the end of what was: a phrase may
  // begin there.
  struct Waiting {
    std::vector<char> room;  // with PhraseIndex::kPaddingBytes behind the text
    std::size_t size = 0;
    std::size_t looked_at = 0;
    std::size_t free_bytes() const noexcept;
  };

  void look(PhrasePlace place) noexcept;
  void add(std::uint32_t literal, PhrasePlace place) noexcept;
  void count(std::uint16_t phrase, bool once_more) noexcept;
  void sum_up() noexcept;

  std::shared_ptr<const PhraseSet> set_;
  std::array<Waiting, kPhrasePlacesCount> waiting_;
  std::array<std::vector<std::uint64_t>, kPhrasePlacesCount> seen_;  // a bit for each literal
  // Of each combination: parts that are still missing in the page, and in its titles.
  std::array<std::vector<std::uint8_t>, kPhrasePlacesCount> missing_;
  std::vector<Counted> counted_;
  std::vector<std::uint16_t> counted_at_;  // of each phrase: if it counted, its place in counted_
  PhraseScore score_;
  bool is_summed_up_ = true;
};

}  // namespace haetae::list
