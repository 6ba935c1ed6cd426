#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "support/random_world.h"

// Random policies, standings, names and times: what must hold whatever they are.
namespace haetae::policy {
namespace {

using test::RandomWorld;
using test::speaks_of;
using test::WrittenName;

// Everything of a verdict but the two fields that count down.
auto essence(const Verdict& v) {
  return std::tuple(v.action, v.reason, v.rule_kind, v.rule_label, v.rule_exact, v.watched,
                    v.strip_ech, v.category, v.source, v.rewrite);
}

// Whether a list, taken alone, blocks the name: from the text of its rules.
bool blocks_alone(const std::set<std::string>& rules, const Name& name) {
  std::optional<int> strongest;
  bool is_block = false;
  for (const std::string& text : rules) {
    const list::Rule rule = test::rule_of(text);
    const bool speaks =
        rule.scope == list::RuleScope::Exact ? name == rule.name : name.is_under(rule.name);
    if (!speaks) continue;
    const int strength =
        (rule.important ? 2 : 0) + (rule.action == list::RuleAction::Allow ? 1 : 0);
    if (strongest && strength <= *strongest) continue;
    strongest = strength;
    is_block = rule.action == list::RuleAction::Block;
  }
  return is_block;
}

class RandomPolicies : public testing::Test {
 protected:
  static constexpr unsigned kWorlds = 600;
  static constexpr int kAsksPerWorld = 60;

  struct Ask {
    RandomWorld& world;
    Scratch& scratch;
    ProfileId profile;
    Name name;
    Time now;

    Verdict at(Time time) const { return at(time, scratch); }
    Verdict at(Time time, Scratch& own) const {
      const Request request{.who = {.device = 0, .profile = profile},
                            .kind = Kind::DnsName,
                            .now = time,
                            .name = &name};
      return decide(*world.policy, world.standing, request, own);
    }
    const Profile& whose() const { return world.policy->profiles[profile]; }
    std::string text() const {
      return name.to_text() + " for " + whose().name + " at " +
             std::to_string(now.time_since_epoch().count());
    }
  };

