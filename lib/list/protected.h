#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "list/rule.h"

namespace haetae::list {

// Why an entry of a list must not take effect.
enum class Quarantine : std::uint8_t {
  None,
  ProtectedName,     // it blocks a name of rules/protected.txt
  AboveProtected,    // its subtree holds one
  RegistrySuffix,    // it blocks a public suffix, under which everybody registers names
  PrivateSuffix,     // its subtree is a site that gives names to its customers
  ProtectedAddress,  // it blocks an address that thousands of sites share
  NoSite,            // it blocks addresses of the house or of no site at all
  TooWide,           // it blocks a share of the internet
};
std::string_view id_of(Quarantine why) noexcept;     // "protected-name"
std::string_view describe(Quarantine why) noexcept;  // "blocks a protected name"

// The names and addresses that no list may block, and the public suffixes. Immutable once made.
//
// A Block entry is quarantined if it
//  - blocks a protected name, or the "www." of one: an exact or subtree rule on that name;
//  - is a subtree rule on a name above a protected one;
//  - blocks a registry's public suffix ("co.kr"), by either scope;
//  - is a subtree rule on a private public suffix ("github.io"). An exact rule on one is taken: it
//    blocks the host's own page and none of its customers. Lists of category dynamic-dns are about
//    such sites and may hold them.
// A list whose category is the site's own (the words after the name) may block that name, also when
// it is a private suffix. Allow entries are never quarantined.
//
// An entry for addresses is quarantined if it
//  - is wider than limits::kListV4PrefixBitsMin or kListV6PrefixBitsMin;
//  - touches local addresses, or such as no site can have: the house must not lose its printer;
//  - touches a protected network, unless the list's category is that network's own; of networks
//    around the entry the narrowest counts.
class Protected {
 public:
  Protected() = default;  // protects the public suffixes only

  // text: one name, address or network a line, then the categories whose own it is; '#' starts a
  // comment.
  // Error: "SOURCE:LINE: …" for the first line that is none of these.
  static std::expected<Protected, std::string> from_text(std::string_view text,
                                                         std::string_view source);
  static std::expected<Protected, std::string> load(const std::filesystem::path& path);

  Quarantine check(const Rule& rule, std::string_view category) const;
  Quarantine check(const AddressRule& rule, std::string_view category) const;

  std::size_t name_count() const noexcept { return name_count_; }
  std::uint64_t digest() const noexcept { return digest_; }  // of the text it was made of

 private:
  using Categories = std::vector<std::string>;
  struct Entry {
    bool itself = false;   // the name is protected
    bool above = false;    // a name below it is
    Categories own;        // categories that may block the name
    Categories own_below;  // categories that may block every protected name below it
  };
  struct Network {
    Cidr prefix;
    Categories own;
  };
  void add(const Name& name, const Categories& own);
  const Entry* find(const Name& name) const;

  // By the name's 64-bit hash. Two names that share one would get the stricter judgement.
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::vector<Network> networks_;  // some dozen: looked through one by one
  std::size_t name_count_ = 0;
  std::uint64_t digest_ = 0;
};

}  // namespace haetae::list
