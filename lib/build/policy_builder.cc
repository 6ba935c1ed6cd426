#include "build/policy_builder.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "build/identities_builder.h"
#include "policy/marks.h"

namespace haetae::build {
namespace {

using config::Faults;
using policy::MarkKind;
using policy::Policy;

// The house's own name: block page and dashboard live there.
constexpr std::string_view kOwnName = "haetae.internal";

// True if the profile blocks or changes anything, at any hour: then nobody may go past us.
bool has_filtering_duty(const config::Profile& profile) {
  return !profile.block.empty() || profile.block_bypass || profile.unknown_blocked ||
         !profile.deny.empty() || !profile.services_block.empty() ||
         !profile.service_hours.empty() || !profile.quotas.empty() || !profile.bedtime.empty() ||
         !profile.focus.empty() || profile.safe_search != policy::Strictness::Off ||
         profile.youtube != policy::Strictness::Off;
}

// Builds one Policy; each method fills one part and collects faults.
class Builder {
 public:
  Builder(const PolicyParts& parts, Faults& warnings)
      : in_(parts),
        warnings_(warnings),
        policy_(std::make_shared<Policy>(list::Lists(parts.image, parts.delta))) {}

  std::expected<std::shared_ptr<const Policy>, Faults> build() {
    policy_->generation = in_.generation;
    for (std::size_t text = 0; text < in_.patterns.size(); ++text) {
      policy_->use_patterns(static_cast<list::PatternText>(text), in_.patterns[text]);
    }
    policy_->use_phrases(in_.phrases);
    policy_->search_engines = policy::SearchEngines(in_.rules.search_engines);
    add_zone();
    add_categories();
    add_label_categories();
    add_lists();
    add_services();
    add_engines();
    for (const config::Profile& profile : in_.config.profiles) add_profile(profile);
    add_devices_and_networks();
    mark_names_of_the_house();
    mark_special_names();
    mark_local_zones();
    if (!faults_.empty()) return std::unexpected(std::move(faults_));
    marks_.write(*policy_);
    policy::fill_outcomes(*policy_);
    return policy_;
  }

 private:
  void fault(std::string key, std::string message, std::string hint, int line = 0) {
    faults_.push_back(
        {in_.config.file.string(), line, std::move(key), std::move(message), std::move(hint)});
  }

  void mark_name(const config::NameRule& rule, MarkKind kind, std::uint16_t subject) {
    policy::Mark mark{.kind = kind};
    mark.exact = rule.exact;
    mark.lifts_safe_search = rule.lifts_safe_search;
    mark.subject = subject;
    marks_.add(rule.name, mark);
  }

  void add_zone() {
    auto zone = policy::TimeZone::load(in_.config.site.timezone);
    if (zone) {
      policy_->zone = *zone;
    } else {
      fault("site.timezone", "no such time zone: '" + in_.config.site.timezone + "'",
            "use a name like Asia/Seoul");
    }
  }

  void add_categories() {
    for (const config::CategoryRule& rule : in_.rules.categories) {
      category_ids_[rule.id] = static_cast<policy::CategoryId>(policy_->categories.size());
      policy_->categories.push_back({rule.id, rule.kind, rule.sensitive});
      if (rule.leads_to_help && category_ids_[rule.id] < policy::kCategoriesMax) {
        policy_->help_categories.set(category_ids_[rule.id]);
      }
    }
    if (policy_->categories.size() > policy::kCategoriesMax) {
      fault("", "more than 256 categories", "remove some from rules/categories.yaml");
    }
  }

  // Of whom pages may say themselves that they are theirs.
  void add_label_categories() {
    policy_->label_categories = {.adult = category("adult"),
                                 .violence = category("violence"),
                                 .drugs = category("drugs"),
                                 .gambling = category("gambling")};
  }

  policy::CategoryId category(const std::string& id) const {
    const auto found = category_ids_.find(id);
    return found == category_ids_.end() ? policy::kNoCategory : found->second;
  }

  const config::ListSource* source_of(const std::string& name) const {
    const auto by_name = [&](const config::ListSource& list) { return list.name == name; };
    if (const auto at = std::ranges::find_if(in_.config.lists, by_name);
        at != in_.config.lists.end()) {
      return &*at;
    }
    const auto at = std::ranges::find_if(in_.rules.start_lists, by_name);
    return at == in_.rules.start_lists.end() ? nullptr : &*at;
  }

