#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace haetae::list {

// One compiled database kept as a file between starts. The file's name is a hash of all that the
// database depends on; its head repeats the hash and holds a checksum of the rest, so a torn,
// foreign or altered file is never used.
class PatternCache {
 public:
  // folder: made if it is missing; empty means no cache. identity: everything the content depends
  // on.
  PatternCache(const std::filesystem::path& folder, std::string_view identity);

  const std::filesystem::path& path() const noexcept { return path_; }  // empty without a folder
  // What write() kept; nothing if there is no file or it is not whole.
  std::optional<std::string> read() const;
  // Puts the file there in one step: a reader sees the old one or the new one.
  // Error: a sentence that says what failed.
  std::expected<void, std::string> write(std::string_view content) const;

 private:
  std::string head_of(std::string_view content) const;

  std::filesystem::path path_;
  std::string key_;
};

}  // namespace haetae::list
