#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/prefix_map.h"

namespace haetae::lan {

// A network interface by its name, for as long as the program runs: the kernel's index changes when
// an interface is made anew, the name that a configuration knows stays.
using LinkId = std::uint16_t;
inline constexpr LinkId kNoLink = 0xffff;

// An address of this machine, and what of it is the same for all on the link.
struct LinkAddress {
  IpAddress address;
  Cidr prefix;
  friend bool operator==(const LinkAddress&, const LinkAddress&) = default;
};

// An interface as it is now.
struct Link {
  std::uint32_t index = 0;  // the kernel's
  LinkId id = kNoLink;
  bool shows_macs = false;  // neighbours on it have 48-bit addresses
  std::vector<LinkAddress> addresses{};

  // Whether an address belongs to this link: no router stands between.
  bool holds(const IpAddress& address) const noexcept;
};

// All interfaces at one moment. Immutable while workers share it.
class Links {
 public:
  Links() = default;  // none
  Links(std::vector<Link> links, std::vector<std::string> names);

  // Null if there is none. Hot path.
  const Link* at(std::uint32_t index) const noexcept;
  // The link whose prefix holds the address; null if none does. Hot path.
  const Link* holder_of(const IpAddress& address) const noexcept;

  const std::vector<Link>& all() const noexcept { return links_; }  // in the order of their indexes
  // By LinkId: of all links that ever were. Empty ids are never given.
  const std::vector<std::string>& names() const noexcept { return names_; }

 private:
  std::vector<Link> links_;
  std::vector<std::string> names_;
  PrefixMap<std::uint16_t> holders_;  // place in links_ and one; 0: nobody's
};

// Follows the kernel's news of interfaces and addresses. Bounded by limits::kLinksMax and
// kAddressesOfLinkMax; what comes beyond is counted and not known.
class LinkBook {
 public:
  void set_link(std::uint32_t index, std::string_view name, bool shows_macs);
  void remove_link(std::uint32_t index);
  // An address that is there already stays as it is: the kernel tells of every renewed lifetime.
  void add_address(std::uint32_t index, const LinkAddress& address);
  void remove_address(std::uint32_t index, const LinkAddress& address);
  // Before the kernel tells all anew. Ids of names stay.
  void clear() { links_.clear(); }

  // kNoLink if there is no such interface, or too many were seen.
  LinkId id_of(std::uint32_t index) const noexcept;
  // An id for a name that need not exist at the moment; kNoLink if there are too many.
  LinkId id_of(std::string_view name);
  const std::string& name_of(LinkId id) const noexcept { return names_[id]; }

  Links links() const { return {links_, names_}; }
  std::uint64_t refused() const noexcept { return refused_; }

 private:
  Link* find(std::uint32_t index) noexcept;

  std::vector<Link> links_;  // in the order of their indexes
  std::vector<std::string> names_;
  std::uint64_t refused_ = 0;
};

}  // namespace haetae::lan
