#pragma once

#include <memory>
#include <string_view>

#include "content/body_text.h"
#include "list/phrase_scan.h"

namespace haetae::test {

// Scans whole pages as the proxy does: octets to words to phrases.
class PageScanner {
 public:
  explicit PageScanner(std::shared_ptr<const list::PhraseSet> phrases);

  // What stands in the page; until the next one is read.
  const list::PhraseScan& read(std::string_view content_type, std::string_view page);
  const list::PhraseScore& score() noexcept { return scan_.score(); }
  const content::SelfLabels& labels() const noexcept { return text_.labels(); }

 private:
  list::PhraseScan scan_;
  content::DecoderBudget budget_;
  content::BodyText text_;
  std::unique_ptr<content::BodyRoom> room_;
};

}  // namespace haetae::test
