#include "support/test_data.h"

#include <zstd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/assert.h"

namespace haetae::test {
namespace {

std::string unpack_zstd(const std::string& packed) {
  std::string text;
  ZSTD_DCtx* const context = ZSTD_createDCtx();
  std::vector<char> chunk(ZSTD_DStreamOutSize());
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  while (in.pos < in.size) {
    ZSTD_outBuffer out{chunk.data(), chunk.size(), 0};
    const std::size_t result = ZSTD_decompressStream(context, &out, &in);
    HAETAE_ASSERT(ZSTD_isError(result) == 0);
    text.append(chunk.data(), out.pos);
  }
  ZSTD_freeDCtx(context);
  return text;
}

}  // namespace

std::optional<std::filesystem::path> data_folder() {
  if (const char* const named = std::getenv("HAETAE_DATA"); named != nullptr && *named != '\0') {
    HAETAE_ASSERT(std::filesystem::is_directory(named));
    return named;
  }
  const auto beside = source_folder() / ".." / "shared" / "data";
  if (std::filesystem::is_directory(beside)) return beside;
  return std::nullopt;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  HAETAE_ASSERT(in.good());
  std::string content{std::istreambuf_iterator<char>(in), {}};
  return path.extension() == ".zst" ? unpack_zstd(content) : content;
}

std::filesystem::path source_folder() {
  return HAETAE_SOURCE_DIR;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "haetae-test-XXXXXX").string();
  HAETAE_ASSERT(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryFolder::write(std::string_view name,
                                             std::string_view content) const {
  const std::filesystem::path path = path_ / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  HAETAE_ASSERT(out.good());
  return path;
}

}  // namespace haetae::test
