#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "daemon/commands/explain_output.h"
#include "list/phrase_scan.h"
#include "policy/page.h"

namespace haetae::daemon {

// A page that was saved in a file, read as the proxy reads it on its way.
class SavedPage {
 public:
  // phrases: of the policy; null: only what the page calls itself is read.
  // Error: why the file is no page, for a person.
  static std::expected<SavedPage, std::string> read(const std::filesystem::path& file,
                                                    std::shared_ptr<const list::PhraseSet> phrases);

  policy::PageFacts facts() const noexcept { return {scan_ ? &score_ : nullptr, labels_}; }

  // What the page calls itself, and what counted: by category, where a phrase accuses, its points
  // and its phrases. Those of categories that lead to help are never told one by one.
  void write_text(const Explanation& explanation, std::string& out) const;
  // The same as an object of JSON, for the key `page`.
  std::string json(const Explanation& explanation) const;

 private:
  SavedPage() = default;

  std::unique_ptr<list::PhraseScan> scan_;
  list::PhraseScore score_;
  policy::PageLabels labels_;
};

}  // namespace haetae::daemon
