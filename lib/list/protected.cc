#include "list/protected.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/idn.h"
#include "base/limits.h"
#include "base/local_address.h"
#include "base/name_hash.h"
#include "list/format_text.h"
#include "list/public_suffix.h"
#include "list/source_reader.h"

namespace haetae::list {
namespace {

// Fixed: nobody gains from a list's entry that collides, since that is quarantined.
constexpr HashKey kTableKey = {0x8f2c1d4be07a9356, 0x51d6a3c98b0e47f2};

// Sites that lend names to whoever asks are what such a list is about.
constexpr std::string_view kPrivateSuffixCategory = "dynamic-dns";

bool holds(const std::vector<std::string>& categories, std::string_view category) {
  return std::ranges::find(categories, category) != categories.end();
}

bool starts_with_www(const Name& name) {
  return as_text(name.label(0)) == "www";
}

Name with_www(const Name& name) {
  Name www;
  const bool fits = www.append_label(as_bytes("www")).has_value();
  for (std::size_t i = 0; fits && i < name.label_count(); ++i) {
    if (!www.append_label(name.label(i))) return name;
  }
  return www;
}

}  // namespace

std::string_view id_of(Quarantine why) noexcept {
  switch (why) {
    case Quarantine::None: return "none";
    case Quarantine::ProtectedName: return "protected-name";
    case Quarantine::AboveProtected: return "above-protected";
    case Quarantine::RegistrySuffix: return "registry-suffix";
    case Quarantine::PrivateSuffix: return "private-suffix";
    case Quarantine::ProtectedAddress: return "protected-address";
    case Quarantine::NoSite: return "no-site";
    case Quarantine::TooWide: return "too-wide";
  }
  return "";
}

std::string_view describe(Quarantine why) noexcept {
  switch (why) {
    case Quarantine::None: return "";
    case Quarantine::ProtectedName: return "would block a protected name";
    case Quarantine::AboveProtected: return "would block a protected name below it";
    case Quarantine::RegistrySuffix: return "would block a public suffix";
    case Quarantine::PrivateSuffix:
      return "would block everybody who has a name under that public suffix";
    case Quarantine::ProtectedAddress: return "would block addresses that very many sites share";
    case Quarantine::NoSite: return "is local or no address of a site";
    case Quarantine::TooWide: return "would block a large part of the internet";
  }
  return "";
}

std::expected<Protected, std::string> Protected::from_text(std::string_view text,
                                                           std::string_view source) {
  Protected result;
  result.digest_ = digest_of(as_bytes(text));
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = cut_comment(trim(text.substr(0, end)), '#');
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    const std::string_view word = take_word(line);
    Categories own;
    while (!line.empty()) own.emplace_back(take_word(line));
    if (const auto prefix = Cidr::from_text(word)) {
      result.networks_.push_back({*prefix, std::move(own)});
      continue;
    }
    const auto name = name_from_user_text(word);
    if (!name || !name->is_hostname()) {
      return std::unexpected(
          fmt::format("{}:{}: '{}' is neither a domain name nor an address; write one a line, "
                      "then categories",
                      source, number, word));
    }
    result.add(*name, own);
    // Whoever blocks the site by its other usual name blocks the site.
    if (!starts_with_www(*name)) result.add(with_www(*name), own);
    ++result.name_count_;
  }
  return result;
}

std::expected<Protected, std::string> Protected::load(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) {
    return std::unexpected(fmt::format("{}: the protected names cannot be read", path.string()));
  }
  return from_text(text, path.string());
}

void Protected::add(const Name& name, const Categories& own) {
  Entry& entry = entries_[hash_name(name, kTableKey)];
  entry.itself = true;
  entry.own.insert(entry.own.end(), own.begin(), own.end());
  for (std::size_t i = 1; i < name.label_count(); ++i) {
    Entry& parent = entries_[hash_name(name.suffix(i), kTableKey)];
    if (parent.above) {
      std::erase_if(parent.own_below, [&](const auto& known) { return !holds(own, known); });
    } else {
      parent.own_below = own;
    }
    parent.above = true;
  }
}

const Protected::Entry* Protected::find(const Name& name) const {
  const auto found = entries_.find(hash_name(name, kTableKey));
  return found == entries_.end() ? nullptr : &found->second;
}

Quarantine Protected::check(const Rule& rule, std::string_view category) const {
  if (rule.action == RuleAction::Allow) return Quarantine::None;
  const bool subtree = rule.scope == RuleScope::Subtree;
  if (const Entry* const entry = find(rule.name); entry != nullptr) {
    if (entry->itself && !holds(entry->own, category)) return Quarantine::ProtectedName;
    if (subtree && entry->above && !holds(entry->own_below, category)) {
      return Quarantine::AboveProtected;
    }
    if (entry->itself) return Quarantine::None;
  }
  switch (public_suffix_kind(rule.name)) {
    case PublicSuffix::No: return Quarantine::None;
    case PublicSuffix::Registry: return Quarantine::RegistrySuffix;
    case PublicSuffix::Private:
      return subtree && category != kPrivateSuffixCategory ? Quarantine::PrivateSuffix
                                                           : Quarantine::None;
  }
  return Quarantine::None;
}

Quarantine Protected::check(const AddressRule& rule, std::string_view category) const {
  const Cidr& prefix = rule.prefix;
  const int bits_min =
      prefix.address().is_v4() ? limits::kListV4PrefixBitsMin : limits::kListV6PrefixBitsMin;
  if (prefix.prefix_bits() < bits_min) return Quarantine::TooWide;
  const auto touches = [&](const Cidr& other) { return overlap(prefix, other); };
  // An IPv6 address may lead to a local IPv4 one without touching a local prefix.
  if (is_local(prefix.address()) || std::ranges::any_of(local_prefixes(), touches) ||
      std::ranges::any_of(siteless_prefixes(), touches)) {
    return Quarantine::NoSite;
  }
  // The narrowest network around the entry speaks for it: a resolver inside a network of thousands
  // of sites is a resolver. Whatever the entry holds besides must be the list's own too.
  const Network* around = nullptr;
  for (const Network& network : networks_) {
    if (!touches(network.prefix)) continue;
    if (network.prefix.mapped_bits() > prefix.mapped_bits()) {
      if (!holds(network.own, category)) return Quarantine::ProtectedAddress;
    } else if (around == nullptr || network.prefix.mapped_bits() > around->prefix.mapped_bits()) {
      around = &network;
    }
  }
  const bool is_protected = around != nullptr && !holds(around->own, category);
  return is_protected ? Quarantine::ProtectedAddress : Quarantine::None;
}

}  // namespace haetae::list
