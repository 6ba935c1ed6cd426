#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/counter.h"
#include "base/limits.h"
#include "base/name_hash.h"
#include "base/snapshot.h"
#include "base/time.h"
#include "lan/neighbour_table.h"
#include "lan/pairs.h"
#include "lan/seen.h"

namespace haetae::lan {

// What the configuration names: it is never forgotten to make room for strangers.
struct Named {
  std::function<bool(const MacAddress&)> mac = [](const MacAddress&) { return false; };
  std::function<bool(const IpAddress&)> address = [](const IpAddress&) { return false; };
};

struct NeighbourCaps {
  std::size_t rows = limits::kNeighboursMax;
  std::size_t rows_of_link = limits::kNeighboursOfLinkMax;
  std::size_t rows_of_mac = limits::kNeighboursOfMacMax;
  std::size_t macs = limits::kMacsMax;
  std::size_t macs_of_link = limits::kMacsOfLinkMax;
  std::size_t failures = limits::kFailedNeighboursMax;
};

struct NeighbourCounters {
  Counter learned;         // an address was new, or changed hands
  Counter taken_over;      // it changed hands while its first holder is still remembered
  Counter forgotten_rows;  // to make room for others
  Counter forgotten_macs;
  Counter refused;  // no room, not even by forgetting
};

// An address that the configuration names, and that another device uses than before.
struct Takeover {
  IpAddress address;
  MacAddress holder;
  MacAddress owner;
};

// Who has which address, as the kernel tells and told: the memory behind a NeighbourTable. One
// thread writes. The kernel forgets a quiet neighbour within minutes; we keep the pair, or else
// every IPv6 temporary address (RFC 8981) would be a stranger after a pause.
//
// The first MAC that held an address owns it until it was away for limits::kOwnerKept; another that
// holds it meanwhile has taken it over.
class Neighbours {
 public:
  // key: a secret, for the tables that strangers fill.
  explicit Neighbours(const HashKey& key, const NeighbourCaps& caps = {});

  void set_named(Named named);
  // What was written by seen(), before the kernel's first news. id_of: finds or makes a LinkId.
  void restore(const SeenDevices& seen, const std::function<LinkId(std::string_view)>& id_of);

  // The kernel holds this pair now.
  void learn(LinkId link, const IpAddress& address, const MacAddress& mac, Time now);
  // It does not any more. has_failed: it asked, and nobody answered.
  void lose(LinkId link, const IpAddress& address, bool has_failed, Time now);
  // Around a telling of everything: what the kernel did not name between the two it lost.
  void begin_telling() { ++telling_; }
  void end_telling(Time now);

  // From time to time, every second at least: failures are forgotten after
  // limits::kFailedNeighbourFor.
  void expire_failures(Time now);
  // Forgets whom nobody saw for so long.
  void forget_older_than(seconds age, Time now);
  void set_name(const MacAddress& mac, std::string_view host_name);

  const Snapshot<NeighbourTable>& table() const noexcept { return published_; }
  Snapshot<NeighbourTable>& table() noexcept { return published_; }
  const NeighbourCounters& counters() const noexcept { return counters_; }
  std::size_t rows() const noexcept { return row_places_.size(); }
  std::size_t macs() const noexcept { return mac_places_.size(); }
  // Grows when a pair is new; what is only seen again changes nothing.
  std::uint64_t changes() const noexcept { return changes_; }
  // Takeovers since the last call; a few, the rest is only counted.
  std::vector<Takeover> take_takeovers() { return std::exchange(takeovers_, {}); }

  // Who holds which address, in no order.
  Pairs pairs() const;
  // All of it, for people and for the next start. name_of: the name of a LinkId.
  SeenDevices seen(const std::function<std::string(LinkId)>& name_of) const;

 private:
  static constexpr std::uint32_t kNowhere = 0xffffffff;
  using Stamp = std::uint32_t;  // seconds since 1970, UTC

