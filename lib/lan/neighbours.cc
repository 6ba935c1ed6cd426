#include "lan/neighbours.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"
#include "base/mix.h"

namespace haetae::lan {
namespace {

constexpr std::size_t kFirstTableRows = 1024;
constexpr std::size_t kTakeoversMax = 16;

std::uint32_t stamp_of(Time now) {
  const auto since = std::chrono::floor<seconds>(now.time_since_epoch()).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(since, 0, 0xffffffff));
}
std::uint32_t stamp_of(SeenAt at) {
  return stamp_of(Time(at));
}
SeenAt time_of(std::uint32_t stamp) {
  return SeenAt(seconds(stamp));
}

// True if `then` is so far behind. A clock that was set back makes nothing old.
bool is_older(std::uint32_t then, std::uint32_t now, seconds age) {
  return now > then && now - then > age.count();
}

}  // namespace

std::size_t Neighbours::KeyedHash::operator()(const RowKey& row) const noexcept {
  const AddressWords words = words_of(row.address);
  return fold(fold(words.first ^ key.first, words.second ^ key.second), key.first ^ row.link);
}
std::size_t Neighbours::KeyedHash::operator()(const MacAddress& mac) const noexcept {
  return fold(mac.number() ^ key.first, key.second);
}

Neighbours::Neighbours(const HashKey& key, const NeighbourCaps& caps)
    : key_(key),
      caps_(caps),
      row_places_(0, KeyedHash{key}),
      mac_places_(0, KeyedHash{key}),
      table_(std::make_shared<NeighbourTable>(kFirstTableRows, key)),
      published_(table_) {}

// ---- lists

template <typename Things, typename Thing>
void Neighbours::append(List& list, Things& things, Chain Thing::* chain, std::uint32_t place) {
  things[place].*chain = {list.last, kNowhere};
  (list.last == kNowhere ? list.first : (things[list.last].*chain).after) = place;
  list.last = place;
  ++list.count;
}

template <typename Things, typename Thing>
void Neighbours::unlink(List& list, Things& things, Chain Thing::* chain, std::uint32_t place) {
  const Chain gone = things[place].*chain;
  (gone.before == kNowhere ? list.first : (things[gone.before].*chain).after) = gone.after;
  (gone.after == kNowhere ? list.last : (things[gone.after].*chain).before) = gone.before;
  --list.count;
}

Neighbours::OfLink& Neighbours::of(LinkId link) {
  if (of_links_.size() <= link) of_links_.resize(link + std::size_t{1});
  return of_links_[link];
}

// Puts the row at the end of the list of those that its link may forget, or into none.
void Neighbours::place_in_lists(std::uint32_t place) {
  Row& row = rows_[place];
  List& strangers = of(row.link).stranger_rows;
  if (row.is_stranger) unlink(strangers, rows_, &Row::of_link, place);
  row.is_stranger = !row.is_named && !macs_[row.mac].is_named;
  if (row.is_stranger) append(strangers, rows_, &Row::of_link, place);
}

void Neighbours::place_mac_in_list(std::uint32_t place) {
  Mac& mac = macs_[place];
  List& strangers = of(mac.link).stranger_macs;
  if (mac.is_stranger) unlink(strangers, macs_, &Mac::of_link, place);
  mac.is_stranger = !mac.is_named && mac.named_rows == 0;
  if (mac.is_stranger) append(strangers, macs_, &Mac::of_link, place);
}

void Neighbours::attach(std::uint32_t place, std::uint32_t mac) {
  Row& row = rows_[place];
  row.mac = mac;
  append(macs_[mac].rows, rows_, &Row::of_mac, place);
  if (row.is_named) ++macs_[mac].named_rows;
  place_in_lists(place);
}

void Neighbours::detach(std::uint32_t place) {
  Row& row = rows_[place];
  if (std::exchange(row.is_stranger, false)) {
    unlink(of(row.link).stranger_rows, rows_, &Row::of_link, place);
  }
  unlink(macs_[row.mac].rows, rows_, &Row::of_mac, place);
  if (row.is_named) --macs_[row.mac].named_rows;
  row.mac = kNowhere;
}

// ---- rows and MACs come and go

std::uint32_t Neighbours::find_row(LinkId link, const IpAddress& address) const {
  const auto found = row_places_.find(RowKey{address, link});
  return found == row_places_.end() ? kNowhere : found->second;
}

