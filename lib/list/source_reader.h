#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "list/format.h"

namespace haetae::list {

// One line of a source, without its line end.
struct SourceLine {
  std::uint32_t number = 0;  // from 1
  // Valid until the next call of next(). Of a line that is too long: its start, as an excerpt.
  std::string_view text;
  SkipReason skipped = SkipReason::None;  // LineTooLong or NulOctet: not to be parsed
};

// Reads a list line by line from a plain, gzip or zstd source, told apart by their first octets.
// Memory is bounded whatever the source holds: see limits::kList….
class SourceReader {
 public:
  // Error: one line that names the file and says what is wrong.
  static std::expected<SourceReader, std::string> open(const std::filesystem::path& path);
  // The same over octets in memory, which outlive the reader.
  static std::expected<SourceReader, std::string> over(Bytes source);

  ~SourceReader();
  SourceReader(SourceReader&& other) noexcept;
  SourceReader& operator=(SourceReader&& other) noexcept;

  // The start of the text, at most limits::kListHeadBytesMax octets, a UTF-8 mark left out. Valid
  // until next() is called.
  std::string_view head() const noexcept;

  // False at the end of the source, and when it cannot be read further: see error().
  bool next(SourceLine& line);

  const std::string& error() const noexcept;    // empty: all is well
  std::uint64_t line_count() const noexcept;    // lines read so far
  std::uint64_t source_bytes() const noexcept;  // octets read so far, as stored
  // XXH3 of the octets as stored; of the whole source once next() was false.
  std::uint64_t digest() const noexcept;

 private:
  struct Parts;
  explicit SourceReader(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// XXH3 of some octets.
std::uint64_t digest_of(Bytes bytes) noexcept;
// XXH3 of a file's octets as stored: equal to SourceReader::digest() at its end, and far cheaper.
// Says whether a list changed.
std::expected<std::uint64_t, std::string> digest_of_file(const std::filesystem::path& path);

}  // namespace haetae::list
