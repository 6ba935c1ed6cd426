#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/name.h"
#include "list/delta.h"
#include "list/pattern_set.h"
#include "list/phrase.h"
#include "list/rule.h"
#include "policy/marks.h"
#include "policy/policy.h"

namespace haetae::test {

// A rule in the form that people read: "x.example" exact, "||x.example^" subtree, "@@" before an
// exception, "$important" behind. Aborts if it is none.
list::Rule rule_of(std::string_view text);

// Builds a Policy in a few lines, as lib/build does from a configuration. Names of the
// configuration are written as there: "x.example" with all below, "=x.example" alone.
class PolicyMaker {
 public:
  using Texts = std::vector<std::string>;

  // A child whose adult list holds bad.example with all below and 203.0.113.0/24, who may not reach
  // what cannot be read, and of whom all is recorded.
  static PolicyMaker with_adult_list();

  policy::CategoryId category(std::string id,
                              policy::CategoryKind kind = policy::CategoryKind::Harm,
                              bool sensitive = false);
  // A rule may be an address or a network, too: "203.0.113.0/24".
  policy::ListId list(std::string name, policy::CategoryId category, const Texts& rules);
  policy::ServiceId service(std::string id, const Texts& own, const Texts& shared = {});
  // Both levels have a target of their own; set them to kNone by engine_row() where not.
  policy::EngineId engine(std::string id, const Texts& hosts, bool is_youtube = false);
  // Blocks nothing, counts every list.
  policy::ProfileId profile(std::string name);
  void mark(policy::MarkKind kind, std::string_view name, std::uint16_t subject = policy::kNone,
            bool lifts_safe_search = false);
  void special(std::string_view name, policy::SpecialName answer);
  void pattern(std::string id, std::string expression, policy::CategoryId category, int weight,
               list::PatternText text = list::PatternText::Host);
  // Words that stand in pages, as phrases are written.
  void phrase(std::string text, policy::CategoryId category, int weight);
  policy::LabelCategories label_categories;
  // Words of its searches are in the query's `q` below /search.
  void search_engine(std::string host);
  void help_category(policy::CategoryId category) { help_categories_.set(category); }
  void edit(policy::ListId list, bool add, std::string_view rule);

  // To change what was added; valid until the next one is added.
  policy::Profile& at(policy::ProfileId profile) { return profiles_[profile]; }
  policy::ListEntry& entry(policy::ListId list) { return lists_[list]; }
  policy::ProfileService& service_of(policy::ProfileId profile, policy::ServiceId service);
  policy::Policy::EngineRow& engine_row(policy::EngineId engine) { return engines_[engine]; }

  policy::TimeZone zone = policy::TimeZone::utc();
  std::vector<policy::Device> devices;
  std::vector<policy::Recognition> recognitions;
  policy::ProfileId default_profile = 0;
  bool rebinding_protected = true;

  // May be called again after more was added.
  std::shared_ptr<const policy::Policy> make() const;

 private:
  std::shared_ptr<const list::Image> make_image() const;

  std::vector<policy::Category> categories_;
  std::vector<policy::ListEntry> lists_;
  std::vector<std::vector<list::Rule>> rules_;                 // by ListId
  std::vector<std::vector<list::AddressRule>> address_rules_;  // by ListId
  std::vector<policy::Service> services_;
  std::vector<policy::Profile> profiles_;
  std::vector<policy::SpecialName> special_names_;
  std::vector<policy::RewriteTarget> rewrites_;
  std::vector<policy::Policy::EngineRow> engines_;
  std::array<std::vector<list::Pattern>, list::kPatternTextsCount> patterns_;
  std::vector<list::Phrase> phrases_;
  std::vector<policy::SearchEngine> search_engines_;
  policy::CategorySet help_categories_;
  std::vector<list::Edit> edits_;
  policy::Marks marks_;
};

}  // namespace haetae::test
