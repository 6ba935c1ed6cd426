#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/name_hash.h"
#include "list/address_set.h"
#include "list/rule.h"

namespace haetae::list {

// What one list says at one name or prefix of addresses. `inherited` elements were put there by the
// closure over ancestors: a subtree rule of a name above that the name itself does not repeat, a
// wider prefix around. Those of prefixes have scope Subtree.
struct Element {
  ListId list = kNoList;
  RuleAction action = RuleAction::Block;
  RuleScope scope = RuleScope::Subtree;
  bool important = false;
  bool inherited = false;
  // 0, or 1 + the place in the image's side table of what the rule depends on (AdBlock modifiers,
  // RPZ actions). A set with such an element is marked conditional.
  std::uint32_t condition = 0;
  friend auto operator<=>(const Element&, const Element&) = default;
};

// The answer of one suffix walk: the longest listed suffix and the set that holds there. Elements
// of scope Exact count only if the match is the whole name.
struct Match {
  SetId set = kEmptySet;
  std::uint8_t label = 0;    // the label at which the listed suffix starts; 0: the whole name
  bool conditional = false;  // the set has elements that depend on more than the name
  bool edited = false;       // a Delta speaks of a suffix of the name: the set is not the last word
  bool listed() const noexcept { return set != kEmptySet; }
  bool whole_name() const noexcept { return listed() && label == 0; }
};

// What the image remembers of a list it was built from.
struct ImageList {
  std::string name;
  std::string category;  // id in rules/categories.yaml
  std::uint64_t source_digest =
      0;  // of the source's bytes and of the settings that shaped the import
  std::uint64_t rule_count = 0;
  friend bool operator==(const ImageList&, const ImageList&) = default;
};

// The compiled lists: one versioned, checksummed file, mapped read-only. Immutable and shared by
// all threads. At most 12 bytes a name; 64-bit keyed fingerprints.
class Image {
 public:
  // Maps and checks the file: magic, format version, byte order, sizes, checksum of every section.
  // Error: one line that names the file, says what is wrong and what to do.
  static std::expected<std::shared_ptr<const Image>, std::string> open(
      const std::filesystem::path& path);
  // The same for an image in memory, which is moved in (tests, small sets).
  static std::expected<std::shared_ptr<const Image>, std::string> from_bytes(
      std::vector<std::uint8_t> bytes);

  ~Image();
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  // hashes: made with key(). Walks all suffixes, prefetching their buckets first. Hot path.
  Match find(const NameHashes& hashes) const noexcept;
  // Starts loading the buckets that find() will read; for batches.
  void prefetch(const NameHashes& hashes) const noexcept;
  // The set that stands at one suffix exactly, with its inherited elements; kEmptySet if none.
  SetId set_at(std::uint64_t suffix_hash) const noexcept;
  // The prefixes of addresses; their sets are the image's.
  const AddressSet& addresses() const noexcept;

  // In ascending order. Empty for kEmptySet and for a number that is no set's.
  std::span<const Element> elements(SetId set) const noexcept;
  SetId set_count() const noexcept;  // ids are 0 … set_count() - 1
  const HashKey& key() const noexcept;
  const std::vector<ImageList>& lists() const noexcept;
  std::uint64_t name_count() const noexcept;
  std::uint64_t size_bytes() const noexcept;
  std::uint64_t checksum() const noexcept;  // of the whole; names the image in logs and caches
  // The bytes behind an Element::condition; empty for 0 and for a number beyond the side table.
  Bytes condition(std::uint32_t condition) const noexcept;

 private:
  struct Parts;
  explicit Image(std::unique_ptr<const Parts> parts);
  static std::expected<std::shared_ptr<const Image>, std::string> from_parts(
      std::unique_ptr<Parts> parts);
  SetId set_in_buckets(std::uint64_t hash) const noexcept;
  SetId wide_set(std::uint64_t hash) const noexcept;

  std::unique_ptr<const Parts> parts_;
};

// How many of the names the image takes for listed ones, although the caller knows that no rule
// names them: their hash collides with a listed name's. Above 0: build again with another key.
std::size_t count_confused(const Image& image, std::span<const Name> names_known_unlisted);

}  // namespace haetae::list
