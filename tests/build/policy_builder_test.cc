#include "build/policy_builder.h"

#include <gtest/gtest.h>

#include "build/list_compiler.h"
#include "config/load.h"
#include "policy/decide.h"
#include "support/test_data.h"

namespace haetae::build {
namespace {

// The policy of a configuration without lists, from the shipped rules.
std::shared_ptr<const policy::Policy> policy_of(std::string_view text) {
  const test::TemporaryFolder folder;
  folder.write("haetae.yaml", text);
  static std::shared_ptr<const config::Rules> rules;  // read once a process
  auto loaded = config::load(folder.path() / "haetae.yaml", test::source_folder() / "rules",
                             {.folder = {}, .known = rules});
  EXPECT_TRUE(loaded.has_value()) << (loaded ? "" : config::to_text(loaded.error().front()));
  rules = loaded->rules;
  list::ImageBuilder empty(HashKey{1, 2});
  config::Faults warnings;
  const auto image = *list::Image::from_bytes(*empty.to_bytes());
  auto policy = build_policy({loaded->config, *loaded->rules, image, nullptr, nullptr}, warnings);
  EXPECT_TRUE(policy.has_value()) << (policy ? "" : config::to_text(policy.error().front()));
  return *policy;
}

bool is_answered_specially(const policy::Policy& policy, std::string_view name) {
  policy::Scratch scratch(policy);
  const policy::NameFacts facts = scratch.look_up(policy, name_of(name));
  return policy::special_answer(policy, policy.profiles.front(), facts) != nullptr;
}

TEST(PolicyBuilder, AProfileThatBlocksAnythingIsFiltered) {
  struct Case {
    const char* what;
    const char* profile;
    bool filtered;
  };
  constexpr Case kCases[] = {
      {"nothing at all", "block: []", false},
      {"names that are allowed block nothing", "allow: [site.example]", false},
      {"a category", "block: [adult]", true},
      {"a name", "deny: [site.example]", true},
      {"a bedtime", "schedule: [{days: all, bedtime: [\"21:00-07:00\"]}]", true},
      {"a time to focus", "schedule: [{days: all, focus: [\"09:00-12:00\"]}]", true},
      {"minutes a day", "quotas: [{minutes_per_day: 60}]", true},
      {"a service", "services: {block: [tiktok]}", true},
      {"hours of a service", "services: {hours: {tiktok: [{days: all, open: [\"16:00-18:00\"]}]}}",
       true},
  };
  for (const Case& c : kCases) {
    const auto policy = policy_of("profiles: {one: {" + std::string(c.profile) +
                                  "}}\ndefault_profile: one\nrules: {start_lists: false}\n");
    EXPECT_EQ(policy->profiles.front().filtered, c.filtered) << c.what;
    EXPECT_EQ(is_answered_specially(*policy, "use-application-dns.net"), c.filtered) << c.what;
  }
}

TEST(PolicyBuilder, KnowsADeviceByItsAddressBeforeItsNetwork) {
  const auto policy = policy_of(R"(
profiles: {big: {block: []}, little: {block: [adult]}}
default_profile: little
networks: [{cidr: 192.0.2.7/32, profile: little}, {cidr: 192.0.2.0/24, profile: big}]
devices: [{name: tablet, address: 192.0.2.7, profile: big},
          {name: guests, cidr: 192.0.2.128/25, profile: little}]
)");
  struct Case {
    const char* address;
    policy::DeviceId device;
    const char* profile;
  };
  constexpr Case kCases[] = {
      {"192.0.2.7", 0, "big"},
      {"192.0.2.8", policy::kUnknownDevice, "big"},
      {"192.0.2.200", 1, "little"},
      {"198.51.100.1", policy::kUnknownDevice, "little"},
  };
  for (const Case& c : kCases) {
    const policy::Identity who = policy->identify({.address = *IpAddress::from_text(c.address)});
    EXPECT_EQ(who.device, c.device) << c.address;
    EXPECT_EQ(policy->profiles[who.profile].name, c.profile) << c.address;
  }
}

TEST(PolicyBuilder, LetsNamesOfAStubZonePastTheSpecialNames) {
  const auto with_zones = [](std::string_view zones) {
    std::string text = "profiles: {one: {block: [adult]}}\ndefault_profile: one\ndns:\n";
    text += "  stub_zones:\n";
    for (std::size_t at = 0; at < zones.size();) {
      const std::size_t end = std::min(zones.find(' ', at), zones.size());
      text += "    - {zone: " + std::string(zones.substr(at, end - at)) + ", server: 192.0.2.1}\n";
      at = end + 1;
    }
    return policy_of(text);
  };
  struct Case {
    const char* what;
    const char* zones;
    const char* name;
    bool special;
  };
  constexpr Case kCases[] = {
      {"the zone is a special name", "home.arpa", "printer.home.arpa", false},
      {"and so is its top", "home.arpa", "home.arpa", false},
      {"the zone is above special names", "in-addr.arpa", "7.2.168.192.in-addr.arpa", false},
      {"the zone is below a special name", "2.168.192.in-addr.arpa", "7.2.168.192.in-addr.arpa",
       false},
      {"beside the zone all stays", "2.168.192.in-addr.arpa", "7.3.168.192.in-addr.arpa", true},
      {"one of two zones", "lan.example home.arpa", "nas.home.arpa", false},
      {"another special name", "home.arpa", "hidden.onion", true},
      {"a zone of all names is an upstream like any other", "\".\"", "hidden.onion", true},
      {"a browser's switch stays", "net", "use-application-dns.net", true},
      {"even where the zone is the switch", "mask.icloud.com", "mask.icloud.com", true},
      {"so does the discovery of other resolvers", "arpa", "_dns.resolver.arpa", true},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(is_answered_specially(*with_zones(c.zones), c.name), c.special) << c.what;
  }
}

}  // namespace
}  // namespace haetae::build
