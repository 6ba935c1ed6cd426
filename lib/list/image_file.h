#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "base/bytes.h"

namespace haetae::list {

// A file that replaces another in one step. Everything goes to path + ".tmp", which commit() brings
// to the disk and renames; without a commit the temporary file is removed. The first fault sticks.
class ReplacingFile {
 public:
  explicit ReplacingFile(const std::filesystem::path& path);
  ~ReplacingFile();
  ReplacingFile(const ReplacingFile&) = delete;
  ReplacingFile& operator=(const ReplacingFile&) = delete;

  void append(Bytes bytes);
  void overwrite(std::uint64_t offset, Bytes bytes);  // of what was appended
  // Error: one line with the path and the system's reason.
  std::expected<void, std::string> commit();

 private:
  void fail(const char* action);
  void sync_folder() const;

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int file_ = -1;
  std::string fault_;
};

}  // namespace haetae::list
