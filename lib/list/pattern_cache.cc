#include "list/pattern_cache.h"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/limits.h"

namespace haetae::list {
namespace {

constexpr std::string_view kMagic = "haetae patterns 1\n";

std::string hex(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (auto at = text.rbegin(); at != text.rend(); ++at, value >>= 4) *at = kDigits[value & 15];
  return text;
}

std::string hash_of(std::string_view content) {
  const XXH128_hash_t hash = XXH3_128bits(content.data(), content.size());
  return hex(hash.high64) + hex(hash.low64);
}

bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

PatternCache::PatternCache(const std::filesystem::path& folder, std::string_view identity)
    : key_(hash_of(identity)) {
  if (!folder.empty()) path_ = folder / ("patterns-" + key_ + ".db");
}

std::string PatternCache::head_of(std::string_view content) const {
  return std::string(kMagic) + key_ + "\n" + hash_of(content) + "\n";
}

std::optional<std::string> PatternCache::read() const {
  std::error_code error;
  const std::uintmax_t size = path_.empty() ? 0 : std::filesystem::file_size(path_, error);
  const std::size_t head_size = head_of({}).size();
  if (error || size <= head_size || size > limits::kPatternCacheBytesMax) return std::nullopt;
  std::ifstream in(path_, std::ios::binary);
  std::string file(size, '\0');
  if (!in.read(file.data(), static_cast<std::streamsize>(size))) return std::nullopt;
  const std::string_view content = std::string_view(file).substr(head_size);
  if (!file.starts_with(head_of(content))) return std::nullopt;
  return file.substr(head_size);
}

std::expected<void, std::string> PatternCache::write(std::string_view content) const {
  const auto failed = [this](std::string_view what) {
    return std::unexpected("cannot " + std::string(what) + " " + path_.string() + ": " +
                           std::strerror(errno));
  };
  std::error_code error;
  std::filesystem::create_directories(path_.parent_path(), error);
  std::string temporary = path_.string() + ".XXXXXX";
  const int file = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return failed("make");
  // On disk before it has its name: after a power cut the name must not stand for an empty file.
  const bool written =
      write_all(file, head_of(content)) && write_all(file, content) && ::fsync(file) == 0;
  const int reason = errno;
  const bool closed = ::close(file) == 0;
  if (written && closed && ::rename(temporary.c_str(), path_.c_str()) == 0) return {};
  if (!written) errno = reason;
  auto result = failed("write");
  ::unlink(temporary.c_str());
  return result;
}

}  // namespace haetae::list