std::uint32_t Neighbours::take_mac(const MacAddress& mac, LinkId link, Stamp now) {
  if (const auto found = mac_places_.find(mac); found != mac_places_.end()) {
    Mac& known = macs_[found->second];
    if (known.link != link) {
      // It walked over to another network.
      if (std::exchange(known.is_stranger, false)) {
        unlink(of(known.link).stranger_macs, macs_, &Mac::of_link, found->second);
      }
      --of(known.link).macs;
      ++of(link).macs;
      known.link = link;
    }
    known.last_seen = now;
    place_mac_in_list(found->second);
    return found->second;
  }
  if (!make_room_for_mac(link)) return kNowhere;
  std::uint32_t place = static_cast<std::uint32_t>(macs_.size());
  if (free_macs_.empty()) {
    macs_.emplace_back();
  } else {
    place = free_macs_.back();
    free_macs_.pop_back();
  }
  macs_[place] = Mac{.mac = mac, .link = link, .first_seen = now, .last_seen = now};
  macs_[place].is_named = named_.mac(mac);
  mac_places_.emplace(mac, place);
  ++of(link).macs;
  place_mac_in_list(place);
  return place;
}

// A flood of made-up MACs forgets its own, and those of strangers on the same link.
bool Neighbours::make_room_for_mac(LinkId link) {
  const OfLink& here = of(link);
  if (here.macs < caps_.macs_of_link && mac_places_.size() < caps_.macs) return true;
  if (here.stranger_macs.first == kNowhere) return false;
  drop_mac(here.stranger_macs.first);
  counters_.forgotten_macs.add();
  return true;
}

std::uint32_t Neighbours::take_row(LinkId link, const IpAddress& address, std::uint32_t mac,
                                   Stamp now) {
  if (!make_room_for_row(link, mac)) return kNowhere;
  std::uint32_t place = static_cast<std::uint32_t>(rows_.size());
  if (free_rows_.empty()) {
    rows_.emplace_back();
  } else {
    place = free_rows_.back();
    free_rows_.pop_back();
  }
  rows_[place] = Row{.address = address, .link = link, .owner = macs_[mac].mac};
  Row& row = rows_[place];
  row.is_named = named_.address(address);
  row.first_seen = row.last_seen = row.owner_seen = now;
  row_places_.emplace(RowKey{address, link}, place);
  ++of(link).rows;
  attach(place, mac);
  place_mac_in_list(mac);
  return place;
}

// One device that takes address after address forgets its own; a link forgets strangers'.
bool Neighbours::make_room_for_row(LinkId link, std::uint32_t mac) {
  const List& own = macs_[mac].rows;
  if (own.count >= caps_.rows_of_mac) {
    std::uint32_t oldest = own.first;
    while (oldest != kNowhere && rows_[oldest].is_named) oldest = rows_[oldest].of_mac.after;
    if (oldest == kNowhere) return false;
    drop_row(oldest);
    counters_.forgotten_rows.add();
  }
  const OfLink& here = of(link);
  if (here.rows < caps_.rows_of_link && row_places_.size() < caps_.rows) return true;
  if (here.stranger_rows.first == kNowhere) return false;
  drop_row(here.stranger_rows.first);
  counters_.forgotten_rows.add();
  return true;
}

void Neighbours::drop_row(std::uint32_t place) {
  const Row& row = rows_[place];
  const std::uint32_t mac = row.mac;
  table_->erase(row.link, row.address);
  detach(place);
  if (row.is_named) place_mac_in_list(mac);
  --of(row.link).rows;
  row_places_.erase(RowKey{row.address, row.link});
  free_rows_.push_back(place);
}

void Neighbours::drop_mac(std::uint32_t place) {
  Mac& mac = macs_[place];
  while (mac.rows.first != kNowhere) drop_row(mac.rows.first);
  if (mac.is_stranger) unlink(of(mac.link).stranger_macs, macs_, &Mac::of_link, place);
  --of(mac.link).macs;
  mac_places_.erase(mac.mac);
  mac = {};
  free_macs_.push_back(place);
}

// ---- what the kernel tells

