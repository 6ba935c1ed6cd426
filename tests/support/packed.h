#pragma once

#include <string>
#include <string_view>

namespace haetae::test {

// A text as the programs of these names pack it: with a checksum, in one piece.
std::string gzip_of(std::string_view text);
std::string zstd_of(std::string_view text, int level = 3);

}  // namespace haetae::test
