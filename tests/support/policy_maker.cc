#include "support/policy_maker.h"

#include <utility>

#include "base/assert.h"
#include "list/format.h"
#include "list/image_builder.h"
#include "list/phrase_set.h"

namespace haetae::test {
namespace {

using policy::Mark;
using policy::MarkKind;
using policy::Policy;

// Any key does; a fixed one makes failures repeatable.
constexpr HashKey kKey{0x9e3779b97f4a7c15, 0xd1b54a32d192ed03};

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

list::Rule rule_of(std::string_view text) {
  const auto rule = list::rule_of(text);
  HAETAE_ASSERT(rule.has_value());
  return *rule;
}

PolicyMaker PolicyMaker::with_adult_list() {
  PolicyMaker maker;
  const auto adult = maker.category("adult");
  const auto little = maker.profile("little");
  maker.at(little).blocked.set(adult);
  maker.at(little).undecidable_blocked = true;
  maker.at(little).log = policy::LogLevel::All;
  maker.list("adult-one", adult, {"||bad.example^", "203.0.113.0/24"});
  return maker;
}

policy::CategoryId PolicyMaker::category(std::string id, policy::CategoryKind kind,
                                         bool sensitive) {
  categories_.push_back({std::move(id), kind, sensitive});
  return static_cast<policy::CategoryId>(categories_.size() - 1);
}

policy::ListId PolicyMaker::list(std::string name, policy::CategoryId category,
                                 const Texts& rules) {
  policy::ListEntry entry;
  entry.name = std::move(name);
  entry.category = category;
  lists_.push_back(std::move(entry));
  std::vector<list::Rule>& own = rules_.emplace_back();
  std::vector<list::AddressRule>& addresses = address_rules_.emplace_back();
  for (const std::string& rule : rules) {
    if (const auto prefix = Cidr::from_text(rule)) {
      addresses.push_back({*prefix});
    } else {
      own.push_back(rule_of(rule));
    }
  }
  return static_cast<policy::ListId>(lists_.size() - 1);
}

policy::ServiceId PolicyMaker::service(std::string id, const Texts& own, const Texts& shared) {
  const auto service = static_cast<policy::ServiceId>(services_.size());
  services_.push_back({std::move(id)});
  for (const std::string& name : own) mark(MarkKind::ServiceOwn, name, service);
  for (const std::string& name : shared) mark(MarkKind::ServiceShared, name, service);
  return service;
}

policy::EngineId PolicyMaker::engine(std::string id, const Texts& hosts, bool is_youtube) {
  const auto engine = static_cast<policy::EngineId>(engines_.size());
  for (const std::string& host : hosts) mark(MarkKind::SafeSearch, host, engine);
  const auto strict = static_cast<std::uint16_t>(rewrites_.size());
  rewrites_.push_back({id, name_of("strict." + id + ".example"), {}});
  rewrites_.push_back({id, name_of("moderate." + id + ".example"), {}});
  engines_.push_back({is_youtube, strict, static_cast<std::uint16_t>(strict + 1)});
  return engine;
}

policy::ProfileId PolicyMaker::profile(std::string name) {
  policy::Profile profile;
  profile.name = std::move(name);
  profiles_.push_back(std::move(profile));
  return static_cast<policy::ProfileId>(profiles_.size() - 1);
}

void PolicyMaker::mark(MarkKind kind, std::string_view name, std::uint16_t subject,
                       bool lifts_safe_search) {
  Mark mark{.kind = kind};
  mark.exact = take_prefix(name, "=");
  mark.lifts_safe_search = lifts_safe_search;
  mark.subject = subject;
  marks_.add(name_of(name), mark);
}

void PolicyMaker::special(std::string_view name, policy::SpecialName answer) {
  mark(MarkKind::Special, name, static_cast<std::uint16_t>(special_names_.size()));
  special_names_.push_back(answer);
}

void PolicyMaker::pattern(std::string id, std::string expression, policy::CategoryId category,
                          int weight, list::PatternText text) {
  list::Pattern pattern;
  pattern.id = std::move(id);
  pattern.sample = expression;  // patterns of tests are plain words
  pattern.expression = std::move(expression);
  pattern.category = category;
  pattern.weight = static_cast<std::int16_t>(weight);
  patterns_[static_cast<std::size_t>(text)].push_back(std::move(pattern));
}

void PolicyMaker::phrase(std::string text, policy::CategoryId category, int weight) {
  list::Phrase phrase;
  phrase.id = "phrases/" + text;
  phrase.category = category;
  phrase.weight = static_cast<std::int16_t>(weight);
  phrase.parts.push_back({std::move(text), true, true});
  phrases_.push_back(std::move(phrase));
}

void PolicyMaker::search_engine(std::string host) {
  search_engines_.push_back(
      {.id = host, .hosts = {{.text = host}}, .forms = {{.path = "/search", .parameters = {"q"}}}});
}

void PolicyMaker::edit(policy::ListId list, bool add, std::string_view rule) {
  edits_.push_back({list, add, rule_of(rule)});
}

policy::ProfileService& PolicyMaker::service_of(policy::ProfileId profile,
                                                policy::ServiceId service) {
  std::vector<policy::ProfileService>& services = profiles_[profile].services;
  if (services.size() <= service) services.resize(service + std::size_t{1});
  return services[service];
}

std::shared_ptr<const list::Image> PolicyMaker::make_image() const {
  list::ImageBuilder builder(kKey);
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    const policy::ListEntry& entry = lists_[i];
    const bool has_category = entry.category != policy::kNoCategory;
    const list::ListId id =
        builder.add_list({entry.name, has_category ? categories_[entry.category].id : "", 0, 0});
    for (const list::Rule& rule : rules_[i]) builder.add(id, rule);
    for (const list::AddressRule& rule : address_rules_[i]) builder.add(id, rule);
  }
  auto bytes = builder.to_bytes();
  HAETAE_ASSERT(bytes.has_value());
  auto image = list::Image::from_bytes(std::move(*bytes));
  HAETAE_ASSERT(image.has_value());
  return *image;
}

std::shared_ptr<const Policy> PolicyMaker::make() const {
  std::shared_ptr<const list::Delta> delta;
  if (!edits_.empty()) delta = std::make_shared<const list::Delta>(kKey, edits_);
  auto policy = std::make_shared<Policy>(list::Lists(make_image(), std::move(delta)));
  policy->generation = 1;
  policy->zone = zone;
  policy->categories = categories_;
  policy->lists = lists_;
  policy->services = services_;
  policy->profiles = profiles_;
  policy->devices = devices;
  policy->identities = policy::Identities(recognitions);
  policy->default_profile = default_profile;
  policy->rebinding_protected = rebinding_protected;
  policy->special_names = special_names_;
  policy->rewrites = rewrites_;
  policy->engines = engines_;
  for (policy::Profile& profile : policy->profiles) {
    profile.services.resize(services_.size());
    profile.lists.resize(lists_.size(), true);
  }
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    if (patterns_[i].empty()) continue;
    const auto text = static_cast<list::PatternText>(i);
    auto compiled = list::PatternSet::compile(patterns_[i], {.text = text});
    HAETAE_ASSERT(compiled.has_value() && compiled->faults.empty());
    policy->use_patterns(text, compiled->set);
  }
  if (!phrases_.empty()) {
    auto phrases = list::PhraseSet::compile(phrases_);
    HAETAE_ASSERT(phrases.has_value());
    policy->use_phrases(std::move(*phrases));
  }
  policy->label_categories = label_categories;
  policy->search_engines = policy::SearchEngines(search_engines_);
  policy->help_categories = help_categories_;
  marks_.write(*policy);
  fill_outcomes(*policy);
  return policy;
}

}  // namespace haetae::test
