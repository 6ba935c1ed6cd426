#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/counter.h"
#include "base/time.h"
#include "lan/links.h"
#include "lan/neighbours.h"

namespace haetae::daemon {

// The file below the state folder in which devices seen are kept.
std::filesystem::path seen_file(const std::filesystem::path& state);

// Where DHCP servers usually keep their leases.
std::vector<std::filesystem::path> usual_leases_files();

// Keeps the devices seen over a restart, and gives them the names that they told the DHCP server.
class SeenKeeper {
 public:
  struct Counters {
    Counter saves, save_failures;
    Counter leases_read;  // files, each time that one changed
    Counter leases_bad_lines;
  };

  explicit SeenKeeper(const std::filesystem::path& state);
  ~SeenKeeper();

  // Prints what is wrong with the file, if anything; what can be read of it counts.
  void load(lan::LinkBook& links, lan::Neighbours& neighbours) const;
  // Writes if something changed that should outlive a crash, but not all the time: flash wears.
  void save_if_due(const lan::LinkBook& links, const lan::Neighbours& neighbours, const Now& now);
  // At the end: writes, and waits for it.
  void save_now(const lan::LinkBook& links, const lan::Neighbours& neighbours);

  // Reads leases files that changed since the last time.
  void read_leases(const std::vector<std::filesystem::path>& files, lan::Neighbours& neighbours);

  const Counters& counters() const noexcept { return counters_; }

 private:
  struct FileState {
    std::filesystem::file_time_type changed;
    std::uintmax_t size = 0;
    friend bool operator==(const FileState&, const FileState&) = default;
  };
  void write(std::string text);

  std::filesystem::path file_;
  std::uint64_t saved_changes_ = 0;
  Monotonic saved_at_;
  std::map<std::filesystem::path, FileState> leases_;
  std::uint64_t named_changes_ = 0;
  Counters counters_;
  std::jthread writer_;  // a slow disk delays nobody who waits for a neighbour
};

}  // namespace haetae::daemon