  // In the order of the image, whose ids stand in its elements. A list that the image holds and the
  // configuration dropped keeps its place but counts nowhere.
  void add_lists() {
    for (const list::ImageList& held : in_.image->lists()) {
      policy::ListEntry entry;
      entry.name = held.name;
      if (const config::ListSource* const source = source_of(held.name)) {
        entry.category = category(source->category);
        entry.mode = source->mode;
        entry.exceptions_site = source->exceptions_site;
      }
      policy_->lists.push_back(std::move(entry));
    }
    for (const config::ListSource& wanted : in_.config.lists) {
      if (std::ranges::find(policy_->lists, wanted.name, &policy::ListEntry::name) !=
          policy_->lists.end()) {
        continue;
      }
      warnings_.push_back(
          {in_.config.file.string(), wanted.line, "lists." + wanted.name,
           "this list protects nobody yet: the compiled image does not hold it",
           "run: haetae lists build --config " + in_.config.file.string() + ", then reload"});
    }
  }

  void add_services() {
    for (const config::ServiceRules& rules : in_.rules.services) {
      const auto id = static_cast<policy::ServiceId>(policy_->services.size());
      service_ids_[rules.id] = id;
      policy_->services.push_back({rules.id});
      for (const auto& name : rules.own) mark_name(name, MarkKind::ServiceOwn, id);
      for (const auto& name : rules.shared) mark_name(name, MarkKind::ServiceShared, id);
    }
  }

  std::uint16_t add_rewrite(const std::string& engine,
                            const std::optional<config::SafeSearchTarget>& target) {
    if (!target) return policy::kNone;
    policy_->rewrites.push_back({engine, target->cname, target->addresses});
    return static_cast<std::uint16_t>(policy_->rewrites.size() - 1);
  }

  void add_engines() {
    for (const config::SafeSearchEngine& engine : in_.rules.engines) {
      const auto id = static_cast<policy::EngineId>(policy_->engines.size());
      Policy::EngineRow row;
      row.is_youtube = engine.is_youtube;
      row.strict = add_rewrite(engine.id, engine.strict);
      // An engine with one level only does its best for both.
      row.moderate = engine.moderate ? add_rewrite(engine.id, engine.moderate) : row.strict;
      if (row.strict == policy::kNone) row.strict = row.moderate;
      policy_->engines.push_back(row);
      for (const auto& host : engine.hosts) mark_name(host, MarkKind::SafeSearch, id);
    }
  }

  policy::ServiceId service(const std::string& id) const { return service_ids_.at(id); }

  void add_profile(const config::Profile& from) {
    const auto id = static_cast<policy::ProfileId>(policy_->profiles.size());
    profile_ids_[from.name] = id;
    policy::Profile to;
    to.name = from.name;
    to.mode = from.mode;
    to.log = from.log;
    to.block_bypass = from.block_bypass;
    to.unknown_blocked = from.unknown_blocked;
    to.undecidable_blocked = from.undecidable_blocked;
    to.threshold = static_cast<std::int16_t>(from.threshold);
    to.page_threshold = static_cast<std::int16_t>(from.page_threshold);
    to.label_age = label_age(from);
    to.safe_search = from.safe_search;
    to.youtube = from.youtube;
    to.bedtime = policy::Schedule(from.bedtime);
    to.focus = policy::Schedule(from.focus);
    to.has_quota = std::ranges::any_of(
        from.quotas, [](const config::Quota& quota) { return quota.service.empty(); });
    for (const std::string& block : from.block) to.blocked.set(category(block));
    // So that patterns of ways round the filter count as its lists do.
    for (std::size_t i = 0; from.block_bypass && i < policy_->categories.size(); ++i) {
      if (policy_->categories[i].kind == policy::CategoryKind::Bypass) to.blocked.set(i);
    }
    for (const std::string& allow : from.focus_categories) to.focus_categories.set(category(allow));
    add_profile_lists(from, to);
    add_profile_services(from, to);
    to.filtered = has_filtering_duty(from);
    for (const auto& rule : from.allow) mark_name(rule, MarkKind::GuardianAllow, id);
    for (const auto& rule : from.deny) mark_name(rule, MarkKind::GuardianDeny, id);
    for (const auto& rule : from.focus_allow) mark_name(rule, MarkKind::FocusAllow, id);
    policy_->profiles.push_back(std::move(to));
  }

  // A page that calls itself made for somebody older than the oldest of the band is not for it.
  std::uint8_t label_age(const config::Profile& profile) const {
    const config::AgeBand* const band =
        profile.age.empty() ? nullptr : in_.rules.age_band(profile.age);
    const int adult = policy::Profile{}.label_age;
    const int age = band == nullptr || band->last_year < 0 ? adult : band->last_year + 1;
    return static_cast<std::uint8_t>(std::min(age, adult));
  }

