#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace haetae::test {

// Where real lists and captures stand: $HAETAE_DATA, else ../shared/data from the project's root.
// No value if neither is there. Aborts if HAETAE_DATA is set and is no folder: a test that was
// promised its data must not pass without.
std::optional<std::filesystem::path> data_folder();

// The whole of a file, unpacked if its name ends in .zst. Aborts if it cannot be read.
std::string read_file(const std::filesystem::path& path);

// The project's root, for rules/ and config/.
std::filesystem::path source_folder();

// A fresh, empty folder that is removed when the object goes.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  // Writes a file below the folder and returns its path.
  std::filesystem::path write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace haetae::test

// First line of a test that needs the real data: one loud line where it is missing.
#define HAETAE_NEEDS_DATA()                                                             \
  if (!::haetae::test::data_folder()) {                                                 \
    GTEST_SKIP() << "SKIPPED, NOT TESTED: no real data; set HAETAE_DATA to its folder"; \
  }
