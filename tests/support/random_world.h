#pragma once

#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "policy/decide.h"
#include "support/policy_maker.h"

namespace haetae::test {

// A guardian's allow or deny, or the host of an engine, as written: "=x" is exact.
struct WrittenName {
  std::string text;
  std::uint16_t subject = 0;
  bool is_allow = false;
  bool lifts_safe_search = false;
};

// A random Policy and Standing over a handful of names, so that everything meets everything, and
// beside them what they were made of, for slow judges that look at nothing else.
struct RandomWorld {
  explicit RandomWorld(unsigned seed);

  int below(int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); }
  bool one_in(int n) { return below(n) == 0; }
  std::string random_name();
  // Near the times at which the world's schedules, grants and pauses begin and end.
  Time random_time();

  std::mt19937 random;
  PolicyMaker maker;
  std::vector<std::set<std::string>> rules;  // by ListId, edits applied
  std::vector<WrittenName> guardian;         // subject: ProfileId
  std::vector<WrittenName> engine_hosts;     // subject: EngineId
  policy::Standing standing;
  std::shared_ptr<const policy::Policy> policy;
  Time base;

 private:
  void add_categories_and_lists();
  void add_services_and_engines();
  void add_profiles();
  void add_marks();
  void add_edits();
  void add_standing();
  std::string random_rule();
  std::string random_entry() { return (one_in(4) ? "=" : "") + random_name(); }
  policy::Schedule random_schedule();
  template <typename T>
  T any_of(std::size_t count) {
    return static_cast<T>(below(static_cast<int>(count)));
  }

  static constexpr int kCategories = 6;
  static constexpr int kProfiles = 2;
  int service_count_ = 0;
};

// Whether the entry, written as in a configuration, speaks of the name.
bool speaks_of(const std::string& entry, const Name& name);

}  // namespace haetae::test
