#include "config/folder_stamp.h"

namespace haetae::config {

namespace fs = std::filesystem;

FolderStamp stamp_of(const fs::path& folder) {
  FolderStamp stamp;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;  // a file that goes while we look is a change like any other
    if (!at->is_regular_file(gone)) continue;
    stamp[at->path()] = {at->file_size(gone), at->last_write_time(gone)};
  }
  return stamp;
}

}  // namespace haetae::config
