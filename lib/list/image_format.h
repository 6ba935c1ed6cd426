#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <expected>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/name_hash.h"
#include "list/image.h"

// The layout of an image file, shared by its reader and its builder:
//
//   header                magic, format version, byte order, key, counts, where each section stands
//   Section::Buckets      64-byte buckets of fingerprints and set numbers (image_bucket.h)
//   Section::WideNames    hashes, ascending, then as many 4-byte set numbers: the names whose set
//                         number is too large for a bucket
//   Section::SetStarts    set_count + 1 four-byte places in Elements; set 0 is empty
//   Section::Elements     eight bytes each, see pack()
//   Section::Conditions   their number, number + 1 places (four bytes each), then the bytes
//   Section::Lists        name, category, digest and rule count of each list
//   Section::Addresses    the prefixes of addresses (address_set.h)
//
// Numbers are in the byte order of the machine that built the file. Sections stand in this order,
// each at a multiple of 64, each with its own checksum; the header's checksum covers theirs.
namespace haetae::list::format {

inline constexpr std::array<char, 8> kMagic = {'H', 'A', 'E', 'T', 'A', 'E', 'I', 'M'};
inline constexpr std::uint32_t kVersion = 2;
inline constexpr std::uint32_t kByteOrderMark = 0x01020304;
inline constexpr std::size_t kAlignment = 64;
inline constexpr std::size_t kWideNameBytes = 8 + 4;
inline constexpr std::uint64_t kBucketsMax = std::uint64_t{1}
                                             << 32;  // keeps sizes from overflowing

enum class Section : std::uint8_t {
  Buckets,
  WideNames,
  SetStarts,
  Elements,
  Conditions,
  Lists,
  Addresses,
};
inline constexpr std::size_t kSectionCount = 7;

struct SectionPlace {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t checksum = 0;  // XXH3, 64 bits
};

struct Header {
  std::array<char, 8> magic = kMagic;  // these three stay where they are in every version
  std::uint32_t byte_order = kByteOrderMark;
  std::uint32_t version = kVersion;
  std::uint64_t checksum = 0;  // of the header, with zero in this field
  std::uint64_t file_size = 0;
  std::uint64_t key_first = 0;
  std::uint64_t key_second = 0;
  std::uint64_t name_count = 0;
  std::uint64_t bucket_count = 0;
  std::array<std::uint64_t, 2> depths = {};  // bit n: a listed name has n labels
  std::uint32_t set_count = 0;
  std::uint32_t conditional_first = 0;  // sets from here on have elements with a condition
  std::array<SectionPlace, kSectionCount> sections = {};

  const SectionPlace& section(Section s) const { return sections[static_cast<std::size_t>(s)]; }
  SectionPlace& section(Section s) { return sections[static_cast<std::size_t>(s)]; }
};
static_assert(sizeof(Header) == 256 && std::is_trivially_copyable_v<Header>);
inline constexpr std::size_t kHeaderBytes = 256;  // the rest is zero
static_assert(kHeaderBytes >= sizeof(Header) && kHeaderBytes % kAlignment == 0);

std::uint64_t checksum_of(Bytes bytes) noexcept;
std::uint64_t checksum_of(const Header& header) noexcept;

// Reads the header of a whole file and checks everything but the contents of sections: who made the
// file, that it is whole, that its sections lie inside it and do not overlap, that counts fit
// sizes. Error: what is wrong, to stand after the file's name.
std::expected<Header, std::string> read_header(Bytes file);

// An element in eight bytes whose order as a number is the order of Element.
constexpr std::uint64_t pack(const Element& element) noexcept {
  return static_cast<std::uint64_t>(element.list) << 48 |
         static_cast<std::uint64_t>(element.action) << 40 |
         static_cast<std::uint64_t>(element.scope) << 39 |
         static_cast<std::uint64_t>(element.important) << 38 |
         static_cast<std::uint64_t>(element.inherited) << 37 | element.condition;
}
constexpr Element unpack(std::uint64_t packed) noexcept {
  return {.list = static_cast<ListId>(packed >> 48),
          .action = static_cast<RuleAction>(packed >> 40 & 1),
          .scope = static_cast<RuleScope>(packed >> 39 & 1),
          .important = (packed >> 38 & 1) != 0,
          .inherited = (packed >> 37 & 1) != 0,
          .condition = static_cast<std::uint32_t>(packed)};
}

template <typename Number>
Number load(const std::uint8_t* at) noexcept {
  Number number;
  std::memcpy(&number, at, sizeof number);
  return number;
}

template <typename Number>
void append(std::vector<std::uint8_t>& out, Number number) {
  const std::size_t at = out.size();
  out.resize(at + sizeof number);
  std::memcpy(out.data() + at, &number, sizeof number);
}

std::vector<std::uint8_t> write_lists(const std::vector<ImageList>& lists);
std::expected<std::vector<ImageList>, std::string> read_lists(Bytes section);

}  // namespace haetae::list::format
