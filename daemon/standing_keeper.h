#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daemon/journal_file.h"
#include "standing/catalogue.h"
#include "standing/order.h"
#include "standing/overview.h"

namespace haetae::daemon {

// Keeps what guardians said: carries out their words, writes them to the journal of the state
// folder, follows the clock, and makes the Standing that workers read. For the control thread.
class StandingKeeper {
 public:
  // Restores what the journal holds; what of it cannot be read is told on standard error.
  StandingKeeper(const std::filesystem::path& state, standing::Catalogue catalogue);

  // A new policy: the next standing() is made for it.
  void take_up(standing::Catalogue catalogue);
  // True if standing() would be another one than it was when it was asked last.
  bool has_changed() const noexcept { return changed_; }
  // For the policy taken up last; to be published after it.
  std::shared_ptr<const policy::Standing> standing();

  // One word of a guardian: done when this returns, once standing() is published.
  struct Answer {
    std::vector<std::string> said;
    std::string why_not_kept;  // a restart would forget it, and why; empty: it is kept
  };
  std::expected<Answer, standing::Refusal> carry_out(std::string_view command,
                                                     const std::vector<std::string>& words);

  // Borrows this keeper until the next call.
  standing::Overview overview();
  const policy::TimeZone& zone() const noexcept { return catalogue_.policy().zone; }

  // Looks at the clock; call at least every second. Returns true if it was set back since the last
  // call: what counts by the wall clock now counts wrong.
  bool on_beat();

 private:
  void restore();
  void tell_what_waits();
  // Follows the wall clock if it was set.
  void look_at_clock();
  void keep_whole();

  JournalFile journal_;
  standing::Catalogue catalogue_;
  standing::Book book_;
  standing::Moment now_;        // looked at last
  standing::Moment published_;  // when standing() was made last
  milliseconds wall_ahead_{0};  // of the time since boot, when it was looked at last
  std::size_t records_ = 0;     // of the journal
  std::string why_not_kept_;    // empty: the journal holds the book
  milliseconds keep_again_at_{0};
  std::vector<std::string> waiting_told_;
  bool changed_ = true;
  bool set_back_ = false;
};

}  // namespace haetae::daemon
