#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/name_hash.h"
#include "list/image.h"
#include "list/rule.h"

namespace haetae::list {

// A change to a list that is not in the image yet. It speaks of rules without conditions only.
struct Edit {
  ListId list;
  bool add;  // false: the list no longer holds the rule
  Rule rule;
};

// Edits beside an image: sorted, bounded (limits::kDeltaEditsMax), immutable once made, hashed with
// the image's key. A one-rule edit costs a new Delta, not a new image.
class Delta {
 public:
  static constexpr std::size_t kElementsMax = 64;

  // Of several edits of one rule in one list the last counts. The caller sees to it that no more
  // than limits::kDeltaEditsMax different ones come together.
  Delta(const HashKey& key, std::span<const Edit> edits);
  // All of `before`, then `more`. Costs a copy of the compact rows, about 40 bytes each.
  Delta(const Delta& before, std::span<const Edit> more);

  bool empty() const noexcept { return rows_.empty(); }
  std::size_t size() const noexcept { return rows_.size(); }
  const HashKey& key() const noexcept { return key_; }
  std::vector<Edit> edits() const;  // for merging into the next image
  // True if an edit speaks of the name or of a name above it.
  bool touches(const NameHashes& hashes) const noexcept;

 private:
  friend class Lists;
  struct Row {
    std::uint64_t hash;
    std::uint32_t text;  // where the rule's name starts in texts_
    ListId list;
    std::uint8_t kind;  // the rule without its name
    bool add;
  };

  static bool comes_before(const Row& a, const Row& b) noexcept;
  void take(std::span<const Edit> edits);
  void make_filter();
  std::span<const Row> at(std::uint64_t hash) const noexcept;
  bool may_hold(std::uint64_t hash) const noexcept {
    return (filter_[hash >> 6 & (filter_.size() - 1)] >> (hash & 63) & 1) != 0;
  }

  HashKey key_;
  std::vector<Row> rows_;            // by hash, list and kind
  std::vector<std::uint8_t> texts_;  // wire forms
  std::vector<std::uint64_t> filter_;
  std::array<std::uint64_t, 2> depths_ = {};  // bit n: an edit's name has n labels
};

// The lists as a Policy sees them: an image and, beside it, the delta.
class Lists {
 public:
  // delta: null for none, else made with the image's key.
  Lists(std::shared_ptr<const Image> image, std::shared_ptr<const Delta> delta);

  // Image::find with `edited` filled in. Hot path.
  Match find(const NameHashes& hashes) const noexcept {
    Match match = image_->find(hashes);
    if (has_edits_) match.edited = delta_->touches(hashes);
    return match;
  }
  // The set of the narrowest prefix that holds the address: what is led to (local_address.h) where
  // the address itself is in none. Edits speak of names only. Hot path.
  Match find(const IpAddress& address) const noexcept;
  // What holds at the address and on which prefix each list says so, narrowest first: for people's
  // eyes.
  struct AddressHolding {
    Element element;
    Cidr prefix;
  };
  std::vector<AddressHolding> holdings(const IpAddress& address) const;

  // All that holds at the name, written to out: nearest suffix first, edits applied, elements that
  // do not count at this name (Exact ones of ancestors) left out. Each row says where its rule
  // stands. Used when Match::edited is set, and by `explain` to name the rule. No allocation. What
  // does not fit out is left out: the farthest.
  struct Holding {
    Element element;
    std::uint8_t label;  // the label at which the rule's name starts
    friend auto operator<=>(const Holding&, const Holding&) = default;
  };
  std::size_t holdings(const NameHashes& hashes,
                       std::span<Holding, Delta::kElementsMax> out) const noexcept;

  const Image& image() const noexcept { return *image_; }
  const Delta* delta() const noexcept { return delta_.get(); }

 private:
  std::uint32_t place_of(const IpAddress& address) const noexcept;

  std::shared_ptr<const Image> image_;
  std::shared_ptr<const Delta> delta_;
  bool has_edits_;
};

}  // namespace haetae::list
