// rules/ as a family uses it, built into a policy: what people need stays open, and a service that
// is blocked takes nobody else's names with it.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <map>
#include <sstream>

#include "build/assemble.h"
#include "build/list_compiler.h"
#include "policy/decide.h"
#include "policy/describe.h"
#include "support/test_data.h"

namespace haetae::build {
namespace {

namespace fs = std::filesystem;

const Time kAfternoon = Time(std::chrono::sys_days{std::chrono::year{2026} / 3 / 2});

const config::Rules& shipped_rules() {
  static const config::Rules rules = *config::load_rules(test::source_folder() / "rules");
  return rules;
}

std::string categories_of(const std::vector<policy::CategoryKind>& kinds) {
  std::string list;
  for (const config::CategoryRule& category : shipped_rules().categories) {
    if (std::ranges::find(kinds, category.kind) != kinds.end()) list += category.id + ", ";
  }
  return list;
}

// Profiles "harm" (every harmful category and ways round the filter), "rest" (all that may be
// blocked beside), and one for each service that blocks it alone.
std::string config_text() {
  using policy::CategoryKind;
  std::string text = "profiles:\n";
  text += fmt::format("  harm: {{block: [{}], block_bypass: true, threshold: 60}}\n",
                      categories_of({CategoryKind::Harm}));
  text += fmt::format("  rest: {{block: [{}]}}\n",
                      categories_of({CategoryKind::Nuisance, CategoryKind::Topic}));
  for (const config::ServiceRules& service : shipped_rules().services) {
    text += fmt::format("  {}-off: {{services: {{block: [{}]}}}}\n", service.id, service.id);
  }
  return text + "default_profile: harm\n";
}

struct World {
  World() {
    const fs::path config = folder.write("haetae.yaml", config_text());
    auto read = config::load(config, test::source_folder() / "rules");
    if (!read) {
      for (const auto& fault : read.error()) fmt::print("{}\n", config::to_text(fault));
      std::abort();
    }
    loaded = std::make_unique<config::Loaded>(std::move(*read));
    loaded->config.state_path = folder.path() / "state";
    const ListFiles files = ListFiles::below(loaded->config.state_path);
    compiled = *compile_lists(*loaded, files, [] { return HashKey{7, 1}; });
    policy = assemble(*loaded, *list::Image::open(files.image), 1, {})->policy;
    scratch = std::make_unique<policy::Scratch>(*policy);
    for (policy::ProfileId id = 0; id < policy->profiles.size(); ++id) {
      profiles[policy->profiles[id].name] = id;
    }
  }

  static World& get() {
    static World world;
    return world;
  }

  policy::Verdict judge(const Name& name, const std::string& profile) {
    policy::Request request;
    request.now = kAfternoon;
    request.name = &name;
    request.who.profile = profiles.at(profile);
    return policy::decide(*policy, {}, request, *scratch);
  }
  bool blocks(const Name& name, const std::string& profile) {
    return judge(name, profile).action == policy::Action::Block;
  }
  std::string why(const Name& name, const policy::Verdict& verdict) const {
    const auto words = policy::describe(*policy, policy->profiles[0], name, verdict);
    return fmt::format("{} {} {} {}", policy::to_text(verdict.reason), words.category, words.list,
                       words.rule);
  }

