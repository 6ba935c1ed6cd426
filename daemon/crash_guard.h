#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace haetae::daemon {

// Counts starts that came to nothing, so that a configuration or a list that kills the daemon does
// not leave a family without names: after three in a row it starts from what worked last.
class CrashGuard {
 public:
  explicit CrashGuard(std::filesystem::path state);

  // Call at every start, before the configuration is read. The number of starts in a row before
  // this one that neither settled nor stopped cleanly.
  int note_start() const;
  // The daemon answered for limits::kSettledAfter: the row is broken, and what runs now is good.
  void note_settled() const;
  void note_clean_stop() const;

  // Sets copies of what now runs aside; they become the last good ones when it has settled. Staged
  // at once, since files change while a start or reload is proving itself.
  void stage(const std::filesystem::path& config, const std::filesystem::path& image) const;
  void keep_staged() const;
  // The last good ones; no value if there are none.
  std::optional<std::filesystem::path> good_config() const;
  std::filesystem::path good_image() const;

 private:
  void write_count(int count) const;
  std::filesystem::path staged(std::string_view name) const;

  std::filesystem::path state_;
};

}  // namespace haetae::daemon