  struct Chain {
    std::uint32_t before = kNowhere;
    std::uint32_t after = kNowhere;
  };
  struct List {
    std::uint32_t first = kNowhere;  // seen longest ago
    std::uint32_t last = kNowhere;
    std::uint32_t count = 0;
  };
  struct Row {
    IpAddress address;
    LinkId link = kNoLink;
    bool is_current = false;
    bool has_failed = false;
    bool is_named = false;     // the address is
    bool is_disputed = false;  // held by a MAC for which there was no room
    bool is_stranger = false;  // stands in its link's list
    MacAddress owner;
    std::uint32_t mac = kNowhere;  // place of its holder
    std::uint32_t telling = 0;
    Stamp first_seen = 0;
    Stamp last_seen = 0;
    Stamp owner_seen = 0;
    Chain of_mac;
    Chain of_link;
  };
  struct Mac {
    MacAddress mac;
    LinkId link = kNoLink;
    bool is_named = false;
    bool is_stranger = false;  // stands in its link's list
    std::uint32_t named_rows = 0;
    Stamp first_seen = 0;
    Stamp last_seen = 0;
    List rows;
    Chain of_link;
    std::string name;
  };
  struct OfLink {
    List stranger_rows;
    List stranger_macs;
    std::uint32_t rows = 0;
    std::uint32_t macs = 0;
  };
  struct RowKey {
    IpAddress address;
    LinkId link;
    friend bool operator==(const RowKey&, const RowKey&) = default;
  };
  struct KeyedHash {
    HashKey key;
    std::size_t operator()(const RowKey& row) const noexcept;
    std::size_t operator()(const MacAddress& mac) const noexcept;
  };
  struct Failure {
    RowKey key;
    Time until;
  };

  template <typename Things, typename Thing>
  static void append(List& list, Things& things, Chain Thing::* links, std::uint32_t place);
  template <typename Things, typename Thing>
  static void unlink(List& list, Things& things, Chain Thing::* links, std::uint32_t place);

  OfLink& of(LinkId link);
  std::uint32_t find_row(LinkId link, const IpAddress& address) const;
  std::uint32_t take_mac(const MacAddress& mac, LinkId link, Stamp now);
  std::uint32_t take_row(LinkId link, const IpAddress& address, std::uint32_t mac, Stamp now);
  bool make_room_for_mac(LinkId link);
  bool make_room_for_row(LinkId link, std::uint32_t mac);
  void attach(std::uint32_t row, std::uint32_t mac);
  void detach(std::uint32_t row);
  void place_in_lists(std::uint32_t row);
  void place_mac_in_list(std::uint32_t mac);
  void drop_row(std::uint32_t row);
  void drop_mac(std::uint32_t mac);
  void hand_over(Row& row, std::uint32_t mac, Stamp now);
  void note_failure(const RowKey& key, Time now);
  void publish_row(const Row& row);
  void publish_failure(const RowKey& key, bool has_failed);
  void put(const RowKey& key, const Neighbour& neighbour);
  void make_table(std::size_t rows_max);

  HashKey key_;
  NeighbourCaps caps_;
  Named named_;
  std::deque<Row> rows_;
  std::vector<std::uint32_t> free_rows_;
  std::deque<Mac> macs_;
  std::vector<std::uint32_t> free_macs_;
  std::vector<OfLink> of_links_;
  absl::flat_hash_map<RowKey, std::uint32_t, KeyedHash> row_places_;
  absl::flat_hash_map<MacAddress, std::uint32_t, KeyedHash> mac_places_;
  std::deque<Failure> failures_;  // the oldest first
  std::uint32_t telling_ = 0;
  std::uint64_t changes_ = 0;
  std::vector<Takeover> takeovers_;
  NeighbourCounters counters_;
  std::shared_ptr<NeighbourTable> table_;
  Snapshot<NeighbourTable> published_;
};

}  // namespace haetae::lan
