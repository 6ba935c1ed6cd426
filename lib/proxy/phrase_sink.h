#pragma once

#include "content/body_text.h"
#include "list/phrase_scan.h"

namespace haetae::proxy {

// Leads the text of a page to a scan for phrases; to nobody where there is none.
class PhraseSink final : public content::TextSink {
 public:
  explicit PhraseSink(list::PhraseScan* scan) noexcept : scan_(scan) {}

  void take(std::string_view text, content::Place place) noexcept override {
    if (scan_ == nullptr) return;
    scan_->feed(
        text, place == content::Place::Title ? list::PhrasePlace::Title : list::PhrasePlace::Body);
  }

 private:
  list::PhraseScan* scan_;
};

}  // namespace haetae::proxy
