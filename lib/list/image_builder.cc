#include "list/image_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "base/assert.h"
#include "base/limits.h"
#include "list/image_bucket.h"
#include "list/image_builder_names.h"
#include "list/image_builder_sets.h"
#include "list/image_builder_table.h"
#include "list/image_format.h"
#include "list/image_writer.h"

namespace haetae::list {

using format::Section;

namespace {

// Names whose ancestors are looked up together, so that their index entries arrive together.
constexpr std::size_t kNamesAtOnce = 16;

std::unexpected<BuildError> too_large(const char* what) {
  return std::unexpected(
      BuildError{BuildError::Kind::TooLarge,
                 fmt::format("cannot build the list image: {}; use fewer or smaller lists", what)});
}

std::unexpected<BuildError> collision() {
  return std::unexpected(BuildError{
      BuildError::Kind::Collision,
      "cannot build the list image: two names have one fingerprint; build with another key"});
}

// A wire form without its first labels.
Bytes suffix_of(Bytes wire, std::size_t labels) {
  for (; labels > 0; --labels) wire = wire.subspan(std::size_t{1} + wire.front());
  return wire;
}

}  // namespace

struct ImageBuilder::Work {
  explicit Work(const HashKey& build_key);

  std::uint32_t condition_number(Bytes condition);
  std::expected<BuildStats, BuildError> write(ImageOutput& output);
  std::expected<void, BuildError> check() const;

  // The steps of write(), in order.
  void gather_prefixes();
  bool close_over_ancestors();
  bool close(ListedNames::Entry& entry, const NameHashes& hashes);
  void number_sets();
  void write_wide_names(ImageWriter& out);
  void write_sets(ImageWriter& out);
  void write_conditions(ImageWriter& out);
  void write_prefixes(ImageWriter& out);

  bool has_depth(std::size_t labels) const {
    return (header.depths[labels / 64] >> (labels % 64) & 1) != 0;
  }

