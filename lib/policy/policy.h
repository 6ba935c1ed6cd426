#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/name.h"
#include "base/name_hash.h"
#include "base/time.h"
#include "list/delta.h"
#include "list/image.h"
#include "list/name_table.h"
#include "list/pattern_set.h"
#include "policy/identities.h"
#include "policy/ids.h"
#include "policy/request.h"
#include "policy/schedule.h"
#include "policy/search_engines.h"
#include "policy/verdict.h"

namespace haetae::list {
class PhraseSet;
}

namespace haetae::policy {

enum class Mode : std::uint8_t { Enforce, Watch };  // Watch: judge and count, do not block
enum class LogLevel : std::uint8_t { None, Counters, Blocked, All };
enum class Strictness : std::uint8_t { Off, Moderate, Strict };

enum class CategoryKind : std::uint8_t { Harm, Nuisance, Topic, Bypass, KnownGood, Locked };

struct Category {
  std::string id;
  CategoryKind kind = CategoryKind::Harm;
  bool sensitive = false;  // never itemised to anybody
};

// A list as decide() sees it; in the order of the image's lists.
struct ListEntry {
  std::string name;
  CategoryId category = kNoCategory;
  Mode mode = Mode::Enforce;
  bool exceptions_site = false;  // its exceptions lift other lists' blocks too
};

struct Service {
  std::string id;
};

// Where a rewritten question is answered from.
struct RewriteTarget {
  std::string engine;  // id in rules/safe_search.yaml
  std::optional<Name> cname;
  std::vector<IpAddress> addresses;  // fixed addresses of both families; may be empty
};

// Forward: none; the name goes upstream like any other, whatever is said of a name above.
enum class SpecialAnswer : std::uint8_t { NxDomain, NoData, Loopback, Refused, Forward };
struct SpecialName {
  SpecialAnswer answer;
  bool filtered_profiles_only;
};

// What the configuration and rules/ say of a name; one row of a name's marks.
enum class MarkKind : std::uint8_t {
  House,          // own names, captive-portal checks, time sync; subject: kTimeSync or kNone
  Help,           // help lines, Wi-Fi calling
  GuardianAllow,  // subject: ProfileId
  GuardianDeny,   // subject: ProfileId
  ServiceOwn,     // subject: ServiceId
  ServiceShared,  // subject: ServiceId
  SafeSearch,     // subject: EngineId
  Special,        // subject: place in Policy::special_names
  FocusAllow,     // subject: ProfileId: reachable in focus or exam
  LocalAnswers,   // answers may hold addresses of the house: a zone of the house, or excepted
};
inline constexpr std::uint16_t kTimeSync = 0;
struct Mark {
  MarkKind kind;
  bool exact = false;              // speaks of its name alone
  bool lifts_safe_search = false;  // GuardianAllow with `safe_search: off`
  std::uint8_t label_count = 0;    // of the mark's name: more labels is the longer suffix
  std::uint16_t subject = kNone;
};

// What the lists say to one profile at one set of the image: worked out once, read per query.
// Several may hold at once; each step of decide() reads its own.
struct Outcome {
  bool locked : 1 = false;
  bool bypass : 1 = false;
  bool bypass_watched : 1 = false;  // the deciding list is in mode watch
  bool category : 1 = false;
  bool category_watched : 1 = false;
  bool known : 1 = false;       // a list that counts speaks of the name, whatever it says
  bool known_good : 1 = false;  // a known-good list holds it: patterns do not guess about it
  bool excepted : 1 = false;    // a list whose exceptions hold for the site excepts it
  bool focus : 1 = false;       // a list of a category that is reachable in focus holds it
  ListId locked_list = kNoList;
  ListId bypass_list = kNoList;
  ListId category_list = kNoList;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};
static_assert(sizeof(Outcome) == 8);

// A service's rule in one profile.
enum class ServiceRule : std::uint8_t { Unset, Block, Allow };
struct ProfileService {
  ServiceRule rule = ServiceRule::Unset;
  bool has_quota = false;
  Schedule hours;  // out of these hours it is blocked; empty: at any hour
};

// A compiled profile with its outcome tables.
struct Profile {
  std::string name;
  Mode mode = Mode::Enforce;
  LogLevel log = LogLevel::Blocked;
  CategorySet blocked;
  CategorySet focus_categories;  // reachable in focus
  bool block_bypass = false;
  bool unknown_blocked = false;
  bool undecidable_blocked = false;
  bool filtered = true;  // false: an adult's profile without any filtering duty; gets no strip_ech
  std::int16_t threshold = 60;
  // Points of phrases that block a page; 0: pages are not read.
  std::int16_t page_threshold = 100;
  // Pages that call themselves made for this age or older are adult ones here.
  std::uint8_t label_age = 18;
  Strictness safe_search = Strictness::Off;
  Strictness youtube = Strictness::Off;
  Schedule bedtime;
  Schedule focus;
  bool has_quota = false;                // over all names: their answers are short
  std::vector<bool> lists;               // by ListId: does the list count here
  std::vector<ProfileService> services;  // by ServiceId
  // By set id: at [2 * set] for a name below the listed one, at [2 * set + 1] for the name itself
  // (whose exact rules count).
  std::vector<Outcome> outcomes;
};

struct Device {
  std::string name;
  ProfileId profile = 0;
};

// The patterns on one kind of text, and the categories that they speak of.
struct PatternsOfText {
  std::shared_ptr<const list::PatternSet> set;  // may be null: no patterns
  CategorySet categories;
};

// Whose pages call themselves so; kNoCategory where rules/ have no such category.
struct LabelCategories {
  CategoryId adult = kNoCategory;
  CategoryId violence = kNoCategory;
  CategoryId drugs = kNoCategory;
  CategoryId gambling = kNoCategory;
  CategorySet all() const noexcept;
};

// Everything needed to decide. Built by lib/build, frozen, shared by all threads.
struct Policy {
  // A policy without lists has none to ask: an empty image is the least.
  explicit Policy(list::Lists lists_to_ask) : names(std::move(lists_to_ask)) {}

