#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/sockets.h"

namespace haetae::daemon {

// A small append-only file that survives kill -9 and power cuts: what append() acknowledged is on
// the disk. Knows nothing of what the records say. One process at a time.
class JournalFile {
 public:
  // Nothing is read yet.
  explicit JournalFile(std::filesystem::path path) : path_(std::move(path)) {}

  // The whole content; empty if there is no file. Error: why it cannot be read, for a person.
  std::expected<std::string, std::string> read() const;
  // Keeps a copy of the file as it is, under another name, for who wants to look at it.
  void keep_aside() const;

  // Writes the file anew, beside its place, and renames it in. Error: why it is not kept; the old
  // file then stands as it was.
  std::expected<void, std::string> rewrite(std::string_view content);
  // Adds one record. Error: why it is not kept; nothing of it stays in the file, or, where even
  // that fails, every later append() fails too until a rewrite() went well.
  std::expected<void, std::string> append(std::string_view record);

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  Descriptor file_;       // open for appending; none before the first rewrite()
  std::size_t size_ = 0;  // of what is whole
};

}  // namespace haetae::daemon