  test::TemporaryFolder folder;
  std::unique_ptr<config::Loaded> loaded;
  Compiled compiled;
  std::shared_ptr<const policy::Policy> policy;
  std::unique_ptr<policy::Scratch> scratch;
  std::map<std::string, policy::ProfileId> profiles;
};

// Calls use(name) for every benign name of a file of the data folder.
template <typename Use>
std::size_t for_each_benign(const fs::path& file, const Use& use) {
  constexpr std::string_view kCodes[] = {"XED", "PUBH", "LGBT", "NEWS", "CULTR", "GOVT", "HUMR"};
  const bool is_table = file.extension() == ".tsv";
  std::istringstream lines(test::read_file(file));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream columns(line);
    std::string host, code;
    std::getline(columns, host, '\t');
    std::getline(columns, code, '\t');
    if (is_table && std::ranges::find(kCodes, code) == std::end(kCodes)) continue;
    const auto name = Name::from_text(host);
    if (!name || name->label_count() < 2) continue;
    ++count;
    use(*name);
  }
  return count;
}

TEST(ShippedRules, TakeEveryBuiltInListWhole) {
  for (const list::ImportReport& report : World::get().compiled.reports) {
    EXPECT_FALSE(report.refused()) << report.name << ": " << report.refusal;
    EXPECT_EQ(report.quarantined_count, 0U) << report.name << " holds what protected.txt protects";
    EXPECT_EQ(report.skipped_count(), 0U) << report.name;
  }
}

// Names of the benign sets that are blocked all the same, and why that stays.
const std::map<std::string, std::string> kBlockedAllTheSame = {
    {"www.literotica.com", "pornographic stories; coded as culture"},
    {"www.ahsex.org", "its name says sex and nothing that speaks for advice"},
    {"thecbet.com", "ends in bet"},
};

TEST(ShippedRules, BlockNoBenignNameWithEveryHarmBlocked) {
  HAETAE_NEEDS_DATA();
  World& world = World::get();
  std::size_t judged = 0;
  std::map<std::string, std::size_t> by_list;
  for (const auto& entry : fs::directory_iterator(*test::data_folder() / "benign")) {
    judged += for_each_benign(entry.path(), [&](const Name& name) {
      const policy::Verdict verdict = world.judge(name, "harm");
      if (verdict.action == policy::Action::Block && !kBlockedAllTheSame.contains(name.to_text())) {
        ADD_FAILURE() << entry.path().filename() << ": " << name.to_text() << ": "
                      << world.why(name, verdict);
      }
      const policy::Verdict beside = world.judge(name, "rest");
      if (beside.action != policy::Action::Block) return;
      ++by_list[policy::describe(*world.policy, world.policy->profiles[0], name, beside).list];
    });
  }
  for (const auto& [list, count] : by_list) {
    fmt::print(
        "{:24} {:3} names of the benign sets: shops, advertising, social sites and the like\n",
        list, count);
  }
  fmt::print("{} benign names judged\n", judged);
  EXPECT_GT(judged, 20'000U);
}

TEST(ShippedRules, KnowTheWaysRoundTheFilterByNameAndAddress) {
  World& world = World::get();
  for (const char* const text :
       {"dns.google", "mozilla.cloudflare-dns.com", "dns.quad9.net", "abc123.dns.nextdns.io",
        "doh.opendns.com", "mask.icloud.com", "mask-h2.icloud.com", "www.torproject.org",
        "example.onion.ly", "nordvpn.com", "www.expressvpn.com", "engage.cloudflareclient.com",
        "www.croxyproxy.com", "somefreevpn.com"}) {
    const policy::Verdict verdict = world.judge(*Name::from_text(text), "harm");
    EXPECT_EQ(verdict.action, policy::Action::Block) << text;
    EXPECT_FALSE(world.blocks(*Name::from_text(text), "rest")) << text;
  }
  const auto blocks = [&world](const char* text) {
    const auto address = IpAddress::from_text(text);
    policy::Request request;
    request.now = kAfternoon;
    request.kind = policy::Kind::Address;
    request.address = &*address;
    request.who.profile = world.profiles.at("harm");
    policy::NameFacts facts = world.scratch->look_up(*world.policy, *address);
    const policy::Verdict verdict =
        policy::decide(*world.policy, {}, request, facts, *world.scratch);
    return verdict.action == policy::Action::Block;
  };
  for (const char* const text : {"8.8.8.8", "1.1.1.1", "9.9.9.9", "45.90.28.77", "168.126.63.1",
                                 "2001:4860:4860::8888", "2606:4700:4700::1111"}) {
    EXPECT_TRUE(blocks(text)) << text;
  }
  for (const char* const text : {"104.16.132.229", "151.101.1.140", "142.250.196.110",
                                 "192.168.0.1", "223.130.200.107", "2606:4700::6810:84e5"}) {
    EXPECT_FALSE(blocks(text)) << text;
  }
}

TEST(ShippedRules, BlockAServiceWholeAndNobodyElse) {
  World& world = World::get();
  const auto& services = world.loaded->rules->services;
  std::size_t asked = 0;
  for (const config::ServiceRules& service : services) {
    const std::string profile = service.id + "-off";
    for (const config::NameRule& own : service.own) {
      EXPECT_TRUE(world.blocks(own.name, profile)) << service.id << ": " << own.name.to_text();
    }
    for (const config::NameRule& shared : service.shared) {
      EXPECT_FALSE(world.blocks(shared.name, profile))
          << service.id << " blocks " << shared.name.to_text() << ", which others use";
    }
    for (const config::ServiceRules& other : services) {
      for (const Name& sample : other.samples) {
        ++asked;
        EXPECT_EQ(world.blocks(sample, profile), other.id == service.id)
            << sample.to_text() << " of " << other.id << " where " << service.id << " is off";
      }
    }
  }
  fmt::print("{} services, {} questions\n", services.size(), asked);
}

TEST(ShippedRules, HavePhrasesCompiledOnlyWherePagesAreRead) {
  config::Loaded loaded = *World::get().loaded;
  const auto image = *list::Image::open(ListFiles::below(loaded.config.state_path).image);
  const auto has_phrases = [&](Pages pages) {
    return assemble(loaded, image, 1, {}, nullptr, pages)->policy->phrases() != nullptr;
  };
  loaded.config.proxy.mode = config::ProxyMode::Off;
  EXPECT_FALSE(has_phrases(Pages::WhereProxied));
  EXPECT_TRUE(has_phrases(Pages::Anyhow));
  loaded.config.proxy.mode = config::ProxyMode::Explicit;
  EXPECT_TRUE(has_phrases(Pages::WhereProxied));
}

TEST(ShippedRules, KeepHelpAndHouseOpenWhateverIsBlocked) {
  World& world = World::get();
  std::vector<Name> kept;
  for (const config::HelpLine& line : world.loaded->rules->help) {
    kept.insert(kept.end(), line.names.begin(), line.names.end());
  }
  for (const config::HouseName& house : world.loaded->rules->house) kept.push_back(house.name);
  for (const auto& [profile, id] : world.profiles) {
    for (const Name& name : kept) {
      EXPECT_FALSE(world.blocks(name, profile)) << name.to_text() << " in " << profile;
    }
  }
}

}  // namespace
}  // namespace haetae::build
