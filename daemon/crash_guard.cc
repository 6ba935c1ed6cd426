#include "daemon/crash_guard.h"

#include <fstream>

namespace haetae::daemon {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kCountFile = "unsettled_starts";
constexpr std::string_view kGoodFolder = "last_good";
constexpr std::string_view kGoodConfig = "haetae.yaml";
constexpr std::string_view kGoodImage = "lists.image";

// Beside its place, then renamed in: a power cut leaves the old copy or the new one.
void copy_whole(const fs::path& from, const fs::path& to) {
  const fs::path temporary = to.string() + ".tmp";
  std::error_code error;
  fs::remove(temporary, error);
  // Images are replaced by rename and never written to: a second link is a copy that costs nothing.
  fs::create_hard_link(from, temporary, error);
  if (error) fs::copy_file(from, temporary, fs::copy_options::overwrite_existing, error);
  if (!error) fs::rename(temporary, to, error);
}

// Editors write configurations in place: those are copied.
void copy_content(const fs::path& from, const fs::path& to) {
  const fs::path temporary = to.string() + ".tmp";
  std::error_code error;
  fs::copy_file(from, temporary, fs::copy_options::overwrite_existing, error);
  if (!error) fs::rename(temporary, to, error);
}

}  // namespace

CrashGuard::CrashGuard(fs::path state) : state_(std::move(state)) {}

int CrashGuard::note_start() const {
  int before = 0;
  std::ifstream(state_ / kCountFile) >> before;
  write_count(before + 1);
  return before;
}

void CrashGuard::note_settled() const {
  write_count(0);
}
void CrashGuard::note_clean_stop() const {
  write_count(0);
}

void CrashGuard::stage(const fs::path& config, const fs::path& image) const {
  std::error_code error;
  fs::create_directories(state_ / kGoodFolder, error);
  copy_content(config, staged(kGoodConfig));
  copy_whole(image, staged(kGoodImage));
}

void CrashGuard::keep_staged() const {
  std::error_code error;
  for (const std::string_view name : {kGoodConfig, kGoodImage}) {
    if (fs::exists(staged(name), error)) {
      fs::rename(staged(name), state_ / kGoodFolder / name, error);
    }
  }
}

std::optional<fs::path> CrashGuard::good_config() const {
  const fs::path kept = state_ / kGoodFolder / kGoodConfig;
  std::error_code error;
  if (!fs::exists(kept, error) || !fs::exists(good_image(), error)) return std::nullopt;
  return kept;
}

fs::path CrashGuard::good_image() const {
  return state_ / kGoodFolder / kGoodImage;
}

fs::path CrashGuard::staged(std::string_view name) const {
  return state_ / kGoodFolder / (std::string(name) + ".staged");
}

void CrashGuard::write_count(int count) const {
  const fs::path temporary = state_ / (std::string(kCountFile) + ".tmp");
  std::ofstream(temporary) << count << '\n';
  std::error_code error;
  fs::rename(temporary, state_ / kCountFile, error);
}

}  // namespace haetae::daemon