  template <typename Check>
  static void for_each_ask(const Check& check) {
    for (unsigned seed = 1; seed <= kWorlds; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      RandomWorld world(seed);
      Scratch scratch(*world.policy);
      for (int i = 0; i < kAsksPerWorld; ++i) {
        const auto profile = static_cast<ProfileId>(world.below(2));
        check(Ask{world, scratch, profile, name_of(world.random_name()), world.random_time()});
        if (testing::Test::HasFailure()) return;
      }
    }
  }
};

TEST_F(RandomPolicies, LockedAlwaysWins) {
  int locked_count = 0;
  for_each_ask([&](const Ask& ask) {
    const Policy& policy = *ask.world.policy;
    bool locked = false;
    for (std::size_t list = 0; list < policy.lists.size(); ++list) {
      const CategoryKind kind = policy.categories[policy.lists[list].category].kind;
      locked |= kind == CategoryKind::Locked && blocks_alone(ask.world.rules[list], ask.name);
    }
    const Verdict verdict = ask.at(ask.now);
    EXPECT_EQ(verdict.reason == Reason::Locked, locked) << ask.text();
    if (!locked) return;
    ++locked_count;
    EXPECT_EQ(verdict.action, Action::Block) << ask.text();
    EXPECT_FALSE(verdict.watched) << ask.text();
    EXPECT_EQ(verdict.valid_until, kNever) << ask.text();
  });
  EXPECT_GT(locked_count, 1000) << "the worlds are too tame to tell";
}

TEST_F(RandomPolicies, AnAllowNeverLiftsSafeSearch) {
  int rewritten_count = 0;
  for_each_ask([&](const Ask& ask) {
    const bool may_lift = std::ranges::any_of(ask.world.guardian,
                                              [&](const WrittenName& entry) {
                                                return entry.lifts_safe_search &&
                                                       entry.subject == ask.profile &&
                                                       speaks_of(entry.text, ask.name);
                                              }) ||
                          std::ranges::any_of(ask.world.standing.grants, [&](const Grant& grant) {
                            return grant.lifts_safe_search && grant.profile == ask.profile;
                          });
    bool is_duty = false;
    std::size_t longest = 0;  // the nearest host's engine rules
    for (const WrittenName& host : ask.world.engine_hosts) {
      if (!speaks_of(host.text, ask.name)) continue;
      const std::size_t labels = name_of(host.text.substr(host.text[0] == '=')).label_count();
      const bool is_youtube = ask.world.policy->engines[host.subject].is_youtube;
      const Strictness level = is_youtube ? ask.whose().youtube : ask.whose().safe_search;
      const bool level_on = level != Strictness::Off;
      if (labels == longest) is_duty &= level_on;  // either may be taken
      if (labels > longest) is_duty = level_on;
      longest = std::max(longest, labels);
    }
    const Verdict verdict = ask.at(ask.now);
    if (!is_duty || may_lift) return;
    EXPECT_NE(verdict.action, Action::Allow) << ask.text();
    if (verdict.action != Action::Rewrite) return;
    ++rewritten_count;
    EXPECT_LT(verdict.rewrite, ask.world.policy->rewrites.size()) << ask.text();
    EXPECT_TRUE(verdict.watched || verdict.reason == Reason::SafeSearch) << ask.text();
  });
  EXPECT_GT(rewritten_count, 1000);
}

TEST_F(RandomPolicies, AVerdictStaysTheSameUntilItsValidUntil) {
  int edges = 0;
  for_each_ask([&](const Ask& ask) {
    const Verdict first = ask.at(ask.now);
    ASSERT_GT(first.valid_until, ask.now) << ask.text();
    const Time end = std::min(first.valid_until, ask.now + std::chrono::hours(24 * 12));
    edges += first.valid_until != kNever;
    if (first.action != Action::Block) {
      const bool outlives = first.valid_until - ask.now < seconds(first.ttl_max_seconds);
      EXPECT_FALSE(outlives) << ask.text();
    }
    const auto span = static_cast<std::uint64_t>((end - ask.now).count());
    for (int i = 0; i < 6; ++i) {
      const auto offset = milliseconds(i == 0 ? span - 1 : ask.world.random() % span);
      Scratch fresh(*ask.world.policy);
      const Verdict later = i == 1 ? ask.at(ask.now + offset, fresh) : ask.at(ask.now + offset);
      ASSERT_EQ(essence(later), essence(first)) << ask.text() << " +" << offset.count() << " ms";
      ASSERT_GE(later.valid_until, first.valid_until) << ask.text();
    }
  });
  EXPECT_GT(edges, 5000);
}

TEST_F(RandomPolicies, OutcomeTablesSayWhatTheListsSay) {
  int listed = 0;
  for_each_ask([&](const Ask& ask) {
    const Policy& policy = *ask.world.policy;
    const NameFacts facts = ask.scratch.look_up(policy, ask.name);
    if (facts.listed.edited) return;
    NameHashes hashes;
    hash_suffixes(ask.name, policy.names.image().key(), hashes);
    std::array<list::Lists::Holding, list::Delta::kElementsMax> holdings;
    const std::size_t count = policy.names.holdings(hashes, holdings);
    std::vector<list::Element> elements;
    for (std::size_t i = 0; i < count; ++i) elements.push_back(holdings[i].element);
    const std::size_t row = 2 * std::size_t{facts.listed.set} + facts.listed.whole_name();
    EXPECT_EQ(ask.whose().outcomes[row], work_out(policy, ask.whose(), elements)) << ask.text();
    listed += !elements.empty();
  });
  EXPECT_GT(listed, 5000);
}

TEST_F(RandomPolicies, GuardiansWordIsTheLongestSuffixes) {
  int spoken = 0;
  for_each_ask([&](const Ask& ask) {
    std::map<std::size_t, bool> word;  // by length: whether an allow is among them
    for (const WrittenName& entry : ask.world.guardian) {
      if (entry.subject != ask.profile || !speaks_of(entry.text, ask.name)) continue;
      word[name_of(entry.text.substr(entry.text[0] == '=')).label_count()] |= entry.is_allow;
    }
    const Verdict verdict = ask.at(ask.now);
    const bool allow = !word.empty() && word.rbegin()->second;
    const bool deny = !word.empty() && !allow;
    switch (verdict.reason) {
      case Reason::AllowedByGuardian: EXPECT_TRUE(allow) << ask.text(); break;
      case Reason::DeniedByGuardian: EXPECT_TRUE(deny) << ask.text(); break;
      case Reason::Bypass:
      case Reason::ServiceBlocked:
      case Reason::ServiceAllowed:
      case Reason::Category:
      case Reason::Pattern:
      case Reason::UnknownBlocked:
      case Reason::NoRuleMatched: EXPECT_TRUE(word.empty()) << ask.text(); break;
      case Reason::Locked:
      case Reason::House:
      case Reason::Help:
      case Reason::Paused:
      case Reason::Focus:
      case Reason::Bedtime:
      case Reason::QuotaUsed:
      case Reason::Granted:
      case Reason::SafeSearch:
      case Reason::Rebinding:
      case Reason::Undecidable: break;
    }
    spoken += !word.empty();
  });
  EXPECT_GT(spoken, 3000);
}

// What blocks by a category names a list that blocks by its own rules; what no step stopped is
// blocked by no enforcing list of a blocked category, unless a list of the site excepts it.
TEST_F(RandomPolicies, CategoriesBlockWhatTheirListsBlock) {
  int blocked_count = 0;
  for_each_ask([&](const Ask& ask) {
    const Policy& policy = *ask.world.policy;
    const Verdict verdict = ask.at(ask.now);
    if (verdict.rule_kind == RuleKind::List) {
      ++blocked_count;
      EXPECT_TRUE(blocks_alone(ask.world.rules[verdict.source], ask.name)) << ask.text();
      EXPECT_EQ(policy.lists[verdict.source].category, verdict.category) << ask.text();
    }
    const bool fell_through = verdict.reason == Reason::Pattern ||
                              verdict.reason == Reason::UnknownBlocked ||
                              verdict.reason == Reason::NoRuleMatched;
    if (!fell_through || ask.scratch.look_up(policy, ask.name).listed.edited) return;
    for (std::size_t list = 0; list < policy.lists.size(); ++list) {
      const ListEntry& entry = policy.lists[list];
      const CategoryKind kind = policy.categories[entry.category].kind;
      const bool is_harm = kind == CategoryKind::Harm || kind == CategoryKind::Topic ||
                           kind == CategoryKind::Nuisance;
      if (!is_harm || !ask.whose().blocked.test(entry.category) || !ask.whose().lists[list]) {
        continue;
      }
      const bool some_site_list = std::ranges::any_of(
          policy.lists, [](const ListEntry& each) { return each.exceptions_site; });
      if (some_site_list || entry.mode == Mode::Watch) continue;
      EXPECT_FALSE(blocks_alone(ask.world.rules[list], ask.name)) << ask.text();
    }
  });
  EXPECT_GT(blocked_count, 3000);
}

}  // namespace
}  // namespace haetae::policy
