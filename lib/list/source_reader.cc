#include "list/source_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/unpack.h"
#include "list/stored_octets.h"

namespace haetae::list {

// Text between begin and end is unread; a line that is not whole yet is moved to the front before
// more is unpacked behind it.
struct SourceReader::Parts {
  std::unique_ptr<StoredOctets> stored;
  std::unique_ptr<OctetSource> unpacker;
  std::vector<std::uint8_t> text = std::vector<std::uint8_t>(limits::kListTextBytes);
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint64_t unpacked_bytes = 0;
  bool at_end = false;
  std::uint32_t line_count = 0;
  std::string excerpt;  // of a line that is too long
  std::string error;

  std::string_view unread() const { return as_text(Bytes(text).subspan(begin, end - begin)); }
  void refill();
  void fill_head();
  std::size_t drop_rest_of_line();
};

// Unpacks once behind the unread text, for which there is room: no line kept is that long.
void SourceReader::Parts::refill() {
  std::memmove(text.data(), text.data() + begin, end - begin);
  end -= begin;
  begin = 0;
  const auto size = unpacker->read(MutableBytes(text).subspan(end));
  if (!size) {
    error = size.error();
    at_end = true;
    return;
  }
  at_end = *size == 0;
  end += *size;
  unpacked_bytes += *size;
  if (unpacked_bytes > limits::kListSourceBytesMax) {
    error = fmt::format("{}: the list unpacks to more than {} MB", stored->label(),
                        limits::kListSourceBytesMax >> 20);
    at_end = true;
  }
}

void SourceReader::Parts::fill_head() {
  while (!at_end && end < limits::kListHeadBytesMax) refill();
  if (unread().starts_with("\xef\xbb\xbf")) begin += 3;
}

// Reads on to the next line end without keeping anything.
std::size_t SourceReader::Parts::drop_rest_of_line() {
  while (true) {
    const std::size_t line_end = unread().find('\n');
    if (line_end != std::string_view::npos) return line_end + 1;
    begin = end;
    if (at_end) return 0;
    refill();
  }
}

SourceReader::SourceReader(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SourceReader::~SourceReader() = default;
SourceReader::SourceReader(SourceReader&& other) noexcept = default;
SourceReader& SourceReader::operator=(SourceReader&& other) noexcept = default;

namespace {

template <typename Parts>
std::expected<std::unique_ptr<Parts>, std::string> start(std::unique_ptr<StoredOctets> stored) {
  auto unpacker = make_unpacker(*stored, {limits::kListChunkBytes, limits::kListZstdWindowBitsMax});
  if (!unpacker) return std::unexpected(unpacker.error());
  auto parts = std::make_unique<Parts>();
  parts->stored = std::move(stored);
  parts->unpacker = *std::move(unpacker);
  parts->fill_head();
  if (!parts->error.empty()) return std::unexpected(parts->error);
  return parts;
}

}  // namespace

std::expected<SourceReader, std::string> SourceReader::open(const std::filesystem::path& path) {
  auto stored = StoredOctets::open(path);
  if (!stored) return std::unexpected(stored.error());
  auto parts = start<Parts>(*std::move(stored));
  if (!parts) return std::unexpected(parts.error());
  return SourceReader(*std::move(parts));
}

std::expected<SourceReader, std::string> SourceReader::over(Bytes source) {
  auto parts = start<Parts>(StoredOctets::over(source));
  if (!parts) return std::unexpected(parts.error());
  return SourceReader(*std::move(parts));
}

std::string_view SourceReader::head() const noexcept {
  return parts_->unread().substr(0, limits::kListHeadBytesMax);
}

bool SourceReader::next(SourceLine& line) {
  Parts& parts = *parts_;
  std::size_t searched = 0;  // of the unread text, without a line end
  while (true) {
    const std::string_view unread = parts.unread();
    const std::size_t line_end = unread.find('\n', searched);
    const bool whole = line_end != std::string_view::npos;
    if (!whole && !parts.at_end && unread.size() <= limits::kListLineBytesMax) {
      searched = unread.size();
      parts.refill();
      continue;
    }
    if (!parts.error.empty() || (!whole && unread.empty())) return false;
    line.number = ++parts.line_count;
    line.text = unread.substr(0, line_end);
    line.skipped = SkipReason::None;
    if (line.text.size() > limits::kListLineBytesMax) {
      line.skipped = SkipReason::LineTooLong;
      parts.excerpt = line.text.substr(0, limits::kReportExcerptBytesMax);
      line.text = parts.excerpt;
      parts.begin += whole ? line_end + 1 : parts.drop_rest_of_line();
    } else {
      parts.begin += whole ? line_end + 1 : unread.size();
      if (line.text.ends_with('\r')) line.text.remove_suffix(1);
      if (line.text.find('\0') != std::string_view::npos) line.skipped = SkipReason::NulOctet;
    }
    return true;
  }
}

const std::string& SourceReader::error() const noexcept {
  return parts_->error;
}

std::uint64_t SourceReader::line_count() const noexcept {
  return parts_->line_count;
}

std::uint64_t SourceReader::source_bytes() const noexcept {
  return parts_->stored->count();
}

std::uint64_t SourceReader::digest() const noexcept {
  return parts_->stored->digest();
}

}  // namespace haetae::list
