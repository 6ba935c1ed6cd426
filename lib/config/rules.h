#pragma once

#include <array>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/name.h"
#include "config/config.h"
#include "config/fault.h"
#include "config/folder_stamp.h"
#include "config/page_words.h"
#include "list/pattern_set.h"
#include "list/phrase.h"
#include "policy/policy.h"
#include "policy/search_engines.h"

// rules/ as plain structs. Whoever edits a category, a service or a safe-search host edits YAML
// only.
namespace haetae::config {

// A text in several languages, by language code; "en" is always there.
using Texts = std::map<std::string, std::string>;

struct CategoryRule {
  std::string id;
  std::vector<std::string> aliases;
  Texts name;
  policy::CategoryKind kind = policy::CategoryKind::Harm;
  bool sensitive = false;
  bool leads_to_help = false;  // words searched for do not block, they lead to help
  Texts parent;
  Texts child;
  std::vector<std::string> blocked_ages;  // age bands that block it by default
};

struct ServiceRules {
  std::string id;
  std::vector<std::string> aliases;
  Texts name;
  std::string group;
  std::vector<NameRule> own;
  std::vector<NameRule> shared;
  std::vector<Name> samples;
};

struct SafeSearchTarget {
  std::optional<Name> cname;
  std::vector<IpAddress> addresses;
};
struct SafeSearchEngine {
  std::string id;
  bool is_youtube = false;
  std::vector<NameRule> hosts;
  std::optional<SafeSearchTarget> strict;
  std::optional<SafeSearchTarget> moderate;
};

struct SpecialNameRule {
  Name name;
  policy::SpecialAnswer answer;
  bool filtered_profiles_only = false;
};

// A zone whose names may have addresses of the house.
struct LocalZone {
  Name name;
  std::string why;
};

struct HelpLine {
  std::string id;
  std::string country;
  std::string topic;
  Texts name;
  std::string phone;
  std::string url;
  std::vector<Name> names;
};
struct HouseName {
  Name name;
  std::string kind;  // captive | time | wifi-calling
};

// What a profile starts from when it names an age band; anything written wins.
struct AgeBand {
  std::string id;
  std::vector<std::string> aliases;
  int first_year = 0;  // with last_year -1: a band that is no age (guests, things, tv)
  int last_year = -1;
  Texts about;
  policy::LogLevel log = policy::LogLevel::Blocked;
  policy::Strictness safe_search = policy::Strictness::Off;
  policy::Strictness youtube = policy::Strictness::Off;
  bool block_bypass = false;
  bool unknown_blocked = false;
  bool undecidable_blocked = false;
  int threshold = 60;
  int page_threshold = 100;  // key `phrases`; 0: off
  bool meant_by_all = true;  // by `haetae pause all` and its like
};

// A public list of the catalogue.
struct Source {
  std::string name;
  std::string url;
  std::string format;
  std::string category;
  std::string licence;
  std::string homepage;
  Texts about;
  bool on_by_default = false;
};

// Built-in lists are called by this and their file: "start-adult", "start-bypass-resolvers".
inline constexpr std::string_view kStartListPrefix = "start-";

struct Rules {
  std::filesystem::path folder;
  FolderStamp stamp;  // of the folder when it was read; empty unless load() read it
  std::vector<CategoryRule> categories;
  std::vector<ServiceRules> services;
  std::vector<SafeSearchEngine> engines;
  std::vector<SpecialNameRule> special_names;
  std::vector<LocalZone> local_zones;
  std::vector<HelpLine> help;
  std::vector<HouseName> house;
  std::map<std::string, PageWords> page_words;  // by language code; "en" is always there
  std::vector<Source> sources;
  std::vector<AgeBand> ages;
  bool has_texts = false;  // patterns and phrases were read; without, there are none
  std::array<std::vector<list::Pattern>, list::kPatternTextsCount> patterns;  // by PatternText
  std::vector<list::Phrase> phrases;
  std::vector<policy::SearchEngine> search_engines;
  std::vector<ListSource> start_lists;  // rules/lists/CATEGORY.txt, CATEGORY-PART.txt

  // By id or alias.
  const CategoryRule* category(std::string_view id) const;
  const ServiceRules* service(std::string_view id) const;
  // By id, alias or a number of years, as a person writes it: "7-9", "under 7", "7–9", "TV", "8".
  const AgeBand* age_band(std::string_view text) const;
};

// How much of the folder is read. Patterns and phrases are most of it, and who judges no text needs
// none of them.
enum class RulesRead { Whole, WithoutTexts };

// Reads the folder; all faults of what is read at once.
std::expected<Rules, Faults> load_rules(const std::filesystem::path& folder,
                                        RulesRead read = RulesRead::Whole);

}  // namespace haetae::config
