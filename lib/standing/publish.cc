#include "standing/publish.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace haetae::standing {
namespace {

using policy::GrantSubject;

using Places = std::unordered_map<std::string_view, std::uint16_t>;

template <typename Things, typename Text>
Places places_of(const Things& things, Text text) {
  Places out;
  for (std::size_t i = 0; i < things.size(); ++i) {
    out.emplace(things[i].*text, static_cast<std::uint16_t>(i));
  }
  return out;
}

// Names to places in one policy's tables.
class Directory {
 public:
  explicit Directory(const policy::Policy& policy)
      : profiles_(places_of(policy.profiles, &policy::Profile::name)),
        services_(places_of(policy.services, &policy::Service::id)),
        categories_(places_of(policy.categories, &policy::Category::id)) {}

  std::optional<policy::ProfileId> profile(const Entry& entry) const {
    return find(profiles_, entry.profile);
  }
  // The entry as a grant; no value if what it names is not known.
  std::optional<policy::Grant> grant(const Entry& entry) const {
    const auto owner = profile(entry);
    if (!owner) return std::nullopt;
    policy::Grant grant;
    grant.profile = *owner;
    grant.subject = entry.subject;
    grant.lifts_safe_search = entry.lifts_safe_search;
    grant.from = entry.from;
    grant.until = entry.until;
    switch (entry.subject) {
      case GrantSubject::Name: {
        const auto name = Name::from_text(entry.thing);
        if (!name) return std::nullopt;
        grant.name = *name;
        return grant;
      }
      case GrantSubject::Service: return with_id(grant, find(services_, entry.thing));
      case GrantSubject::Category: return with_id(grant, find(categories_, entry.thing));
      case GrantSubject::Bedtime:
      case GrantSubject::Quota: return grant;
    }
    return std::nullopt;
  }
  bool knows(const Entry& entry) const {
    return entry.kind == Kind::Grant ? grant(entry).has_value() : profile(entry).has_value();
  }

 private:
  static std::optional<std::uint16_t> find(const Places& places, const std::string& name) {
    const auto at = places.find(name);
    if (at == places.end()) return std::nullopt;
    return at->second;
  }
  static std::optional<policy::Grant> with_id(policy::Grant grant,
                                              std::optional<std::uint16_t> id) {
    if (!id) return std::nullopt;
    grant.id = *id;
    return grant;
  }

  Places profiles_;
  Places services_;
  Places categories_;
};

// Which word came later is told by the numbers: the wall clock may have been set in between, and a
// pause must hold from now on whatever the clock showed when it was made.
Time order_of(const Entry& entry) {
  return Time(milliseconds(static_cast<std::int64_t>(entry.id)));
}

}  // namespace

policy::Standing publish(const Book& book, const policy::Policy& policy, const Moment& now) {
  const Directory directory(policy);
  policy::Standing out;
  out.policy_generation = policy.generation;
  const auto of_profile = [&](policy::ProfileId id) -> policy::ProfileStanding& {
    if (out.profiles.size() <= id) out.profiles.resize(policy.profiles.size());
    return out.profiles[id];
  };
  for (const auto& [id, entry] : book.entries) {
    const auto profile = directory.profile(entry);
    if (!profile || is_over(entry, now)) continue;
    switch (entry.kind) {
      case Kind::Pause:
        of_profile(*profile).paused_since = order_of(entry);
        of_profile(*profile).paused_until = entry.until;
        break;
      case Kind::Focus: of_profile(*profile).focus_until = entry.until; break;
      case Kind::Grant:
        if (auto grant = directory.grant(entry)) {
          grant->made = order_of(entry);
          out.grants.push_back(std::move(*grant));
        }
        break;
    }
  }
  std::ranges::stable_sort(out.grants, {}, &policy::Grant::profile);
  return out;
}

std::vector<const Entry*> waiting(const Book& book, const policy::Policy& policy,
                                  const Moment& now) {
  const Directory directory(policy);
  std::vector<const Entry*> out;
  for (const auto& [id, entry] : book.entries) {
    if (!is_over(entry, now) && !directory.knows(entry)) out.push_back(&entry);
  }
  return out;
}

}  // namespace haetae::standing
