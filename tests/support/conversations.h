#pragma once

#include <map>
#include <string>
#include <vector>

namespace haetae::test {

// The files of a tar archive (POSIX.1-1988, ustar), by name.
std::map<std::string, std::string> files_of_tar(const std::string& tar);

// What one end of a conversation says before the other one does.
struct Part {
  bool is_client = false;
  std::string octets;
};
// A conversation that is written down in parts, each behind a line ">>>" of the client or "<<<" of
// the server. The line's end before such a line is no part of it.
std::vector<Part> parts_of(const std::string& conversation);

}  // namespace haetae::test
