#include "daemon/resolved_file.h"

#include <fmt/core.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <vector>

#include "base/random_key.h"
#include "daemon/replace_file.h"

namespace haetae::daemon {

namespace fs = std::filesystem;

namespace {

fs::path resolved_file(const fs::path& state) {
  return state / "resolved";
}

std::vector<std::uint8_t> read_whole(const fs::path& file) {
  std::error_code unknown;
  const auto size = fs::file_size(file, unknown);
  std::ifstream in(file, std::ios::binary);
  constexpr std::uintmax_t kBytesMax = 2 * limits::kResolvedRowsMax * 128;
  if (unknown || !in || size > kBytesMax) return {};
  std::vector<std::uint8_t> content(size);
  in.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(in.gcount()));
  return content;
}

}  // namespace

std::unique_ptr<policy::Resolved> take_resolved(const fs::path& state, const Now& now) {
  const fs::path file = resolved_file(state);
  auto resolved = policy::Resolved::restore(read_whole(file), limits::kResolvedRowsMax, now);
  std::error_code error;
  if (fs::remove(file, error) && !resolved) {
    fmt::print(stderr,
               "haetae: {} is broken: connections that hide their name are judged by address until "
               "their names are asked for again\n",
               file.string());
  }
  if (resolved) return resolved;
  return std::make_unique<policy::Resolved>(limits::kResolvedRowsMax, random_key());
}

void save_resolved(const fs::path& state, const policy::Resolved& resolved, const Now& now) {
  constexpr mode_t kOwnerOnly = 0600;
  const fs::path file = resolved_file(state);
  if (replace_file(file, resolved.save(now), kOwnerOnly)) return;
  fmt::print(stderr, "haetae: {} cannot be written: {}\n", file.string(),
             std::generic_category().message(errno));
}

}  // namespace haetae::daemon
