#include "list/image.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/assert.h"
#include "list/image_bucket.h"
#include "list/image_format.h"

namespace haetae::list {

using format::load;
using format::Section;

// What the hot path reads comes first; the rest was copied out of the file and checked.
struct Image::Parts {
  const std::uint8_t* buckets = nullptr;
  std::uint64_t bucket_count = 0;
  std::array<std::uint64_t, 2> depths = {};
  SetId set_count = 0;
  SetId conditional_first = 0;
  const std::uint8_t* wide_names = nullptr;
  std::size_t wide_count = 0;

  HashKey key;
  std::vector<std::uint32_t> starts;  // set_count + 1 places in elements
  std::vector<Element> elements;
  Bytes conditions;
  std::vector<ImageList> lists;
  AddressSet addresses;
  std::uint64_t name_count = 0;
  std::uint64_t checksum = 0;

  Bytes file;  // all of the image: `owned`, or the mapping
  std::vector<std::uint8_t> owned;
  bool mapped = false;

  Parts() = default;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() {
    if (mapped) ::munmap(const_cast<std::uint8_t*>(file.data()), file.size());
  }

  bool has_depth(std::size_t labels) const noexcept {
    return (depths[labels / 64] >> (labels % 64) & 1) != 0;
  }
  std::expected<void, std::string> read();
  std::expected<void, std::string> read_sets(const format::Header& header);
  bool conditions_fit() const noexcept;
};

namespace {

Bytes section_of(Bytes file, const format::Header& header, Section which) {
  const format::SectionPlace& place = header.section(which);
  return file.subspan(place.offset, place.size);
}

std::unexpected<std::string> system_fault(const std::filesystem::path& path, const char* action) {
  return std::unexpected(fmt::format("{}: cannot {} the list image: {}", path.string(), action,
                                     std::generic_category().message(errno)));
}

}  // namespace

std::expected<void, std::string> Image::Parts::read() {
  const auto header = format::read_header(file);
  if (!header) return std::unexpected(header.error());
  const Bytes wide = section_of(file, *header, Section::WideNames);
  buckets = section_of(file, *header, Section::Buckets).data();
  bucket_count = header->bucket_count;
  depths = header->depths;
  set_count = header->set_count;
  conditional_first = header->conditional_first;
  wide_names = wide.data();
  wide_count = wide.size() / format::kWideNameBytes;
  key = {header->key_first, header->key_second};
  name_count = header->name_count;
  checksum = header->checksum;
  conditions = section_of(file, *header, Section::Conditions);
  auto read = format::read_lists(section_of(file, *header, Section::Lists));
  if (!read) return std::unexpected(std::move(read.error()));
  lists = std::move(*read);
  const auto prefixes =
      AddressSet::read(section_of(file, *header, Section::Addresses), header->set_count);
  if (!prefixes) return std::unexpected(prefixes.error());
  addresses = *prefixes;
  if (!conditions_fit()) return std::unexpected("is corrupt: its conditions are broken");
  return read_sets(*header);
}

std::expected<void, std::string> Image::Parts::read_sets(const format::Header& header) {
  const Bytes starts_bytes = section_of(file, header, Section::SetStarts);
  const Bytes packed = section_of(file, header, Section::Elements);
  const std::uint32_t condition_count = load<std::uint32_t>(conditions.data());
  elements.reserve(packed.size() / sizeof(std::uint64_t));
  for (std::size_t at = 0; at < packed.size(); at += sizeof(std::uint64_t)) {
    const auto number = load<std::uint64_t>(packed.data() + at);
    const Element element = format::unpack(number);
    if (format::pack(element) != number || element.list >= lists.size() ||
        element.condition > condition_count) {
      return std::unexpected("is corrupt: an element of its sets is broken");
    }
    elements.push_back(element);
  }
  starts.reserve(starts_bytes.size() / sizeof(std::uint32_t));
  for (std::size_t at = 0; at < starts_bytes.size(); at += sizeof(std::uint32_t)) {
    starts.push_back(load<std::uint32_t>(starts_bytes.data() + at));
  }
  if (starts[0] != 0 || starts[1] != 0 || starts.back() != elements.size() ||
      !std::ranges::is_sorted(starts)) {
    return std::unexpected("is corrupt: its sets are broken");
  }
  return {};
}

bool Image::Parts::conditions_fit() const noexcept {
  if (conditions.size() < sizeof(std::uint32_t)) return false;
  const std::uint64_t count = load<std::uint32_t>(conditions.data());
  const std::uint64_t bytes_at = (count + 2) * sizeof(std::uint32_t);
  if (bytes_at > conditions.size()) return false;
  std::uint32_t end = 0;
  for (std::uint64_t i = 0; i <= count; ++i) {
    const auto start = load<std::uint32_t>(conditions.data() + (1 + i) * sizeof(std::uint32_t));
    if (start < end) return false;
    end = start;
  }
  return end == conditions.size() - bytes_at;
}

Image::Image(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}

Image::~Image() = default;

std::expected<std::shared_ptr<const Image>, std::string> Image::from_parts(
    std::unique_ptr<Parts> parts) {
  if (auto read = parts->read(); !read) return std::unexpected(std::move(read.error()));
  return std::shared_ptr<const Image>(new Image(std::move(parts)));
}

std::expected<std::shared_ptr<const Image>, std::string> Image::open(
    const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return system_fault(path, "open");
  struct stat status = {};
  void* mapping = MAP_FAILED;
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    mapping = ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ,
                     MAP_SHARED | MAP_POPULATE, file, 0);
  }
  const int fault = errno;
  ::close(file);
  if (!S_ISREG(status.st_mode) || status.st_size == 0) {
    return std::unexpected(
        fmt::format("{} is empty or no file; build the list image again with `haetae lists build`",
                    path.string()));
  }
  errno = fault;
  if (mapping == MAP_FAILED) return system_fault(path, "map");
  auto parts = std::make_unique<Parts>();
  parts->file = {static_cast<const std::uint8_t*>(mapping),
                 static_cast<std::size_t>(status.st_size)};
  parts->mapped = true;
  auto image = from_parts(std::move(parts));
  if (!image) {
    return std::unexpected(fmt::format("{} {}; build it again with `haetae lists build`",
                                       path.string(), image.error()));
  }
  return image;
}

