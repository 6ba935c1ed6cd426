#include "daemon/replace_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "daemon/sockets.h"

namespace haetae::daemon {

bool replace_file(const std::filesystem::path& file, Bytes content, mode_t mode) {
  const std::string temporary = file.string() + ".tmp";
  const Descriptor out(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (out.get() < 0) return false;
  while (!content.empty()) {
    const ssize_t written = ::write(out.get(), content.data(), content.size());
    if (written <= 0) return false;
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return fsync(out.get()) == 0 && std::rename(temporary.c_str(), file.c_str()) == 0;
}

}  // namespace haetae::daemon
