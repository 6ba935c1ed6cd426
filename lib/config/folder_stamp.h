#pragma once

#include <cstdint>
#include <filesystem>
#include <map>

namespace haetae::config {

// What tells whether the files below a folder are still those that were read: of each its size in
// octets and the time of its last change. A folder that cannot be read has an empty stamp.
struct FileStamp {
  std::uintmax_t size_bytes = 0;
  std::filesystem::file_time_type changed;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
using FolderStamp = std::map<std::filesystem::path, FileStamp>;

FolderStamp stamp_of(const std::filesystem::path& folder);

}  // namespace haetae::config