std::expected<std::shared_ptr<const Image>, std::string> Image::from_bytes(
    std::vector<std::uint8_t> bytes) {
  auto parts = std::make_unique<Parts>();
  parts->owned = std::move(bytes);
  parts->file = parts->owned;
  auto image = from_parts(std::move(parts));
  if (!image) return std::unexpected("the list image in memory " + image.error());
  return image;
}

SetId Image::wide_set(std::uint64_t hash) const noexcept {
  const std::uint8_t* hashes = parts_->wide_names;
  std::size_t first = 0;
  std::size_t size = parts_->wide_count;
  while (size > 0) {
    const std::size_t half = size / 2;
    if (load<std::uint64_t>(hashes + 8 * (first + half)) < hash) {
      first += half + 1;
      size -= half + 1;
    } else {
      size = half;
    }
  }
  if (first == parts_->wide_count || load<std::uint64_t>(hashes + 8 * first) != hash) {
    return kEmptySet;
  }
  return load<std::uint32_t>(hashes + 8 * parts_->wide_count + 4 * first);
}

SetId Image::set_in_buckets(std::uint64_t hash) const noexcept {
  const Parts& parts = *parts_;
  const std::uint8_t* first =
      parts.buckets + bucket::kBytes * bucket::first_place(hash, parts.bucket_count);
  SetId set = bucket::find(first, hash);
  if (set == kEmptySet && bucket::may_overflow(first, hash)) [[unlikely]] {
    set = bucket::find(
        parts.buckets + bucket::kBytes * bucket::second_place(hash, parts.bucket_count), hash);
  }
  if (set == bucket::kWide) [[unlikely]]
    set = wide_set(hash);
  // Checksums hold against accidents; a file made to harm must not make us read beyond our tables.
  return set < parts.set_count ? set : kEmptySet;
}

SetId Image::set_at(std::uint64_t suffix_hash) const noexcept {
  return set_in_buckets(suffix_hash);
}

const AddressSet& Image::addresses() const noexcept {
  return parts_->addresses;
}

void Image::prefetch(const NameHashes& hashes) const noexcept {
  const Parts& parts = *parts_;
  const std::size_t count = hashes.label_count;
  for (std::size_t i = 0; i <= count; ++i) {
    if (!parts.has_depth(count - i)) continue;
    __builtin_prefetch(parts.buckets +
                       bucket::kBytes * bucket::first_place(hashes.at[i], parts.bucket_count));
  }
}

Match Image::find(const NameHashes& hashes) const noexcept {
  const Parts& parts = *parts_;
  const std::size_t count = hashes.label_count;
  prefetch(hashes);
  for (std::size_t i = 0; i <= count; ++i) {
    if (!parts.has_depth(count - i)) continue;
    const SetId set = set_in_buckets(hashes.at[i]);
    if (set == kEmptySet) continue;
    return {.set = set,
            .label = static_cast<std::uint8_t>(i),
            .conditional = set >= parts.conditional_first,
            .edited = false};
  }
  return {};
}

std::span<const Element> Image::elements(SetId set) const noexcept {
  if (set >= parts_->set_count) return {};
  const std::size_t start = parts_->starts[set];
  return {parts_->elements.data() + start, parts_->starts[set + std::size_t{1}] - start};
}

SetId Image::set_count() const noexcept {
  return parts_->set_count;
}

const HashKey& Image::key() const noexcept {
  return parts_->key;
}

const std::vector<ImageList>& Image::lists() const noexcept {
  return parts_->lists;
}

std::uint64_t Image::name_count() const noexcept {
  return parts_->name_count;
}

std::uint64_t Image::size_bytes() const noexcept {
  return parts_->file.size();
}

std::uint64_t Image::checksum() const noexcept {
  return parts_->checksum;
}

Bytes Image::condition(std::uint32_t condition) const noexcept {
  const std::uint8_t* base = parts_->conditions.data();
  const std::uint32_t count = load<std::uint32_t>(base);
  if (condition == 0 || condition > count) return {};
  const std::uint8_t* starts = base + sizeof count;
  const auto start = load<std::uint32_t>(starts + std::size_t{4} * (condition - 1));
  const auto end = load<std::uint32_t>(starts + std::size_t{4} * condition);
  return parts_->conditions.subspan(std::size_t{4} * (count + std::size_t{2}) + start, end - start);
}

std::size_t count_confused(const Image& image, std::span<const Name> names_known_unlisted) {
  return static_cast<std::size_t>(std::ranges::count_if(
      names_known_unlisted,
      [&](const Name& name) { return image.set_at(hash_name(name, image.key())) != kEmptySet; }));
}

}  // namespace haetae::list