  HashKey key;
  std::vector<ImageList> lists;
  SetPool sets;
  ListedNames names;
  std::vector<std::pair<Cidr, std::uint64_t>> address_elements;  // as added
  std::vector<AddressSet::Prefix> prefixes;                      // in order, with the pool's sets
  std::unordered_map<std::string, std::uint32_t> conditions;
  std::vector<std::string_view> conditions_in_order;
  std::size_t condition_bytes = 0;
  std::vector<SetId> number_of;  // the image's number of each set of the pool
  std::vector<SetId> in_order;   // the pool's number of each set of the image
  format::Header header;
  BuildStats stats;
};

ImageBuilder::ImageBuilder(const HashKey& key) : work_(std::make_unique<Work>(key)) {}

ImageBuilder::~ImageBuilder() = default;

ListId ImageBuilder::add_list(ImageList info) {
  HAETAE_ASSERT(work_->lists.size() < limits::kListsMax);
  work_->lists.push_back(std::move(info));
  return static_cast<ListId>(work_->lists.size() - 1);
}

void ImageBuilder::set_list_counts(ListId list, std::uint64_t source_digest,
                                   std::uint64_t rule_count) {
  HAETAE_ASSERT(list < work_->lists.size());
  work_->lists[list].source_digest = source_digest;
  work_->lists[list].rule_count = rule_count;
}

void ImageBuilder::add(ListId list, const Rule& rule, Bytes condition) {
  HAETAE_ASSERT(list < work_->lists.size());
  const Element element{.list = list,
                        .action = rule.action,
                        .scope = rule.scope,
                        .important = rule.important,
                        .inherited = false,
                        .condition = work_->condition_number(condition)};
  const std::size_t labels = rule.name.label_count();
  work_->header.depths[labels / 64] |= std::uint64_t{1} << (labels % 64);
  ++work_->stats.rules;
  work_->names.add(hash_name(rule.name, work_->key), rule.name.wire(), format::pack(element));
}

void ImageBuilder::add(ListId list, const AddressRule& rule) {
  HAETAE_ASSERT(list < work_->lists.size());
  ++work_->stats.rules;
  work_->address_elements.emplace_back(rule.prefix, format::pack({.list = list}));
}

bool ImageBuilder::confuses(const Name& name) {
  ListedNames& names = work_->names;
  names.flush();
  NameHashes hashes;
  hash_suffixes(name, work_->key, hashes);
  for (std::size_t i = 0; i <= hashes.label_count; ++i) {
    const std::uint32_t found = names.find(hashes.at[i]);
    if (found != ListedNames::kNone && !names.is(names[found], name.suffix_wire(i))) return true;
  }
  return false;
}

std::expected<BuildStats, BuildError> ImageBuilder::write(const std::filesystem::path& path) {
  FileOutput output(path);
  auto stats = work_->write(output);
  if (!stats) return stats;
  if (auto committed = output.commit(); !committed) {
    return std::unexpected(BuildError{BuildError::Kind::File, std::move(committed.error())});
  }
  return stats;
}

std::expected<std::vector<std::uint8_t>, BuildError> ImageBuilder::to_bytes(BuildStats* stats) {
  MemoryOutput output;
  auto written = work_->write(output);
  if (!written) return std::unexpected(std::move(written.error()));
  if (stats != nullptr) *stats = *written;
  return output.take();
}

ImageBuilder::Work::Work(const HashKey& build_key)
    : key(build_key),
      names([this](std::uint32_t& set, std::uint64_t element) { set = sets.with(set, element); }) {
  header.key_first = key.first;
  header.key_second = key.second;
}

std::uint32_t ImageBuilder::Work::condition_number(Bytes condition) {
  if (condition.empty() || condition_bytes > limits::kImageConditionBytesMax) return 0;
  const auto [known, is_new] = conditions.try_emplace(
      std::string(as_text(condition)), static_cast<std::uint32_t>(conditions.size() + 1));
  if (is_new) {
    condition_bytes += condition.size();
    conditions_in_order.push_back(known->first);
  }
  return known->second;
}

std::expected<void, BuildError> ImageBuilder::Work::check() const {
  if (names.collisions() > 0) return collision();
  if (names.full()) return too_large("there are too many names");
  if (prefixes.size() > limits::kImagePrefixesMax) {
    return too_large("there are too many addresses and networks");
  }
  if (sets.full()) return too_large("there are too many different sets of rules at one name");
  if (condition_bytes > limits::kImageConditionBytesMax) {
    return too_large("there are too many rules with conditions");
  }
  return {};
}

std::expected<BuildStats, BuildError> ImageBuilder::Work::write(ImageOutput& output) {
  names.flush();
  gather_prefixes();
  if (const auto checked = check(); !checked) return std::unexpected(checked.error());
  if (!close_over_ancestors()) return collision();
  if (const auto checked = check(); !checked) return std::unexpected(checked.error());
  names.drop_index();  // makes room for the table of buckets
  number_sets();

  ImageWriter out(output);
  const BucketTable table(names);
  const auto set_number = [this](const ListedNames::Entry& entry) {
    const SetId set = number_of[entry.value];
    return set < bucket::kWide ? static_cast<std::uint16_t>(set) : bucket::kWide;
  };
  if (!table.write(set_number, [&](Bytes bytes) { out.append(bytes); })) return collision();
  out.end(Section::Buckets);
  write_wide_names(out);
  write_sets(out);
  write_conditions(out);
  out.append_all(format::write_lists(lists));
  out.end(Section::Lists);
  write_prefixes(out);
  header.name_count = names.size();
  header.bucket_count = table.bucket_count();
  out.end_file(header);

  stats.names = names.size();
  stats.prefixes = prefixes.size();
  stats.elements_dropped = sets.dropped();
  stats.sets = in_order.size();
  stats.second_places = table.second_places();
  stats.size_bytes = header.file_size;
  return stats;
}

// Every distinct prefix with the set of what is said of it and of the prefixes around it.
void ImageBuilder::Work::gather_prefixes() {
  std::ranges::sort(address_elements, {}, [](const auto& row) {
    return std::tuple(row.first.address(), row.first.mapped_bits(), row.second);
  });
  std::vector<SetId> own;  // of each prefix, without what is around it
  for (const auto& [prefix, element] : address_elements) {
    if (prefixes.empty() || prefixes.back().prefix != prefix) {
      // A prefix that starts before and does not hold this one holds none of the next ones either.
      std::uint32_t around = static_cast<std::uint32_t>(prefixes.size()) - 1;
      while (around != AddressSet::kNone && !prefixes[around].prefix.contains(prefix.address())) {
        around = prefixes[around].around;
      }
      prefixes.push_back({prefix, kEmptySet, around});
      own.push_back(kEmptySet);
    }
    own.back() = sets.with(own.back(), element);
  }
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    prefixes[i].set = own[i];
    for (std::uint32_t around = prefixes[i].around; around != AddressSet::kNone;
         around = prefixes[around].around) {
      prefixes[i].set = sets.inherit(prefixes[i].set, own[around]);
    }
  }
  address_elements = {};
}

