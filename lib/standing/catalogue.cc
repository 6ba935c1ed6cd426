#include "standing/catalogue.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/nearest.h"

namespace haetae::standing {
namespace {

std::string folded(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c == ' ' || c == '-' || c == '_' || c == '.') continue;
    out += static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
  }
  return out;
}

template <typename Things, typename Text>
std::vector<std::string> texts(const Things& things, Text text) {
  std::vector<std::string> out;
  for (const auto& thing : things) out.push_back(thing.*text);
  return out;
}

Refusal unknown(std::string_view what, std::string_view word,
                const std::vector<std::string>& known) {
  return {fmt::format("there is no {} '{}'", what, word), config::nearest_hint(word, known)};
}

bool is_meant_by_all(const config::Profile& profile, const config::Rules& rules) {
  const config::AgeBand* const band = rules.age_band(profile.age);
  return band == nullptr || band->meant_by_all;
}

}  // namespace

std::string to_text(const Refusal& refusal) {
  return refusal.hint.empty() ? refusal.message
                              : fmt::format("{}; {}", refusal.message, refusal.hint);
}

Catalogue::Catalogue(std::shared_ptr<const policy::Policy> policy, const config::Loaded& loaded)
    : policy_(std::move(policy)) {
  const auto place = [](const auto& things, auto text, const std::string& id) {
    return static_cast<std::uint16_t>(std::ranges::find(things, id, text) - things.begin());
  };
  for (const config::Profile& profile : loaded.config.profiles) {
    if (!is_meant_by_all(profile, *loaded.rules)) continue;
    all_.push_back(place(policy_->profiles, &policy::Profile::name, profile.name));
  }
  // An id beats what others are called: it is what the configuration writes.
  for (std::size_t id = 0; id < policy_->services.size(); ++id) {
    services_.push_back({folded(policy_->services[id].id), static_cast<std::uint16_t>(id)});
  }
  for (const config::ServiceRules& service : loaded.rules->services) {
    const std::uint16_t id = place(policy_->services, &policy::Service::id, service.id);
    for (const std::string& alias : service.aliases) services_.push_back({folded(alias), id});
    for (const auto& [language, name] : service.name) services_.push_back({folded(name), id});
  }
  for (std::size_t id = 0; id < policy_->categories.size(); ++id) {
    categories_.push_back({folded(policy_->categories[id].id), static_cast<std::uint16_t>(id)});
  }
  for (const config::CategoryRule& category : loaded.rules->categories) {
    const std::uint16_t id = place(policy_->categories, &policy::Category::id, category.id);
    for (const std::string& alias : category.aliases) categories_.push_back({folded(alias), id});
  }
}

std::expected<policy::ProfileId, Refusal> Catalogue::profile(std::string_view word) const {
  const auto at = std::ranges::find(policy_->profiles, word, &policy::Profile::name);
  if (at != policy_->profiles.end()) {
    return static_cast<policy::ProfileId>(at - policy_->profiles.begin());
  }
  const std::vector<std::string> names = texts(policy_->profiles, &policy::Profile::name);
  return std::unexpected(unknown("profile", word, names));
}

std::expected<policy::ServiceId, Refusal> Catalogue::service(std::string_view word) const {
  const auto at = std::ranges::find(services_, folded(word), &Called::word);
  if (at != services_.end()) return at->id;
  return std::unexpected(unknown("service", word, texts(policy_->services, &policy::Service::id)));
}

std::expected<policy::CategoryId, Refusal> Catalogue::category(std::string_view word) const {
  const auto at = std::ranges::find(categories_, folded(word), &Called::word);
  if (at == categories_.end()) {
    return std::unexpected(
        unknown("category", word, texts(policy_->categories, &policy::Category::id)));
  }
  const policy::Category& category = policy_->categories[at->id];
  if (category.kind != policy::CategoryKind::Locked) return at->id;
  return std::unexpected(Refusal{
      fmt::format("'{}' is blocked for everybody, and nobody may open it", category.id), {}});
}

}  // namespace haetae::standing