  std::uint64_t generation = 0;
  TimeZone zone = TimeZone::utc();
  std::vector<Category> categories;
  std::vector<ListEntry> lists;
  std::vector<Service> services;
  std::vector<Profile> profiles;
  std::vector<Device> devices;
  Identities identities;
  ProfileId default_profile = 0;
  // Answers that lead a public name to an address of the house are blocked (`dns.rebinding`).
  bool rebinding_protected = true;

  list::Lists names;  // the image and the delta

  // Null sets for what has none.
  void use_patterns(list::PatternText text, std::shared_ptr<const list::PatternSet> set);
  const PatternsOfText& patterns(list::PatternText text) const noexcept {
    return patterns_[static_cast<std::size_t>(text)];
  }
  // The phrases that pages are scanned for; may be null.
  void use_phrases(std::shared_ptr<const list::PhraseSet> phrases);
  const std::shared_ptr<const list::PhraseSet>& phrases() const noexcept { return phrases_; }
  const CategorySet& phrase_categories() const noexcept { return phrase_categories_; }
  LabelCategories label_categories;
  SearchEngines search_engines;
  // Words searched for, and those of pages, do not block for these, they lead to help.
  CategorySet help_categories;

  // Names of the configuration and of rules/, closed over ancestors: the value is the place in
  // mark_spans of all marks that hold at the name, nearest first. Hashed with the image's key.
  list::NameTable<std::uint32_t> well_known;
  struct MarkSpan {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  std::vector<MarkSpan> mark_spans;  // [0] is empty
  std::vector<Mark> marks;
  std::vector<SpecialName> special_names;
  std::vector<RewriteTarget> rewrites;
  struct EngineRow {
    bool is_youtube = false;       // ruled by Profile::youtube, not by safe_search
    std::uint16_t strict = kNone;  // places in rewrites
    std::uint16_t moderate = kNone;
  };
  std::vector<EngineRow> engines;  // by EngineId

  // Who is behind a sighting; nobody we know gets the default profile.
  Identity identify(const Sighting& sighting) const noexcept;

 private:
  std::array<PatternsOfText, list::kPatternTextsCount> patterns_;  // by PatternText
  std::shared_ptr<const list::PhraseSet> phrases_;
  CategorySet phrase_categories_;
};

// Works out one outcome from what holds at a name; used for the tables and for edited names.
// holding: without elements that do not count there (Exact ones of ancestors), in any order. Of
// several lists that would decide, the enforcing one comes first, then the first of the table.
Outcome work_out(const Policy& policy, const Profile& profile,
                 std::span<const list::Element> holding) noexcept;

// Fills Profile::outcomes of every profile from policy.names; called once, by the builder.
void fill_outcomes(Policy& policy);

// The categories that the lists give a name in one profile, for grants that lift a category.
struct Categories {
  CategorySet listed;    // by a list that counts and does not except the name
  CategorySet blocking;  // those of them that an enforcing list blocks; without Locked ones
};
Categories categories_of(const Policy& policy, const Profile& profile,
                         std::span<const list::Element> holding) noexcept;

}  // namespace haetae::policy