// False if a name above a listed one has the hash of a listed name that is another one.
bool ImageBuilder::Work::close_over_ancestors() {
  std::array<NameHashes, kNamesAtOnce> hashes;
  for (std::size_t start = 0; start < names.size(); start += kNamesAtOnce) {
    const std::size_t count = std::min(kNamesAtOnce, names.size() - start);
    for (std::size_t n = 0; n < count; ++n) {
      hash_suffixes(names.wire(names[start + n]), key, hashes[n]);
      for (std::size_t i = 1; i <= hashes[n].label_count; ++i) {
        if (has_depth(hashes[n].label_count - i)) names.prefetch(hashes[n].at[i]);
      }
    }
    for (std::size_t n = 0; n < count; ++n) {
      if (!close(names[start + n], hashes[n])) return false;
    }
  }
  return true;
}

bool ImageBuilder::Work::close(ListedNames::Entry& entry, const NameHashes& hashes) {
  for (std::size_t i = 1; i <= hashes.label_count; ++i) {
    if (!has_depth(hashes.label_count - i)) continue;
    const std::uint32_t above = names.find(hashes.at[i]);
    if (above == ListedNames::kNone) continue;
    if (!names.is(names[above], suffix_of(names.wire(entry), i))) return false;
    entry.value = sets.inherit(entry.value, names[above].value);
  }
  return true;
}

// Sets in use get their numbers: those without conditions first, so that one comparison tells, and
// within either kind the frequent ones first, so that their numbers fit buckets and what others
// keep by number stays together in their caches.
void ImageBuilder::Work::number_sets() {
  std::vector<std::uint64_t> uses(sets.size());
  for (std::size_t i = 0; i < names.size(); ++i) ++uses[names[i].value];
  for (const AddressSet::Prefix& prefix : prefixes) ++uses[prefix.set];
  const auto conditional = [this](SetId set) {
    return std::ranges::any_of(sets.elements(set), [](std::uint64_t element) {
      return format::unpack(element).condition != 0;
    });
  };
  using Row = std::tuple<bool, std::uint64_t, SetId>;  // conditional, rarity, set of the pool
  std::vector<Row> rows;
  for (SetId set = 1; set < sets.size(); ++set) {
    if (uses[set] > 0) rows.emplace_back(conditional(set), ~uses[set], set);
  }
  std::ranges::sort(rows);
  in_order = {kEmptySet};
  number_of.assign(sets.size(), kEmptySet);
  header.conditional_first = static_cast<std::uint32_t>(rows.size() + 1);
  for (const auto& [has_condition, rarity, set] : rows) {
    number_of[set] = static_cast<SetId>(in_order.size());
    if (has_condition)
      header.conditional_first = std::min(header.conditional_first, number_of[set]);
    in_order.push_back(set);
  }
  header.set_count = static_cast<std::uint32_t>(in_order.size());
}

void ImageBuilder::Work::write_wide_names(ImageWriter& out) {
  std::vector<std::pair<std::uint64_t, SetId>> wide;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const SetId set = number_of[names[i].value];
    if (set >= bucket::kWide) wide.emplace_back(names[i].hash, set);
  }
  std::ranges::sort(wide);
  std::vector<std::uint64_t> hashes;
  std::vector<SetId> numbers;
  for (const auto& [hash, set] : wide) {
    hashes.push_back(hash);
    numbers.push_back(set);
  }
  out.append_all(hashes);
  out.append_all(numbers);
  out.end(Section::WideNames);
  stats.wide_names = wide.size();
}

void ImageBuilder::Work::write_sets(ImageWriter& out) {
  std::vector<std::uint32_t> starts = {0};
  std::vector<std::uint64_t> elements;
  for (const SetId set : in_order) {
    const auto held = sets.elements(set);
    elements.insert(elements.end(), held.begin(), held.end());
    starts.push_back(static_cast<std::uint32_t>(elements.size()));
  }
  out.append_all(starts);
  out.end(Section::SetStarts);
  out.append_all(elements);
  out.end(Section::Elements);
}

void ImageBuilder::Work::write_conditions(ImageWriter& out) {
  std::vector<std::uint32_t> starts = {static_cast<std::uint32_t>(conditions_in_order.size()), 0};
  for (const std::string_view condition : conditions_in_order) {
    starts.push_back(starts.back() + static_cast<std::uint32_t>(condition.size()));
  }
  out.append_all(starts);
  for (const std::string_view condition : conditions_in_order) out.append(as_bytes(condition));
  out.end(Section::Conditions);
}

void ImageBuilder::Work::write_prefixes(ImageWriter& out) {
  for (AddressSet::Prefix& prefix : prefixes) prefix.set = number_of[prefix.set];
  out.append(AddressSet::write(prefixes));
  out.end(Section::Addresses);
}

}  // namespace haetae::list
