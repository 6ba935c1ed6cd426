// All real lists in one image: what they hold is blocked, what people need is not. The everyday run
// judges a sample with a fixed seed; HAETAE_WHOLE=1 judges every entry (target whole-lists).
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "build/assemble.h"
#include "build/list_compiler.h"
#include "list/import.h"
#include "policy/decide.h"
#include "policy/describe.h"
#include "support/rounds.h"
#include "support/test_data.h"

namespace haetae::build {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kSeed = 20260301;
constexpr std::uint32_t kSampleOneIn = test::kIsSanitized ? 400 : 40;
const Time kAfternoon = Time(std::chrono::sys_days{std::chrono::year{2026} / 3 / 2});

bool judges_everything() {
  const char* const whole = std::getenv("HAETAE_WHOLE");
  return whole != nullptr && *whole == '1';
}

std::vector<std::string> columns(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream in(line);
  for (std::string column; std::getline(in, column, '\t');) out.push_back(column);
  return out;
}

// The configuration a site would write to use every list of the data folder.
std::string config_with_all_lists(const fs::path& lists) {
  std::string text = "lists:\n";
  std::set<std::string> categories;
  std::istringstream manifest(test::read_file(lists / "manifest.tsv"));
  std::string line;
  std::getline(manifest, line);  // the header
  while (std::getline(manifest, line)) {
    const auto row = columns(line);
    const std::string& format = row.at(2);
    if (format == "url-prefixes") continue;  // path entries: a later stage
    text += fmt::format("  - {{name: {}, path: \"{}\", category: {}, format: {}}}\n",
                        row.at(0).substr(0, row.at(0).find('.')) + "-" + format,
                        (lists / row.at(0)).string(), row.at(1), format);
    categories.insert(row.at(1));
  }
  text += "profiles:\n  everything:\n    block_bypass: true\n    block: [";
  for (const std::string& category : categories) {
    if (category != "bypass") text += category + ", ";
  }
  text += "]\n  little: {block: [adult, gambling]}\ndefault_profile: little\n";
  return text;
}

// Everything set up once for all tests of the file: the build takes seconds.
struct World {
  World() {
    const fs::path config =
        folder.write("haetae.yaml", config_with_all_lists(*test::data_folder() / "lists"));
    auto read = config::load(config, test::source_folder() / "rules");
    if (!read) {
      for (const auto& fault : read.error()) fmt::print("{}\n", config::to_text(fault));
      std::abort();
    }
    loaded = std::make_unique<config::Loaded>(std::move(*read));
    loaded->config.state_path = folder.path() / "state";
    const ListFiles files = ListFiles::below(loaded->config.state_path);
    compiled = *compile_lists(*loaded, files, [] { return HashKey{kSeed, 1}; });
    policy = assemble(*loaded, *list::Image::open(files.image), 1, {})->policy;
    scratch = std::make_unique<policy::Scratch>(*policy);
  }

  static World& get() {
    static World world;
    return world;
  }

  policy::Verdict judge(const Name& name, std::string_view profile) {
    policy::Request request;
    request.name = &name;
    return judge(request, profile);
  }
  policy::Verdict judge(const IpAddress& address, std::string_view profile) {
    policy::Request request;
    request.kind = policy::Kind::Address;
    request.address = &address;
    return judge(request, profile);
  }
  policy::Verdict judge(policy::Request request, std::string_view profile) {
    request.now = kAfternoon;
    for (policy::ProfileId id = 0; id < policy->profiles.size(); ++id) {
      if (policy->profiles[id].name == profile) request.who.profile = id;
    }
    return policy::decide(*policy, {}, request, *scratch);
  }

  std::string why(const Name& name, const policy::Verdict& verdict) const {
    const auto words = policy::describe(*policy, policy->profiles[0], name, verdict);
    return fmt::format("{} {} {}", words.category, words.list, words.rule);
  }

