#include "daemon/journal_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/limits.h"

namespace haetae::daemon {
namespace {

namespace fs = std::filesystem;

std::unexpected<std::string> fault(const fs::path& path) {
  return std::unexpected(fmt::format("{}: {}", path.string(), std::strerror(errno)));
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A rename is on the disk when its folder is.
bool sync_folder(const fs::path& folder) {
  const Descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.get() >= 0 && fsync(fd.get()) == 0;
}

}  // namespace

std::expected<std::string, std::string> JournalFile::read() const {
  const Descriptor fd(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) {
    if (errno == ENOENT) return std::string();
    return fault(path_);
  }
  struct stat about{};
  if (fstat(fd.get(), &about) != 0) return fault(path_);
  if (!S_ISREG(about.st_mode)) {
    return std::unexpected(fmt::format("{}: this is no file", path_.string()));
  }
  if (static_cast<std::size_t>(about.st_size) > limits::kJournalBytesMax) {
    return std::unexpected(fmt::format("{}: {} octets are more than any journal of ours has",
                                       path_.string(), about.st_size));
  }
  std::string text(static_cast<std::size_t>(about.st_size), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::read(fd.get(), text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fault(path_);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  text.resize(done);
  return text;
}

void JournalFile::keep_aside() const {
  std::error_code error;
  const fs::path aside = path_.string() + ".damaged";
  fs::remove(aside, error);
  fs::create_hard_link(path_, aside, error);  // rewrite() puts a new file beside it
  if (error) fs::copy_file(path_, aside, fs::copy_options::overwrite_existing, error);
}

std::expected<void, std::string> JournalFile::rewrite(std::string_view content) {
  const fs::path beside = path_.string() + ".tmp";
  constexpr mode_t kOwnerOnly = 0600;  // when a child is awake is nobody else's business
  Descriptor fd(
      open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, kOwnerOnly));
  if (fd.get() < 0) return fault(path_);
  if (!write_all(fd.get(), content) || fsync(fd.get()) != 0 ||
      rename(beside.c_str(), path_.c_str()) != 0) {
    auto told = fault(path_);
    unlink(beside.c_str());
    return told;
  }
  file_ = std::move(fd);
  size_ = content.size();
  if (!sync_folder(path_.parent_path())) return fault(path_);
  return {};
}

std::expected<void, std::string> JournalFile::append(std::string_view record) {
  if (file_.get() < 0) return std::unexpected(fmt::format("{}: cannot be written", path_.string()));
  if (write_all(file_.get(), record) && fdatasync(file_.get()) == 0) {
    size_ += record.size();
    return {};
  }
  auto told = fault(path_);
  // Half a record would hide all that come after it.
  if (ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) file_ = Descriptor();
  return told;
}

}  // namespace haetae::daemon
