#include "list/delta.h"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"
#include "base/local_address.h"

namespace haetae::list {
namespace {

// Filter bits an edit: one negative lookup in sixteen or fewer goes on to the rows.
constexpr std::size_t kFilterBits = 16;

std::uint8_t kind_of(RuleAction action, RuleScope scope, bool important) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(action) << 2 |
                                   static_cast<unsigned>(scope) << 1 |
                                   static_cast<unsigned>(important));
}

RuleAction action_of(std::uint8_t kind) {
  return static_cast<RuleAction>(kind >> 2);
}

RuleScope scope_of(std::uint8_t kind) {
  return static_cast<RuleScope>(kind >> 1 & 1);
}

bool is_important(std::uint8_t kind) {
  return (kind & 1) != 0;
}

bool counts_here(RuleScope scope, std::size_t label) {
  return scope == RuleScope::Subtree || label == 0;
}

}  // namespace

Delta::Delta(const HashKey& key, std::span<const Edit> edits) : key_(key) {
  take(edits);
}

Delta::Delta(const Delta& before, std::span<const Edit> more)
    : key_(before.key_), rows_(before.rows_), texts_(before.texts_), depths_(before.depths_) {
  take(more);
}

bool Delta::comes_before(const Row& a, const Row& b) noexcept {
  return std::tie(a.hash, a.list, a.kind) < std::tie(b.hash, b.list, b.kind);
}

void Delta::take(std::span<const Edit> edits) {
  const std::size_t sorted = rows_.size();
  for (const Edit& edit : edits) {
    const Name& name = edit.rule.name;
    const Row row{.hash = hash_name(name, key_),
                  .text = static_cast<std::uint32_t>(texts_.size()),
                  .list = edit.list,
                  .kind = kind_of(edit.rule.action, edit.rule.scope, edit.rule.important),
                  .add = edit.add};
    const auto old_end = rows_.begin() + static_cast<std::ptrdiff_t>(sorted);
    const auto old = std::lower_bound(rows_.begin(), old_end, row, comes_before);
    if (old != old_end && !comes_before(row, *old)) {
      old->add = row.add;
      continue;
    }
    rows_.push_back(row);
    texts_.insert(texts_.end(), name.wire().begin(), name.wire().end());
    depths_[name.label_count() / 64] |= std::uint64_t{1} << (name.label_count() % 64);
  }
  const auto middle = rows_.begin() + static_cast<std::ptrdiff_t>(sorted);
  // The last of equal edits comes first and stays.
  std::reverse(middle, rows_.end());
  std::stable_sort(middle, rows_.end(), comes_before);
  std::inplace_merge(rows_.begin(), middle, rows_.end(), comes_before);
  const auto same = [](const Row& a, const Row& b) {
    return !comes_before(a, b) && !comes_before(b, a);
  };
  rows_.erase(std::unique(rows_.begin(), rows_.end(), same), rows_.end());
  HAETAE_ASSERT(rows_.size() <= limits::kDeltaEditsMax);
  make_filter();
}

void Delta::make_filter() {
  filter_.assign(std::bit_ceil(rows_.size() * kFilterBits / 64 + 1), 0);
  for (const Row& row : rows_) {
    filter_[row.hash >> 6 & (filter_.size() - 1)] |= std::uint64_t{1} << (row.hash & 63);
  }
}

std::vector<Edit> Delta::edits() const {
  std::vector<Edit> edits;
  edits.reserve(rows_.size());
  for (const Row& row : rows_) {
    edits.push_back({.list = row.list,
                     .add = row.add,
                     .rule = {.name = *Name::from_wire(Bytes(texts_).subspan(row.text)),
                              .action = action_of(row.kind),
                              .scope = scope_of(row.kind),
                              .important = is_important(row.kind)}});
  }
  return edits;
}

std::span<const Delta::Row> Delta::at(std::uint64_t hash) const noexcept {
  if (!may_hold(hash)) return {};
  const auto found = std::ranges::equal_range(rows_, hash, {}, &Row::hash);
  return {found.begin(), found.end()};
}

bool Delta::touches(const NameHashes& hashes) const noexcept {
  const std::size_t count = hashes.label_count;
  for (std::size_t i = 0; i <= count; ++i) {
    const std::size_t depth = count - i;
    if ((depths_[depth / 64] >> (depth % 64) & 1) == 0) continue;
    if (!at(hashes.at[i]).empty()) return true;
  }
  return false;
}

Lists::Lists(std::shared_ptr<const Image> image, std::shared_ptr<const Delta> delta)
    : image_(std::move(image)),
      delta_(std::move(delta)),
      has_edits_(delta_ != nullptr && !delta_->empty()) {
  HAETAE_ASSERT(image_ != nullptr);
  HAETAE_ASSERT(delta_ == nullptr || delta_->key() == image_->key());
}

Match Lists::find(const IpAddress& address) const noexcept {
  const std::uint32_t place = place_of(address);
  return place == AddressSet::kNone ? Match{} : Match{.set = image_->addresses().set_at(place)};
}

std::uint32_t Lists::place_of(const IpAddress& address) const noexcept {
  const AddressSet& addresses = image_->addresses();
  const std::uint32_t place = addresses.find(address);
  if (place != AddressSet::kNone) return place;
  const IpAddress meant = led_to(address);
  return meant == address ? place : addresses.find(meant);
}

std::vector<Lists::AddressHolding> Lists::holdings(const IpAddress& address) const {
  std::vector<AddressHolding> found;
  const AddressSet& addresses = image_->addresses();
  std::uint32_t place = place_of(address);
  while (place != AddressSet::kNone) {
    const AddressSet::Prefix prefix = addresses.at(place);
    for (const Element& element : image_->elements(prefix.set)) {
      if (!element.inherited) found.push_back({element, prefix.prefix});
    }
    place = prefix.around;
  }
  return found;
}

std::size_t Lists::holdings(const NameHashes& hashes,
                            std::span<Holding, Delta::kElementsMax> out) const noexcept {
  std::size_t size = 0;
  const auto put = [&](const Element& element, std::size_t label) {
    if (size < out.size()) out[size++] = {element, static_cast<std::uint8_t>(label)};
  };
  for (std::size_t i = 0; i <= hashes.label_count && size < out.size(); ++i) {
    const auto own = image_->elements(image_->set_at(hashes.at[i]));
    const auto rows = has_edits_ ? delta_->at(hashes.at[i]) : std::span<const Delta::Row>{};
    for (const Element& element : own) {
      if (element.inherited || !counts_here(element.scope, i)) continue;
      const std::uint8_t kind = kind_of(element.action, element.scope, element.important);
      const bool removed =
          element.condition == 0 && std::ranges::any_of(rows, [&](const Delta::Row& row) {
            return !row.add && row.list == element.list && row.kind == kind;
          });
      if (!removed) put(element, i);
    }
    for (const Delta::Row& row : rows) {
      if (!row.add || !counts_here(scope_of(row.kind), i)) continue;
      const Element element{.list = row.list,
                            .action = action_of(row.kind),
                            .scope = scope_of(row.kind),
                            .important = is_important(row.kind)};
      if (!std::ranges::binary_search(own, element)) put(element, i);
    }
  }
  return size;
}

}  // namespace haetae::list