  test::TemporaryFolder folder;
  std::unique_ptr<config::Loaded> loaded;
  Compiled compiled;
  std::shared_ptr<const policy::Policy> policy;
  std::unique_ptr<policy::Scratch> scratch;
};

// Judges the rules of one list, and a random name below each subtree rule.
class JudgingSink final : public list::RuleSink {
 public:
  explicit JudgingSink(World& world) : world_(world) {}

  void take(const list::Rule& rule, std::uint32_t line) override {
    if (rule.action == list::RuleAction::Allow) {
      excepted_.insert(rule.name);
      return;
    }
    if (!judges_everything() && draw_() % kSampleOneIn != 0) return;
    rules_.emplace_back(rule, line);
  }

  void take_address(const list::AddressRule& rule, std::uint32_t /*line*/) override {
    addresses_.push_back(rule.prefix.address());
  }

  void judge() {
    for (const IpAddress& address : addresses_) expect_blocked(address);
    for (const auto& [rule, line] : rules_) {
      expect_blocked(rule.name, line);
      if (rule.scope == list::RuleScope::Subtree) expect_blocked(below(rule.name), line);
    }
  }
  std::size_t judged() const { return judged_; }
  std::size_t let_through() const { return let_through_; }

 private:
  Name below(const Name& name) {
    const std::string label = fmt::format("r{:x}", draw_());
    return Name::from_text(label + "." + name.to_text()).value_or(name);
  }

  bool excepted(const Name& name) const {
    for (std::size_t i = 0; i < name.label_count(); ++i) {
      if (excepted_.contains(name.suffix(i))) return true;
    }
    return false;
  }

  void expect_blocked(const Name& name, std::uint32_t line) {
    ++judged_;
    const policy::Verdict verdict = world_.judge(name, "everything");
    if (verdict.action == policy::Action::Block) return;
    // Reachable at any hour in any profile, whatever a list says.
    if (verdict.reason == policy::Reason::House || verdict.reason == policy::Reason::Help) {
      ++let_through_;
      return;
    }
    if (excepted(name)) return;
    ADD_FAILURE() << name.to_text() << " (line " << line
                  << ") is not blocked: " << policy::to_text(verdict.reason);
  }

  void expect_blocked(const IpAddress& address) {
    ++judged_;
    const policy::Verdict verdict = world_.judge(address, "everything");
    EXPECT_EQ(verdict.action, policy::Action::Block) << address.to_text();
  }

