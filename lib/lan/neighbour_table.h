#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/address.h"
#include "base/name_hash.h"
#include "lan/links.h"

namespace haetae::lan {

// What is known of whoever has an address.
struct Neighbour {
  MacAddress mac{};
  bool has_mac = false;
  bool is_current = false;     // the kernel holds it now: answers go to this MAC
  bool is_taken_over = false;  // another MAC held the address before
  bool has_failed = false;     // asked lately, and nobody answered
  friend bool operator==(const Neighbour&, const Neighbour&) = default;
};

// Addresses to MACs, written by one thread and read by all workers without locks. A row costs 32
// octets: a slot of two words, half of the slots in use. 64-bit hashes with a secret key stand for
// the addresses, so nobody can choose addresses that meet in it.
//
// A slot's value carries 12 bits that count how often the slot changed hands. The writer takes the
// old key away before it changes the value, and puts the new key in last; so a reader who finds its
// key between two values of the same count has read a value of that key.
class NeighbourTable {
 public:
  // rows_max: so many rows have room for certain.
  NeighbourTable(std::size_t rows_max, const HashKey& key);

  // Everything false if the address is not there. Any thread; hot path.
  Neighbour find(LinkId link, const IpAddress& address) const noexcept;

  // The writer. False: no room any more, and a larger table is to be made.
  bool put(LinkId link, const IpAddress& address, const Neighbour& neighbour) noexcept;
  void erase(LinkId link, const IpAddress& address) noexcept;
  std::size_t rows_max() const noexcept { return rows_max_; }

 private:
  struct Slot {
    std::atomic<std::uint64_t> key{0};
    std::atomic<std::uint64_t> value{0};
  };

  std::uint64_t hash(LinkId link, const IpAddress& address) const noexcept;
  Slot* slot_of(std::uint64_t hash) noexcept;  // null: not there

  std::size_t rows_max_;
  HashKey key_;
  std::size_t mask_;
  std::unique_ptr<Slot[]> slots_;
  std::size_t used_ = 0;  // slots that are not empty: rows, and what erased ones left
};

}  // namespace haetae::lan
