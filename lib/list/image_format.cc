#include "list/image_format.h"

#include <fmt/format.h>
#include <xxhash.h>

#include "base/name.h"
#include "list/image_bucket.h"

namespace haetae::list::format {
namespace {

constexpr const char* kSectionNames[] = {"buckets",    "wide names", "sets",     "elements",
                                         "conditions", "lists",      "addresses"};

// Reads numbers and texts one after the other; the first that does not fit sticks.
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : left_(bytes) {}

  template <typename Number>
  Number number() {
    const Bytes bytes = take(sizeof(Number));
    return ok_ ? load<Number>(bytes.data()) : Number{};
  }
  std::string text() { return std::string(as_text(take(number<std::uint32_t>()))); }
  bool ok() const { return ok_; }
  bool at_end() const { return left_.empty(); }

 private:
  Bytes take(std::size_t size) {
    if (size > left_.size()) ok_ = false;
    if (!ok_) return {};
    const Bytes taken = left_.first(size);
    left_ = left_.subspan(size);
    return taken;
  }

  Bytes left_;
  bool ok_ = true;
};

std::expected<void, std::string> check_places(const Header& header) {
  std::uint64_t end = kHeaderBytes;
  for (std::size_t i = 0; i < kSectionCount; ++i) {
    const SectionPlace& place = header.sections[i];
    const bool inside =
        place.offset <= header.file_size && place.size <= header.file_size - place.offset;
    if (!inside || place.offset < end || place.offset % kAlignment != 0) {
      return std::unexpected(
          fmt::format("is corrupt: its {} lie outside it or over each other", kSectionNames[i]));
    }
    end = place.offset + place.size;
  }
  return {};
}

// The sizes of what the hot path reads without further checks.
bool counts_fit(const Header& header) {
  const std::uint64_t buckets_size = header.section(Section::Buckets).size;
  const std::uint64_t starts_size = header.section(Section::SetStarts).size;
  return header.bucket_count > 0 && header.bucket_count <= kBucketsMax &&
         buckets_size == header.bucket_count * bucket::kBytes &&
         header.section(Section::WideNames).size % kWideNameBytes == 0 && header.set_count > 0 &&
         starts_size == (header.set_count + std::uint64_t{1}) * sizeof(std::uint32_t) &&
         header.section(Section::Elements).size % sizeof(std::uint64_t) == 0 &&
         header.conditional_first > 0 && header.conditional_first <= header.set_count;
}

}  // namespace

std::uint64_t checksum_of(Bytes bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t checksum_of(const Header& header) noexcept {
  Header copy = header;
  copy.checksum = 0;
  std::array<std::uint8_t, kHeaderBytes> bytes = {};
  std::memcpy(bytes.data(), &copy, sizeof copy);
  return checksum_of(bytes);
}

std::expected<Header, std::string> read_header(Bytes file) {
  Header header;
  constexpr std::size_t kFixedBytes = 16;
  if (file.size() < kFixedBytes || std::memcmp(file.data(), kMagic.data(), kMagic.size()) != 0) {
    return std::unexpected("is not a list image");
  }
  header.byte_order = load<std::uint32_t>(file.data() + 8);
  header.version = load<std::uint32_t>(file.data() + 12);
  if (header.byte_order != kByteOrderMark) {
    return std::unexpected("was built on a machine with another byte order");
  }
  if (header.version != kVersion) {
    return std::unexpected(fmt::format("has format version {}, this program reads version {}",
                                       header.version, kVersion));
  }
  if (file.size() < kHeaderBytes) return std::unexpected("is truncated");
  std::memcpy(&header, file.data(), sizeof header);
  for (std::size_t i = sizeof header; i < kHeaderBytes; ++i) {
    if (file[i] != 0) return std::unexpected("is corrupt: its header has a wrong checksum");
  }
  if (header.checksum != checksum_of(header)) {
    return std::unexpected("is corrupt: its header has a wrong checksum");
  }
  if (header.file_size != file.size()) {
    return std::unexpected(fmt::format("is truncated or has grown: {} bytes instead of {}",
                                       file.size(), header.file_size));
  }
  if (const auto placed = check_places(header); !placed) return std::unexpected(placed.error());
  if (!counts_fit(header)) return std::unexpected("is corrupt: its counts do not fit its sections");
  for (std::size_t i = 0; i < kSectionCount; ++i) {
    const SectionPlace& place = header.sections[i];
    if (checksum_of(file.subspan(place.offset, place.size)) != place.checksum) {
      return std::unexpected(
          fmt::format("is corrupt: its {} have a wrong checksum", kSectionNames[i]));
    }
  }
  return header;
}

std::vector<std::uint8_t> write_lists(const std::vector<ImageList>& lists) {
  std::vector<std::uint8_t> out;
  append(out, static_cast<std::uint32_t>(lists.size()));
  for (const ImageList& list : lists) {
    for (const std::string* text : {&list.name, &list.category}) {
      append(out, static_cast<std::uint32_t>(text->size()));
      out.insert(out.end(), text->begin(), text->end());
    }
    append(out, list.source_digest);
    append(out, list.rule_count);
  }
  return out;
}

std::expected<std::vector<ImageList>, std::string> read_lists(Bytes section) {
  Cursor in(section);
  std::vector<ImageList> lists;
  const std::uint32_t count = in.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    ImageList list;
    list.name = in.text();
    list.category = in.text();
    list.source_digest = in.number<std::uint64_t>();
    list.rule_count = in.number<std::uint64_t>();
    lists.push_back(std::move(list));
  }
  if (!in.ok() || !in.at_end() || count >= kNoList) {
    return std::unexpected("is corrupt: its table of lists is broken");
  }
  return lists;
}

}  // namespace haetae::list::format
