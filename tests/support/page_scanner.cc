#include "support/page_scanner.h"

#include "base/bytes.h"
#include "proxy/phrase_sink.h"

namespace haetae::test {
namespace {

constexpr std::size_t kDecoderBytes = 16 * 1024 * 1024;

}  // namespace

PageScanner::PageScanner(std::shared_ptr<const list::PhraseSet> phrases)
    : scan_(std::move(phrases)),
      budget_(kDecoderBytes),
      text_(budget_),
      room_(std::make_unique<content::BodyRoom>()) {}

const list::PhraseScan& PageScanner::read(std::string_view content_type, std::string_view page) {
  proxy::PhraseSink sink(&scan_);
  scan_.start();
  if (text_.start(content_type, {})) {
    text_.feed(as_bytes(page), *room_, sink);
    text_.finish(*room_, sink);
  }
  scan_.finish();
  return scan_;
}

}  // namespace haetae::test
