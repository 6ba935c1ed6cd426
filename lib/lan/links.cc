#include "lan/links.h"

#include <algorithm>

#include "base/limits.h"

namespace haetae::lan {
namespace {

// fe80::/10 (RFC 4291, section 2.5.6) and 169.254.0.0/16 (RFC 3927): on every link, never beyond.
bool is_link_local(const IpAddress& address) noexcept {
  const Bytes octets = address.wire();
  if (address.is_v4()) return octets[0] == 169 && octets[1] == 254;
  return octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80;
}

}  // namespace

bool Link::holds(const IpAddress& address) const noexcept {
  return is_link_local(address) ||
         std::ranges::any_of(addresses, [&address](const LinkAddress& own) {
           return own.prefix.contains(address);
         });
}

Links::Links(std::vector<Link> links, std::vector<std::string> names)
    : links_(std::move(links)), names_(std::move(names)) {
  std::vector<PrefixMap<std::uint16_t>::Entry> entries;
  for (std::size_t i = 0; i < links_.size(); ++i) {
    for (const LinkAddress& own : links_[i].addresses) {
      entries.push_back({own.prefix, static_cast<std::uint16_t>(i + 1)});
    }
  }
  holders_ = PrefixMap<std::uint16_t>(std::move(entries));
}

const Link* Links::at(std::uint32_t index) const noexcept {
  const auto found = std::ranges::lower_bound(links_, index, {}, &Link::index);
  return found != links_.end() && found->index == index ? &*found : nullptr;
}

const Link* Links::holder_of(const IpAddress& address) const noexcept {
  const std::uint16_t place = holders_.at(address);
  return place == 0 ? nullptr : &links_[place - std::size_t{1}];
}

Link* LinkBook::find(std::uint32_t index) noexcept {
  const auto found = std::ranges::lower_bound(links_, index, {}, &Link::index);
  return found != links_.end() && found->index == index ? &*found : nullptr;
}

void LinkBook::set_link(std::uint32_t index, std::string_view name, bool shows_macs) {
  Link* link = find(index);
  if (link == nullptr) {
    if (links_.size() == limits::kLinksMax) {
      ++refused_;
      return;
    }
    const auto place = std::ranges::lower_bound(links_, index, {}, &Link::index);
    link = &*links_.insert(place, Link{.index = index});
  }
  link->id = id_of(name);
  link->shows_macs = shows_macs;
}

void LinkBook::remove_link(std::uint32_t index) {
  std::erase_if(links_, [index](const Link& link) { return link.index == index; });
}

void LinkBook::add_address(std::uint32_t index, const LinkAddress& address) {
  Link* const link = find(index);
  if (link == nullptr || std::ranges::find(link->addresses, address) != link->addresses.end()) {
    return;
  }
  if (link->addresses.size() == limits::kAddressesOfLinkMax) {
    ++refused_;
    return;
  }
  link->addresses.push_back(address);
}

void LinkBook::remove_address(std::uint32_t index, const LinkAddress& address) {
  if (Link* const link = find(index)) std::erase(link->addresses, address);
}

LinkId LinkBook::id_of(std::uint32_t index) const noexcept {
  const auto found = std::ranges::lower_bound(links_, index, {}, &Link::index);
  return found != links_.end() && found->index == index ? found->id : kNoLink;
}

LinkId LinkBook::id_of(std::string_view name) {
  const auto found = std::ranges::find(names_, name);
  if (found != names_.end()) return static_cast<LinkId>(found - names_.begin());
  if (names_.size() == limits::kLinkNamesMax) {
    ++refused_;
    return kNoLink;
  }
  names_.emplace_back(name);
  return static_cast<LinkId>(names_.size() - 1);
}

}  // namespace haetae::lan
