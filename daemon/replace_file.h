#pragma once

#include <sys/types.h>

#include <filesystem>

#include "base/bytes.h"

namespace haetae::daemon {

// Beside its place, to the disk, then renamed in: a power cut leaves the old file or the new one.
// False, and the old file stays: errno tells why.
bool replace_file(const std::filesystem::path& file, Bytes content, mode_t mode);

}  // namespace haetae::daemon