void Neighbours::learn(LinkId link, const IpAddress& address, const MacAddress& mac, Time when) {
  const Stamp now = stamp_of(when);
  const std::uint32_t who = take_mac(mac, link, now);
  std::uint32_t place = find_row(link, address);
  const bool is_new = place == kNowhere;
  if (is_new && who != kNowhere) place = take_row(link, address, who, now);
  if (who == kNowhere || place == kNowhere) {
    counters_.refused.add();
    if (!is_new) rows_[place].is_disputed = true;  // whoever it is, it may not be who it was
    return note_failure({address, link}, when);    // so that nobody waits for it
  }
  Row& row = rows_[place];
  if (row.mac != who) hand_over(row, who, now);
  if (is_new) counters_.learned.add();
  if (is_new) ++changes_;
  row.last_seen = now;
  row.telling = telling_;
  row.is_current = true;
  row.has_failed = row.is_disputed = false;
  if (row.owner == mac) row.owner_seen = now;
  unlink(macs_[who].rows, rows_, &Row::of_mac, place);
  append(macs_[who].rows, rows_, &Row::of_mac, place);
  place_in_lists(place);
  publish_row(row);
}

void Neighbours::hand_over(Row& row, std::uint32_t mac, Stamp now) {
  const std::uint32_t place = row_places_.at(RowKey{row.address, row.link});
  const std::uint32_t before = row.mac;
  detach(place);
  place_mac_in_list(before);
  attach(place, mac);
  place_mac_in_list(mac);
  ++changes_;
  counters_.learned.add();
  const MacAddress& holder = macs_[mac].mac;
  if (row.owner == holder) return;
  if (is_older(row.owner_seen, now, limits::kOwnerKept)) {
    row.owner = holder;
    row.first_seen = now;
    return;
  }
  counters_.taken_over.add();
  if (row.is_named && takeovers_.size() < kTakeoversMax) {
    takeovers_.push_back({row.address, holder, row.owner});
  }
}

void Neighbours::lose(LinkId link, const IpAddress& address, bool has_failed, Time now) {
  const std::uint32_t place = find_row(link, address);
  if (place != kNowhere) {
    Row& row = rows_[place];
    row.is_current = false;
    publish_row(row);
  }
  if (has_failed) note_failure({address, link}, now);
}

void Neighbours::end_telling(Time now) {
  for (const auto& [key, place] : row_places_) {
    const Row& row = rows_[place];
    if (row.is_current && row.telling != telling_) lose(row.link, row.address, false, now);
  }
}

// ---- failures

void Neighbours::note_failure(const RowKey& key, Time now) {
  // An address that failed a moment ago stands in the list already.
  if (table_->find(key.link, key.address).has_failed) return;
  if (failures_.size() == caps_.failures) {
    publish_failure(failures_.front().key, false);
    failures_.pop_front();
  }
  failures_.push_back({key, now + limits::kFailedNeighbourFor});
  publish_failure(key, true);
}

void Neighbours::expire_failures(Time now) {
  // A clock that was set back must not keep them for hours.
  const auto is_over = [now](const Failure& failure) {
    return failure.until <= now || failure.until > now + limits::kFailedNeighbourFor;
  };
  while (!failures_.empty() && is_over(failures_.front())) {
    publish_failure(failures_.front().key, false);
    failures_.pop_front();
  }
}

void Neighbours::publish_failure(const RowKey& key, bool has_failed) {
  const std::uint32_t place = find_row(key.link, key.address);
  if (place != kNowhere) {
    rows_[place].has_failed = has_failed;
    publish_row(rows_[place]);
  } else if (has_failed) {
    put(key, {.has_failed = true});
  } else {
    table_->erase(key.link, key.address);
  }
}

// ---- the workers' table

void Neighbours::publish_row(const Row& row) {
  const MacAddress& holder = macs_[row.mac].mac;
  if (row.is_disputed) return put({row.address, row.link}, {.has_failed = true});
  put({row.address, row.link}, {.mac = holder,
                                .has_mac = true,
                                .is_current = row.is_current,
                                .is_taken_over = row.owner != holder,
                                .has_failed = row.has_failed && !row.is_current});
}

void Neighbours::put(const RowKey& key, const Neighbour& neighbour) {
  if (row_places_.size() + failures_.size() <= table_->rows_max() &&
      table_->put(key.link, key.address, neighbour)) {
    return;
  }
  make_table(std::bit_ceil(std::max(kFirstTableRows, row_places_.size() + failures_.size())));
  const bool has_room = table_->put(key.link, key.address, neighbour);
  HAETAE_ASSERT(has_room);
}

