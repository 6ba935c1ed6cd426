#include "firewall/stopped.h"

#include <algorithm>
#include <tuple>

#include "policy/decide.h"

namespace haetae::firewall {
namespace {

// A prefix and whether its addresses are stopped, unless a narrower one says something else.
struct Place {
  Cidr prefix;
  bool is_stopped;
  int rank;  // of equal prefixes the highest counts
};
constexpr int kNetwork = 0;
constexpr int kDevice = 1;
constexpr int kPair = 2;

bool is_inside(const std::string& name, const std::vector<std::string>& inside) {
  return std::ranges::find(inside, name) != inside.end();
}

bool is_stopped(const Whereabouts& where, const std::vector<bool>& by_profile,
                const std::string& profile) {
  const auto& all = where.policy.profiles;
  const auto found = std::ranges::find(all, profile, &policy::Profile::name);
  return found != all.end() && by_profile[static_cast<std::size_t>(found - all.begin())];
}

void add_configured(const Whereabouts& where, const std::vector<bool>& by_profile,
                    std::vector<Place>& places) {
  for (const config::Network& network : where.config.networks) {
    if (!network.cidr) continue;
    places.push_back({*network.cidr, is_stopped(where, by_profile, network.profile), kNetwork});
  }
  for (const config::Device& device : where.config.devices) {
    const bool stopped = is_stopped(where, by_profile, device.profile);
    if (device.address) {
      places.push_back(
          {Cidr(*device.address, device.address->is_v4() ? 32 : 128), stopped, kDevice});
    }
    if (device.cidr) places.push_back({*device.cidr, stopped, kDevice});
  }
}

void add_pairs(const Whereabouts& where, const std::vector<bool>& by_profile,
               std::vector<Place>& places) {
  for (const lan::Pair& pair : where.pairs) {
    if (pair.link >= where.link_names.size()) continue;
    const std::string& link = where.link_names[pair.link];
    if (!is_inside(link, where.inside)) continue;
    const policy::Identity who = where.policy.identify(
        {.address = pair.address,
         .interface = where.policy.identities.interface_of(link),
         .mac_sight = pair.is_taken_over ? policy::MacSight::TakenOver : policy::MacSight::Seen,
         .mac = pair.mac});
    places.push_back(
        {Cidr(pair.address, pair.address.is_v4() ? 32 : 128), by_profile[who.profile], kPair});
  }
}

// Walks prefixes, which nest or stand apart, from the lowest address to the highest, and gathers
// what is stopped.
class Walk {
 public:
  explicit Walk(std::vector<Place> places) : places_(std::move(places)) {
    std::ranges::sort(places_, {}, [](const Place& one) {
      return std::tuple(one.prefix.address(), one.prefix.mapped_bits(), one.rank);
    });
  }

  AddressRanges stopped() {
    for (const Place& place : places_) {
      const AddressRange range = ranges_of({place.prefix}).front();
      leave_before(range.first);
      if (!around_.empty() && cursor_ < range.first) {
        cover(cursor_, before(range.first), around_.back().is_stopped);
      }
      cursor_ = range.first;
      around_.push_back({range.last, place.is_stopped});
    }
    while (!around_.empty()) leave();
    return std::move(out_);
  }

 private:
  struct Around {
    IpAddress last;
    bool is_stopped;
  };

  void leave_before(const IpAddress& address) {
    while (!around_.empty() && around_.back().last < address) leave();
  }
  void leave() {
    const Around left = around_.back();
    around_.pop_back();
    cover(cursor_, left.last, left.is_stopped);
    cursor_ = std::max(cursor_, after(left.last));
    if (left.last == kHighest) around_.clear();  // nothing stands beyond
  }
  // Parts that lie in one family each.
  void cover(const IpAddress& first, const IpAddress& last, bool is_stopped) {
    static const IpAddress kV4First = IpAddress::v4(0);
    static const IpAddress kV4Last = IpAddress::v4(0xffffffff);
    if (!is_stopped || last < first) return;
    if (first < kV4First && last >= kV4First) {
      append(first, before(kV4First));
      cover(kV4First, last, true);
    } else if (first <= kV4Last && first.is_v4() && last > kV4Last) {
      append(first, kV4Last);
      cover(after(kV4Last), last, true);
    } else {
      append(first, last);
    }
  }
  void append(const IpAddress& first, const IpAddress& last) {
    const bool touches = !out_.empty() && after(out_.back().last) == first &&
                         out_.back().last.is_v4() == first.is_v4();
    if (touches) {
      out_.back().last = last;
    } else {
      out_.push_back({first, last});
    }
  }

  // The neighbouring addresses; the ends stay.
  static IpAddress after(const IpAddress& address) {
    auto octets = address.octets();
    if (address == kHighest) return address;
    for (std::size_t i = octets.size(); i > 0; --i) {
      const bool carries = ++octets[i - 1] == 0;
      if (!carries) break;
    }
    return IpAddress::v6(octets);
  }
  static IpAddress before(const IpAddress& address) {
    auto octets = address.octets();
    if (address == IpAddress()) return address;
    for (std::size_t i = octets.size(); i > 0; --i) {
      const bool borrows = octets[i - 1]-- == 0;
      if (!borrows) break;
    }
    return IpAddress::v6(octets);
  }
  static const IpAddress kHighest;

  std::vector<Place> places_;
  std::vector<Around> around_;
  IpAddress cursor_;
  AddressRanges out_;
};
const IpAddress Walk::kHighest = [] {
  std::array<std::uint8_t, 16> octets{};
  octets.fill(0xff);
  return IpAddress::v6(octets);
}();

}  // namespace

StoppedProfiles stopped_profiles(const policy::Policy& policy, const policy::Standing& standing,
                                 Time now) {
  StoppedProfiles all{.by_profile = {}, .since = now};
  for (std::size_t i = 0; i < policy.profiles.size(); ++i) {
    const policy::Verdict verdict =
        policy::presence(policy, standing, static_cast<policy::ProfileId>(i), now);
    all.by_profile.push_back(verdict.action == policy::Action::Block);
    all.until = std::min(all.until, verdict.valid_until);
  }
  return all;
}

std::size_t set_stopped(const Whereabouts& where, const std::vector<bool>& by_profile, Sets& sets) {
  sets.stopped_macs.clear();
  sets.stopped.clear();
  if (std::ranges::find(by_profile, true) == by_profile.end()) return 0;
  for (const config::Device& device : where.config.devices) {
    if (device.mac && is_stopped(where, by_profile, device.profile)) {
      sets.stopped_macs.push_back(*device.mac);
    }
  }
  std::ranges::sort(sets.stopped_macs);
  std::vector<Place> places;
  add_configured(where, by_profile, places);
  add_pairs(where, by_profile, places);
  sets.stopped = Walk(std::move(places)).stopped();
  if (sets.stopped.size() <= kStoppedRangesMax) return 0;
  const std::size_t beyond = sets.stopped.size() - kStoppedRangesMax;
  sets.stopped.resize(kStoppedRangesMax);
  return beyond;
}

void set_house(const lan::Links& links, const std::vector<std::string>& inside, Sets& sets) {
  std::vector<Cidr> prefixes{*Cidr::from_text("169.254.0.0/16"), *Cidr::from_text("fe80::/10")};
  for (const lan::Link& link : links.all()) {
    if (link.id >= links.names().size() || !is_inside(links.names()[link.id], inside)) continue;
    for (const lan::LinkAddress& own : link.addresses) prefixes.push_back(own.prefix);
  }
  sets.house = ranges_of(prefixes);
}

}  // namespace haetae::firewall
