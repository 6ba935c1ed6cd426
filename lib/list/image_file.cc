#include "list/image_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace haetae::list {

ReplacingFile::ReplacingFile(const std::filesystem::path& path)
    : path_(path), temporary_(path.string() + ".tmp") {
  file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file_ < 0) fail("create");
}

ReplacingFile::~ReplacingFile() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(temporary_.c_str());
}

void ReplacingFile::fail(const char* action) {
  if (!fault_.empty()) return;
  fault_ = fmt::format("cannot {} {}: {}", action, temporary_.string(),
                       std::generic_category().message(errno));
}

void ReplacingFile::append(Bytes bytes) {
  while (fault_.empty() && !bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail("write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void ReplacingFile::overwrite(std::uint64_t offset, Bytes bytes) {
  while (fault_.empty() && !bytes.empty()) {
    const ssize_t written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail("write");
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

std::expected<void, std::string> ReplacingFile::commit() {
  if (fault_.empty() && ::fsync(file_) != 0) fail("bring to the disk");
  if (fault_.empty() && ::rename(temporary_.c_str(), path_.c_str()) != 0) fail("rename");
  if (!fault_.empty()) return std::unexpected(fault_);
  ::close(file_);
  file_ = -1;
  sync_folder();
  return {};
}

// The new name survives a power cut only after this. The image is whole either way, so a file
// system that cannot do it is no fault.
void ReplacingFile::sync_folder() const {
  const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return;
  ::fsync(opened);
  ::close(opened);
}

}  // namespace haetae::list
