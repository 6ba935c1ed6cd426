// What the data under rules/ promises: an edit there that breaks a promise fails here.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/idn.h"
#include "config/shipped_rules.h"

namespace haetae::config {
namespace {

using policy::CategoryKind;
using test::shipped_rules;
using testing::Contains;
using testing::Ge;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::SizeIs;

bool covers(const NameRule& rule, const Name& name) {
  return rule.exact ? name == rule.name : name.is_under(rule.name);
}

bool covers(const std::vector<NameRule>& rules, const Name& name) {
  return std::ranges::any_of(rules, [&](const NameRule& rule) { return covers(rule, name); });
}

std::vector<std::string> lines_of_file(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (const std::size_t hash = line.find('#'); hash != std::string::npos) line.resize(hash);
    if (line.find_first_not_of(" \t\r") != std::string::npos) lines.push_back(line);
  }
  return lines;
}

TEST(RulesData, LoadsWithoutAFault) {
  const auto rules = load_rules(haetae::test::source_folder() / "rules");
  EXPECT_TRUE(rules) << testing::PrintToString(test::lines_of(rules.error()));
}

TEST(RulesData, GivesEveryIdOnce) {
  std::set<std::string> ids;
  for (const CategoryRule& category : shipped_rules().categories) {
    EXPECT_TRUE(ids.insert(category.id).second) << category.id;
    for (const std::string& alias : category.aliases) {
      EXPECT_TRUE(ids.insert(alias).second) << alias << " of " << category.id;
    }
  }
  std::set<std::string> others;
  for (const ServiceRules& service : shipped_rules().services) {
    EXPECT_TRUE(others.insert("service " + service.id).second) << service.id;
  }
  for (const SafeSearchEngine& engine : shipped_rules().engines) {
    EXPECT_TRUE(others.insert("engine " + engine.id).second) << engine.id;
  }
  for (const HelpLine& help : shipped_rules().help) {
    EXPECT_TRUE(others.insert("help " + help.id).second) << help.id;
  }
  for (const Source& source : shipped_rules().sources) {
    EXPECT_TRUE(others.insert("source " + source.name).second) << source.name;
  }
}

TEST(RulesData, HasCategoriesOfEveryKind) {
  std::map<CategoryKind, std::size_t> count;
  std::vector<std::string> known_good;
  for (const CategoryRule& category : shipped_rules().categories) {
    ++count[category.kind];
    if (category.kind == CategoryKind::KnownGood) known_good.push_back(category.id);
  }
  EXPECT_THAT(
      count[CategoryKind::Harm] + count[CategoryKind::Nuisance] + count[CategoryKind::Topic],
      Ge(24u));
  EXPECT_THAT(count[CategoryKind::Locked], Ge(1u));
  EXPECT_THAT(count[CategoryKind::Bypass], Ge(1u));
  EXPECT_THAT(known_good, IsSupersetOf({"education", "kids", "health", "help", "infrastructure"}));
}

TEST(RulesData, KnowsTheCategoriesOfPublicLists) {
  for (const std::string_view id :
       {"adult",       "gambling",      "phishing",     "ads",    "malware",
        "bypass",      "redirect",      "social",       "games",  "video",
        "drugs",       "cryptojacking", "dating",       "piracy", "shortener",
        "dynamic-dns", "fakenews",      "filehosting",  "manga",  "hacking",
        "adult-mixed", "violence",      "nosafesearch", "sect",   "cheating"}) {
    EXPECT_NE(shipped_rules().category(id), nullptr) << id;
  }
}

TEST(RulesData, BlocksTheWorstForEveryChild) {
  for (const std::string band : {"under-7", "7-9", "10-12", "13-15", "16-18"}) {
    for (const std::string_view id : {"adult", "gambling", "violence", "phishing", "malware"}) {
      EXPECT_THAT(shipped_rules().category(id)->blocked_ages, Contains(band)) << id;
    }
  }
}

TEST(RulesData, HasEveryAgeBandAndEveryYear) {
  for (const std::string_view band :
       {"under-7", "7-9", "10-12", "13-15", "16-18", "adult", "guests", "things", "tv"}) {
    ASSERT_NE(shipped_rules().age_band(band), nullptr) << band;
    EXPECT_EQ(shipped_rules().age_band(band)->id, band);
    EXPECT_TRUE(shipped_rules().age_band(band)->about.contains("ko")) << band;
  }
  for (int year = 0; year <= 120; ++year) {
    EXPECT_NE(shipped_rules().age_band(std::to_string(year)), nullptr) << year;
  }
}

TEST(RulesData, RecordsNumbersOnlyOfOlderChildrenAndAdults) {
  for (const std::string_view band : {"13-15", "16-18", "adult"}) {
    EXPECT_EQ(shipped_rules().age_band(band)->log, policy::LogLevel::Counters) << band;
  }
}

const SafeSearchEngine* engine(std::string_view id) {
  const auto found = std::ranges::find(shipped_rules().engines, id, &SafeSearchEngine::id);
  return found == shipped_rules().engines.end() ? nullptr : &*found;
}

TEST(RulesData, KnowsTheSearchEnginesThatHaveASafeTwin) {
  for (const std::string_view id : {"google", "bing", "duckduckgo", "youtube", "yandex", "pixabay",
                                    "ecosia", "brave", "qwant"}) {
    ASSERT_NE(engine(id), nullptr) << id;
    EXPECT_TRUE(engine(id)->strict) << id;
    EXPECT_THAT(engine(id)->hosts, Not(IsEmpty())) << id;
    EXPECT_EQ(engine(id)->is_youtube, id == "youtube") << id;
  }
  EXPECT_THAT(engine("google")->hosts, SizeIs(Ge(180u)));
  EXPECT_TRUE(covers(engine("google")->hosts, name_of("www.google.co.kr")));
  EXPECT_FALSE(covers(engine("google")->hosts, name_of("mail.google.com")));
  EXPECT_TRUE(engine("youtube")->moderate);
}

// Where no safe twin can be forced, children up to 18 are led to an engine that has one.
TEST(RulesData, BlocksSearchPagesWithoutASafeTwinForEveryChild) {
  for (const std::string band : {"under-7", "7-9", "10-12", "13-15", "16-18"}) {
    EXPECT_THAT(shipped_rules().category("nosafesearch")->blocked_ages, Contains(band)) << band;
    EXPECT_NE(shipped_rules().age_band(band)->safe_search, policy::Strictness::Off) << band;
  }
  for (const ListSource& list : shipped_rules().start_lists) {
    if (list.category != "nosafesearch") continue;
    for (const std::string& line : lines_of_file(list.path)) {
      for (const SafeSearchEngine& engine : shipped_rules().engines) {
        EXPECT_FALSE(covers(engine.hosts, name_of(line))) << line << " has a safe twin";
      }
    }
  }
}

TEST(RulesData, LeavesTheTargetsOfSafeSearchAlone) {
  // A rewritten name that is rewritten again would run in a circle.
  for (const SafeSearchEngine& from : shipped_rules().engines) {
    for (const auto* target : {&from.strict, &from.moderate}) {
      if (!*target || !(*target)->cname) continue;
      for (const SafeSearchEngine& to : shipped_rules().engines) {
        EXPECT_FALSE(covers(to.hosts, *(*target)->cname)) << from.id << " leads into " << to.id;
      }
    }
  }
}

TEST(RulesData, KnowsTheSpecialNames) {
  std::map<std::string, SpecialNameRule> rules;
  for (const SpecialNameRule& rule : shipped_rules().special_names) {
    EXPECT_TRUE(rules.emplace(rule.name.to_text(), rule).second) << rule.name.to_text();
  }
  for (const std::string name :
       {"use-application-dns.net", "mask.icloud.com", "mask-h2.icloud.com"}) {
    ASSERT_TRUE(rules.contains(name)) << name;
    EXPECT_TRUE(rules.at(name).filtered_profiles_only) << name;
    EXPECT_EQ(rules.at(name).answer, policy::SpecialAnswer::NxDomain) << name;
  }
  for (const std::string name :
       {"_dns.resolver.arpa", "localhost", "invalid", "test", "onion", "local", "home.arpa",
        "10.in-addr.arpa", "168.192.in-addr.arpa", "d.f.ip6.arpa"}) {
    EXPECT_TRUE(rules.contains(name)) << name;
  }
  EXPECT_EQ(rules.at("ipv4only.arpa").answer, policy::SpecialAnswer::Forward);
}

TEST(RulesData, HasHelpForKoreaTheUnitedStatesAndTheUnitedKingdom) {
  std::map<std::string, int> lines;
  for (const HelpLine& help : shipped_rules().help) {
    ++lines[help.country];
    EXPECT_TRUE(!help.phone.empty() || !help.url.empty()) << help.id;
  }
  for (const std::string country : {"KR", "US", "GB"})
    EXPECT_THAT(lines[country], Ge(3)) << country;
  std::set<std::string> kinds;
  for (const HouseName& house : shipped_rules().house) kinds.insert(house.kind);
  EXPECT_THAT(kinds, IsSupersetOf({"captive", "time", "wifi-calling"}));
}

TEST(RulesData, NamesSourcesByCategoryAndLicence) {
  EXPECT_THAT(shipped_rules().sources, SizeIs(Ge(10u)));
  for (const Source& source : shipped_rules().sources) {
    EXPECT_TRUE(source.url.starts_with("https://")) << source.name;
    EXPECT_FALSE(source.on_by_default) << source.name << ": nothing is fetched unasked";
  }
}

// rules/protected.txt: a name and the categories of which it is the site itself.
std::map<std::string, std::set<std::string>> protected_names() {
  std::map<std::string, std::set<std::string>> names;
  for (const std::string& line : lines_of_file(shipped_rules().folder / "protected.txt")) {
    std::istringstream words(line);
    std::string name, category;
    words >> name;
    while (words >> category) names[name].insert(category);
    names[name];
  }
  return names;
}

TEST(RulesData, StartListsHoldNamesAndNothingProtected) {
  const auto kept = protected_names();
  EXPECT_THAT(kept, SizeIs(Ge(50u)));
  EXPECT_THAT(shipped_rules().start_lists, SizeIs(Ge(20u)));
  for (const ListSource& list : shipped_rules().start_lists) {
    if (list.format == "addresses") continue;
    std::set<Name> seen;
    for (const std::string& line : lines_of_file(list.path)) {
      const std::string text = line.substr(0, line.find_last_not_of(" \t\r") + 1);
      const auto name = name_from_user_text(text);
      ASSERT_TRUE(name && name->is_hostname()) << list.name << ": " << text;
      EXPECT_THAT(name->label_count(), Ge(2u)) << list.name << ": " << text;
      EXPECT_TRUE(seen.insert(*name).second) << list.name << ": " << text << " twice";
      const auto found = kept.find(name->to_text());
      EXPECT_TRUE(found == kept.end() || found->second.contains(list.category))
          << list.name << " blocks " << text << ", which is protected";
    }
    EXPECT_THAT(seen, Not(IsEmpty())) << list.name;
  }
}

TEST(RulesData, StartListsOfAddressesHoldNothingOfTheHouseAndNoLargeNetwork) {
  constexpr int kV4BitsMin = 24;
  constexpr int kV6BitsMin = 48;
  constexpr const char* kNeverListed[] = {
      "127.0.0.1",      "10.0.0.1",      "192.168.0.1", "172.16.0.1",      "100.64.0.1",
      "169.254.1.1",    "224.0.0.251",   "0.0.0.0",     "255.255.255.255", "::1",
      "fe80::1",        "fd00::1",       "ff02::fb",    "104.16.132.1",    "104.18.32.7",
      "172.67.1.1",     "151.101.1.140", "142.250.1.1", "13.107.42.14",    "17.253.144.10",
      "223.130.200.107"};
  std::size_t lists = 0;
  for (const ListSource& list : shipped_rules().start_lists) {
    if (list.format != "addresses") continue;
    ++lists;
    std::set<std::string> seen;
    for (const std::string& line : lines_of_file(list.path)) {
      const auto network = Cidr::from_text(line);
      ASSERT_TRUE(network) << list.name << ": " << line;
      EXPECT_TRUE(seen.insert(network->to_text()).second) << list.name << ": " << line << " twice";
      const bool is_v4 = network->address().is_v4();
      EXPECT_THAT(network->mapped_bits(), Ge(is_v4 ? 96 + kV4BitsMin : kV6BitsMin)) << line;
      for (const char* const address : kNeverListed) {
        EXPECT_FALSE(network->contains(*IpAddress::from_text(address)))
            << list.name << ": " << line << " holds " << address;
      }
    }
    EXPECT_THAT(seen, SizeIs(Ge(100u))) << list.name;
  }
  EXPECT_THAT(lists, Ge(1u));
}

TEST(RulesData, StartListsBlockNoHelpAndNoHouseName) {
  std::vector<Name> kept;
  for (const HelpLine& help : shipped_rules().help) {
    kept.insert(kept.end(), help.names.begin(), help.names.end());
  }
  for (const HouseName& house : shipped_rules().house) kept.push_back(house.name);
  for (const ListSource& list : shipped_rules().start_lists) {
    for (const std::string& line : lines_of_file(list.path)) {
      const auto name = name_from_user_text(line.substr(0, line.find_last_not_of(" \t\r") + 1));
      if (!name) continue;
      for (const Name& good : kept) {
        EXPECT_FALSE(good.is_under(*name)) << list.name << " blocks " << good.to_text();
      }
    }
  }
}

}  // namespace
}  // namespace haetae::config
