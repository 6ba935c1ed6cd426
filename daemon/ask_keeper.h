#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/journal_file.h"
#include "page/asks.h"
#include "page/block_page.h"
#include "policy/schedule.h"

namespace haetae::daemon {

// What children asked for, on the disk before they are told so: asks.jsonl in the state folder.
// From any thread.
class AskKeeper {
 public:
  // Restores what the journal holds; what of it cannot be read is told on standard error.
  explicit AskKeeper(const std::filesystem::path& state);

  page::Asked ask(page::Ask ask, Time now);
  std::vector<page::Ask> all(Time now);

 private:
  std::mutex mutex_;
  JournalFile journal_;
  page::Asks asks_;
  std::size_t lines_ = 0;  // of the journal
};

}  // namespace haetae::daemon
