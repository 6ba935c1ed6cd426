#include "support/conversations.h"

#include <sstream>

namespace haetae::test {

std::map<std::string, std::string> files_of_tar(const std::string& tar) {
  std::map<std::string, std::string> files;
  constexpr std::size_t kBlock = 512;
  for (std::size_t at = 0; at + kBlock <= tar.size() && tar[at] != '\0';) {
    const std::string name = tar.substr(at, 100).c_str();
    const std::size_t size = std::stoul(tar.substr(at + 124, 11), nullptr, 8);
    if (!name.ends_with('/')) files[name] = tar.substr(at + kBlock, size);
    at += kBlock + (size + kBlock - 1) / kBlock * kBlock;
  }
  return files;
}

std::vector<Part> parts_of(const std::string& conversation) {
  std::vector<Part> parts;
  const auto end_part = [&] {
    if (parts.empty()) return;
    std::string& octets = parts.back().octets;
    if (octets.ends_with('\n')) octets.pop_back();
    if (octets.ends_with('\r')) octets.pop_back();
  };
  std::istringstream lines(conversation);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(">>>") || line.starts_with("<<<")) {
      end_part();
      parts.push_back({.is_client = line.starts_with('>')});
    } else if (!parts.empty()) {
      parts.back().octets += line + (lines.eof() ? "" : "\n");
    }
  }
  return parts;
}

}  // namespace haetae::test