  void add_profile_lists(const config::Profile& from, policy::Profile& to) const {
    to.lists.assign(policy_->lists.size(), false);
    for (std::size_t i = 0; i < policy_->lists.size(); ++i) {
      const policy::ListEntry& list = policy_->lists[i];
      to.lists[i] =
          list.category != policy::kNoCategory &&
          (from.all_lists || std::ranges::find(from.lists, list.name) != from.lists.end());
    }
  }

  void add_profile_services(const config::Profile& from, policy::Profile& to) const {
    to.services.resize(policy_->services.size());
    for (const std::string& id : from.services_block) {
      to.services[service(id)].rule = policy::ServiceRule::Block;
    }
    for (const std::string& id : from.services_allow) {
      to.services[service(id)].rule = policy::ServiceRule::Allow;
    }
    for (const config::Profile::ServiceHours& hours : from.service_hours) {
      to.services[service(hours.service)].hours = policy::Schedule(hours.rows);
    }
    for (const config::Quota& quota : from.quotas) {
      if (!quota.service.empty()) to.services[service(quota.service)].has_quota = true;
    }
  }

  void add_devices_and_networks() {
    for (const config::Device& from : in_.config.devices) {
      policy_->devices.push_back({from.name, profile_ids_.at(from.profile)});
    }
    policy_->identities = build_identities(in_.config);
    policy_->default_profile = profile_ids_.at(in_.config.default_profile);
  }

  void mark_names_of_the_house() {
    marks_.add(name_of(kOwnName), {.kind = MarkKind::House});
    for (const config::HouseName& house : in_.rules.house) {
      // Operators' Wi-Fi calling carries emergency calls: it stands with the help lines.
      const bool is_help = house.kind == "wifi-calling";
      policy::Mark mark{.kind = is_help ? MarkKind::Help : MarkKind::House};
      if (house.kind == "time") mark.subject = policy::kTimeSync;
      marks_.add(house.name, mark);
    }
    for (const config::HelpLine& line : in_.rules.help) {
      for (const Name& name : line.names) marks_.add(name, {.kind = MarkKind::Help});
    }
  }

  void mark_special_names() {
    const std::vector<Name> zones = stub_zones();
    for (const config::SpecialNameRule& rule : in_.rules.special_names) {
      // "There is no such name" is no longer so where a server of the house holds the zone. What
      // switches bypasses off, and what we answer ourselves, stays.
      const bool is_held =
          rule.answer == policy::SpecialAnswer::NxDomain && !rule.filtered_profiles_only &&
          std::ranges::any_of(zones,
                              [&rule](const Name& zone) { return rule.name.is_under(zone); });
      if (!is_held) mark_special(rule.name, {rule.answer, rule.filtered_profiles_only});
    }
    for (const Name& zone : zones) mark_special(zone, {policy::SpecialAnswer::Forward, false});
  }

  // Whose answers may hold addresses of the house: its zones, those that a server of the house
  // holds, and what the configuration excepts.
  void mark_local_zones() {
    policy_->rebinding_protected = in_.config.dns.rebinding.protect;
    const auto mark = [this](const Name& name) {
      marks_.add(name, {.kind = MarkKind::LocalAnswers});
    };
    for (const config::LocalZone& zone : in_.rules.local_zones) mark(zone.name);
    std::ranges::for_each(stub_zones(), mark);
    std::ranges::for_each(in_.config.dns.rebinding.allow, mark);
  }

  void mark_special(const Name& name, policy::SpecialName special) {
    policy::Mark mark{.kind = MarkKind::Special};
    mark.subject = static_cast<std::uint16_t>(policy_->special_names.size());
    policy_->special_names.push_back(special);
    marks_.add(name, mark);
  }

  // Without the root: a server for all names is an upstream, which special names never reach.
  std::vector<Name> stub_zones() const {
    std::vector<Name> zones;
    for (const config::StubZone& stub : in_.config.dns.stub_zones) {
      const auto zone = Name::from_text(stub.zone);
      if (zone && !zone->is_root()) zones.push_back(*zone);
    }
    return zones;
  }

  const PolicyParts& in_;
  Faults& warnings_;
  std::shared_ptr<Policy> policy_;
  policy::Marks marks_;
  std::map<std::string, policy::CategoryId> category_ids_;
  std::map<std::string, policy::ServiceId> service_ids_;
  std::map<std::string, policy::ProfileId> profile_ids_;
  Faults faults_;
};

}  // namespace

std::expected<std::shared_ptr<const Policy>, Faults> build_policy(const PolicyParts& parts,
                                                                  Faults& warnings) {
  return Builder(parts, warnings).build();
}

}  // namespace haetae::build