  World& world_;
  std::vector<IpAddress> addresses_;
  std::mt19937 draw_{kSeed};
  std::set<Name> excepted_;
  std::vector<std::pair<list::Rule, std::uint32_t>> rules_;
  std::size_t judged_ = 0;
  std::size_t let_through_ = 0;
};

TEST(RealLists, BlockEveryEntryTheyHoldAndWhatStandsBelowIt) {
  HAETAE_NEEDS_DATA();
  World& world = World::get();
  EXPECT_GT(world.compiled.stats.names, 1'800'000U);
  const auto names = list::Protected::load(test::source_folder() / "rules" / "protected.txt");
  ASSERT_TRUE(names.has_value());
  std::size_t judged = 0;
  std::uint64_t quarantined = 0;
  for (std::size_t i = 0; i < world.loaded->config.lists.size(); ++i) {
    const config::ListSource& source = world.loaded->config.lists[i];
    EXPECT_FALSE(world.compiled.reports[i].refused())
        << source.name << ": " << world.compiled.reports[i].refusal;
    quarantined += world.compiled.reports[i].quarantined_count;
    list::ImportSpec spec;
    spec.name = source.name;
    spec.path = source.path;
    spec.format = *list::format_of(source.format);
    spec.category = source.category;
    spec.protected_names = &*names;
    JudgingSink sink(world);
    ASSERT_TRUE(list::import_list(spec, sink).has_value());
    sink.judge();
    judged += sink.judged();
  }
  fmt::print("{} names, {} judged, {} quarantined, {} sets, {:.2f} bytes a name\n",
             world.compiled.stats.names, judged, quarantined, world.compiled.stats.sets,
             static_cast<double>(world.compiled.stats.size_bytes) /
                 static_cast<double>(world.compiled.stats.names));
}

TEST(RealLists, LeavePopularNamesOpenThatAreNeitherAdultNorGambling) {
  HAETAE_NEEDS_DATA();
  World& world = World::get();
  for (const char* const file : {"popular-2023-65k.tsv.zst", "popular-2015-60k.tsv.zst"}) {
    std::istringstream rows(test::read_file(*test::data_folder() / "popular" / file));
    std::string line;
    std::getline(rows, line);
    std::size_t judged = 0;
    std::vector<std::string> blocked;
    std::size_t by_pattern = 0;
    while (std::getline(rows, line)) {
      const auto row = columns(line);
      const std::string& marks = row.at(2);
      if (marks.find("adult") != std::string::npos || marks.find("gambling") != std::string::npos) {
        continue;
      }
      const auto name = Name::from_text(row.at(1));
      if (!name) continue;
      ++judged;
      const policy::Verdict verdict = world.judge(*name, "little");
      // Sites that no list holds and that say by their name what they are: the pattern tests judge
      // those one by one (pattern_reviewed.txt).
      if (verdict.reason == policy::Reason::Pattern) {
        ++by_pattern;
      } else if (verdict.action == policy::Action::Block) {
        blocked.push_back(row.at(1) + " (" + world.why(*name, verdict) + ")");
      }
    }
    fmt::print("{}: {} judged, {} blocked by lists, {} by patterns\n", file, judged, blocked.size(),
               by_pattern);
    for (const std::string& one : blocked) fmt::print("  {}\n", one);
    EXPECT_GT(judged, 50'000U);
    EXPECT_LE(blocked.size(), judged / 2000);
  }
}

TEST(RealLists, LeaveEverySiteForChildrenOpen) {
  HAETAE_NEEDS_DATA();
  World& world = World::get();
  for (const char* const file : {"child-ut1.txt", "sexual-education-ut1.txt", "korean.txt"}) {
    std::istringstream names(test::read_file(*test::data_folder() / "benign" / file));
    for (std::string line; std::getline(names, line);) {
      const auto name = Name::from_text(line);
      if (!name) continue;
      const policy::Verdict verdict = world.judge(*name, "little");
      EXPECT_NE(verdict.action, policy::Action::Block)
          << file << ": " << line << ": " << world.why(*name, verdict);
    }
  }
}

// For whoever chooses lists: which of them block names that a child filter must not block. The
// data is what it is, so nothing is expected but that somebody reads it.
TEST(RealLists, TellWhatEachBlocksOfTheBenignNames) {
  HAETAE_NEEDS_DATA();
  constexpr std::string_view kCodes[] = {"XED", "PUBH", "LGBT", "NEWS", "CULTR", "GOVT", "HUMR"};
  constexpr std::size_t kNamesShown = 8;
  World& world = World::get();
  std::map<std::string, std::vector<std::string>> blocked;
  std::size_t judged = 0;
  for (const auto& entry : fs::directory_iterator(*test::data_folder() / "benign")) {
    std::istringstream lines(test::read_file(entry.path()));
    for (std::string line; std::getline(lines, line);) {
      const auto row = columns(line);
      if (row.empty()) continue;
      const bool is_coded = row.size() > 1;
      if (is_coded && std::ranges::find(kCodes, row[1]) == std::end(kCodes)) continue;
      const auto name = Name::from_text(row[0]);
      if (!name) continue;
      ++judged;
      const policy::Verdict verdict = world.judge(*name, "everything");
      if (verdict.action != policy::Action::Block) continue;
      const auto words = policy::describe(*world.policy, world.policy->profiles[0], *name, verdict);
      blocked[words.list].push_back(row[0] + (is_coded ? " (" + row[1] + ")" : ""));
    }
  }
  for (const auto& [list, names] : blocked) {
    fmt::print("{:50} {:4}:", list, names.size());
    for (std::size_t i = 0; i < std::min(names.size(), kNamesShown); ++i)
      fmt::print(" {}", names[i]);
    fmt::print("\n");
  }
  EXPECT_GT(judged, 20'000U);
}

}  // namespace
}  // namespace haetae::build