// Workers go on reading the old one until their next batch.
void Neighbours::make_table(std::size_t rows_max) {
  table_ = std::make_shared<NeighbourTable>(rows_max, key_);
  for (const Failure& failure : failures_) {
    if (find_row(failure.key.link, failure.key.address) != kNowhere) continue;
    table_->put(failure.key.link, failure.key.address, {.has_failed = true});
  }
  for (const auto& [key, place] : row_places_) publish_row(rows_[place]);
  published_.publish(table_);
}

// ---- the long run

void Neighbours::set_named(Named named) {
  named_ = std::move(named);
  for (const auto& [mac, place] : mac_places_) {
    macs_[place].is_named = named_.mac(mac);
    macs_[place].named_rows = 0;
  }
  for (const auto& [key, place] : row_places_) {
    Row& row = rows_[place];
    row.is_named = named_.address(row.address);
    if (row.is_named) ++macs_[row.mac].named_rows;
    place_in_lists(place);
  }
  for (const auto& [mac, place] : mac_places_) place_mac_in_list(place);
}

void Neighbours::forget_older_than(seconds age, Time when) {
  const Stamp now = stamp_of(when);
  std::vector<std::uint32_t> old;
  for (const auto& [key, place] : row_places_) {
    Row& row = rows_[place];
    if (row.is_current) {  // the kernel says nothing while all stays as it is
      row.last_seen = now;
      macs_[row.mac].last_seen = now;
      if (row.owner == macs_[row.mac].mac) row.owner_seen = now;
    } else if (is_older(row.last_seen, now, age)) {
      old.push_back(place);
    }
  }
  for (const std::uint32_t place : old) drop_row(place);
  old.clear();
  for (const auto& [mac, place] : mac_places_) {
    const Mac& row = macs_[place];
    if (row.rows.count == 0 && is_older(row.last_seen, now, age)) old.push_back(place);
  }
  for (const std::uint32_t place : old) drop_mac(place);
}

void Neighbours::set_name(const MacAddress& mac, std::string_view host_name) {
  const auto found = mac_places_.find(mac);
  if (found == mac_places_.end() || macs_[found->second].name == host_name) return;
  macs_[found->second].name = host_name;
  ++changes_;
}

void Neighbours::restore(const SeenDevices& seen,
                         const std::function<LinkId(std::string_view)>& id_of) {
  for (const SeenDevice& device : seen) {
    const LinkId home = id_of(device.link);
    if (home == kNoLink) continue;
    const std::uint32_t mac = take_mac(device.mac, home, stamp_of(device.last));
    if (mac == kNowhere) continue;
    macs_[mac].first_seen = stamp_of(device.first);
    macs_[mac].name = device.name;
    for (const SeenAddress& one : device.addresses) {
      const LinkId link = id_of(one.link);
      if (link == kNoLink || find_row(link, one.address) != kNowhere) continue;
      const std::uint32_t place = take_row(link, one.address, mac, stamp_of(one.last));
      if (place == kNowhere) continue;
      Row& row = rows_[place];
      row.first_seen = stamp_of(one.first);
      row.owner = one.owner;
      row.owner_seen = stamp_of(one.owner_last);
      publish_row(row);
    }
  }
}

Pairs Neighbours::pairs() const {
  Pairs all;
  all.reserve(row_places_.size());
  for (const auto& [key, place] : row_places_) {
    const Row& row = rows_[place];
    if (row.mac == kNowhere) continue;
    const MacAddress& holder = macs_[row.mac].mac;
    all.push_back({row.link, row.address, holder, holder != row.owner});
  }
  return all;
}

SeenDevices Neighbours::seen(const std::function<std::string(LinkId)>& name_of) const {
  SeenDevices all;
  all.reserve(mac_places_.size());
  for (const auto& [mac, place] : mac_places_) {
    const Mac& row = macs_[place];
    SeenDevice& device = all.emplace_back(SeenDevice{
        mac, name_of(row.link), row.name, time_of(row.first_seen), time_of(row.last_seen)});
    device.addresses.reserve(row.rows.count);
    for (std::uint32_t at = row.rows.first; at != kNowhere; at = rows_[at].of_mac.after) {
      const Row& one = rows_[at];
      device.addresses.push_back({one.address, name_of(one.link), time_of(one.first_seen),
                                  time_of(one.last_seen), one.owner, time_of(one.owner_seen)});
    }
  }
  std::ranges::sort(all, {}, &SeenDevice::mac);
  return all;
}

}  // namespace haetae::lan
