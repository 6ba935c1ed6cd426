#include "list/address_set.h"

#include <algorithm>

#include "base/prefix_map.h"
#include "list/image_format.h"

namespace haetae::list {
namespace {

using format::load;
// The value is a place and 1, so that what no prefix holds has 0.
using Ranges = PrefixMap<std::uint32_t>;
using Number = Ranges::Key;

constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kAddressBytes = 16;
constexpr std::size_t kPlaceBytes = sizeof(std::uint32_t);
constexpr std::size_t kRangeBytes = sizeof(Number) + kPlaceBytes;
constexpr std::size_t kRowBytes = 3 * sizeof(std::uint32_t);
constexpr std::size_t kPrefixBytes = kAddressBytes + kRowBytes;
constexpr std::uint32_t kWholeAddressBits = 128;
constexpr std::uint32_t kV4Bits = 32;

std::unexpected<std::string> broken() {
  return std::unexpected(std::string("is corrupt: its addresses are broken"));
}

}  // namespace

std::expected<AddressSet, std::string> AddressSet::read(Bytes section, SetId set_count) {
  if (section.size() < kHeaderBytes) return broken();
  AddressSet set;
  set.prefix_count_ = load<std::uint32_t>(section.data());
  set.range_count_ = load<std::uint32_t>(section.data() + sizeof(std::uint32_t));
  const std::uint64_t ranges = set.range_count_;
  const std::uint64_t prefixes = set.prefix_count_;
  const std::uint64_t wanted_bytes = kHeaderBytes + ranges * kRangeBytes + prefixes * kPrefixBytes;
  if (load<std::uint64_t>(section.data() + 8) != 0 || section.size() != wanted_bytes) {
    return broken();
  }
  set.starts_ = section.data() + kHeaderBytes;
  set.places_ = set.starts_ + ranges * sizeof(Number);
  set.addresses_ = set.places_ + ranges * kPlaceBytes;
  set.rows_ = set.addresses_ + prefixes * kAddressBytes;
  for (std::uint64_t i = 0; i < ranges; ++i) {
    const auto place = load<std::uint32_t>(set.places_ + i * kPlaceBytes);
    if (place != kNone && place >= prefixes) return broken();
    if (i == 0) continue;
    const auto before = load<Number>(set.starts_ + (i - 1) * sizeof(Number));
    if (load<Number>(set.starts_ + i * sizeof(Number)) <= before) return broken();
  }
  for (std::uint64_t i = 0; i < prefixes; ++i) {
    const std::uint8_t* const row = set.rows_ + i * kRowBytes;
    const auto around = load<std::uint32_t>(row + 4);
    // What is around stands before, so that every walk outwards ends.
    if (load<std::uint32_t>(row) >= set_count || (around != kNone && around >= i) ||
        load<std::uint32_t>(row + 8) > kWholeAddressBits) {
      return broken();
    }
  }
  return set;
}

std::vector<std::uint8_t> AddressSet::write(std::span<const Prefix> prefixes) {
  std::vector<Ranges::Entry> entries;
  entries.reserve(prefixes.size());
  for (std::uint32_t i = 0; i < prefixes.size(); ++i)
    entries.push_back({prefixes[i].prefix, i + 1});
  const Ranges ranges(std::move(entries));

  std::vector<Number> starts;
  std::vector<std::uint32_t> places;
  ranges.for_each_range([&](Number start, std::uint32_t value) {
    starts.push_back(start);
    places.push_back(value == 0 ? kNone : value - 1);
  });
  std::vector<std::uint8_t> out;
  out.reserve(kHeaderBytes + starts.size() * kRangeBytes + prefixes.size() * kPrefixBytes);
  format::append(out, static_cast<std::uint32_t>(prefixes.size()));
  format::append(out, static_cast<std::uint32_t>(starts.size()));
  format::append(out, std::uint64_t{0});
  for (const Number start : starts) format::append(out, start);
  for (const std::uint32_t place : places) format::append(out, place);
  for (const Prefix& prefix : prefixes) format::append(out, prefix.prefix.address().octets());
  for (const Prefix& prefix : prefixes) {
    format::append(out, prefix.set);
    format::append(out, prefix.around);
    format::append(out, static_cast<std::uint32_t>(prefix.prefix.mapped_bits()));
  }
  return out;
}

std::uint32_t AddressSet::find(const IpAddress& address) const noexcept {
  if (range_count_ == 0) return kNone;
  const auto* const starts = reinterpret_cast<const Number*>(starts_);
  const std::size_t at = Ranges::last_not_above(starts, range_count_, Ranges::key_of(address));
  return at < range_count_ ? load<std::uint32_t>(places_ + at * kPlaceBytes) : kNone;
}

SetId AddressSet::set_at(std::uint32_t place) const noexcept {
  return load<SetId>(rows_ + place * kRowBytes);
}

AddressSet::Prefix AddressSet::at(std::uint32_t place) const noexcept {
  const std::uint8_t* const row = rows_ + place * kRowBytes;
  const IpAddress address = IpAddress::v6(std::span<const std::uint8_t, kAddressBytes>(
      addresses_ + place * kAddressBytes, kAddressBytes));
  // A mapped address that says it is shorter than that is none of ours; it is read as its family
  // allows.
  std::uint32_t bits = load<std::uint32_t>(row + 8);
  if (address.is_v4())
    bits = std::max(bits, kWholeAddressBits - kV4Bits) - (kWholeAddressBits - kV4Bits);
  return {Cidr(address, static_cast<int>(bits)), load<SetId>(row), load<std::uint32_t>(row + 4)};
}

}  // namespace haetae::list
