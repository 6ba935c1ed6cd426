#include "config/load.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "config/settings.h"
#include "config/shipped_rules.h"

namespace haetae::config {
namespace {

using test::shipped_rules;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

Config config_of(std::string_view text) {
  auto config = load_text(text, "/etc/haetae/home.yaml", shipped_rules());
  if (!config) {
    ADD_FAILURE() << testing::PrintToString(test::lines_of(config.error()));
    return {};
  }
  return std::move(*config);
}

// The profile `kid` with these keys.
Profile kid(std::string_view keys) {
  Config config = config_of(fmt::format("default_profile: kid\nprofiles:\n  kid: {{{}}}\n", keys));
  return config.profiles.empty() ? Profile{} : config.profiles.front();
}

// The shape that docs and scripts rely on, key by key.
constexpr std::string_view kWholeShape = R"(
site: {name: "Kim family", kind: home, timezone: Asia/Seoul, languages: [ko, en]}
workers: auto
state: {path: /var/lib/haetae}
dns:
  listen: ["127.0.0.1:5300", "[::1]:5300"]
  allow_from: auto
  upstream: {mode: forward, servers: ["9.9.9.9@853#dns.quad9.net"]}
  block_answer: {kind: nxdomain}
lists:
  - {name: adult-one, path: lists/adult.txt, format: domains, category: adult, match: subtree}
  - {name: gambling-two, path: lists/g.hosts.zst, format: auto, category: gambling, mode: watch}
profiles:
  little: {age: 7-9, mode: enforce, log: blocked, block: [adult, gambling, violence], block_bypass: true,
           lists: all,
           services: {block: [tiktok], allow: [khan-academy]}, safe_search: strict, youtube: strict,
           allow: ["school.example", "=exact.example"], deny: [],
           unknown: allow, undecidable: block, threshold: 60,
           schedule: [{days: [mon, tue, wed, thu, fri], bedtime: ["21:00-07:00"]}],
           quotas: [{service: youtube, minutes_per_day: 60}]}
devices: [{name: "Minji's tablet", mac: "02:00:00:00:00:01", profile: little}]
networks: [{cidr: 192.168.7.0/24, profile: little}]
default_profile: little
gate: {mode: "off"}
tap: {interface: ""}
proxy: {mode: "off", listen: ["127.0.0.1:8118"]}
admin: {listen: "127.0.0.1:8480"}
log: {events: stdout}
)";

TEST(Load, TakesTheWholeShape) {
  const haetae::test::TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "lists");
  folder.write("lists/adult.txt", "adult.example\n");
  folder.write("lists/g.hosts.zst", "0.0.0.0 gambling.example\n");
  const auto loaded = load(folder.write("haetae.yaml", kWholeShape), shipped_rules().folder);
  ASSERT_TRUE(loaded) << testing::PrintToString(test::lines_of(loaded.error()));
  const Config& config = loaded->config;
  EXPECT_EQ(config.site.kind, SiteKind::Home);
  EXPECT_EQ(config.workers, 0);
  EXPECT_THAT(config.dns.listen, SizeIs(2));
  EXPECT_EQ(config.dns.listen[1].address.to_text(), "::1");
  EXPECT_EQ(config.dns.upstream_servers.at(0).tls_name, "dns.quad9.net");
  EXPECT_EQ(config.dns.upstream_servers.at(0).port, 853);
  EXPECT_TRUE(config.dns.upstream_servers.at(0).over_tls);
  EXPECT_EQ(config.lists.at(0).path, folder.path() / "lists/adult.txt");
  EXPECT_EQ(config.lists.at(0).match, "subtree");
  EXPECT_EQ(config.lists.at(1).mode, policy::Mode::Watch);
  EXPECT_EQ(config.lists.at(1).line, 12);
  const Profile& little = config.profiles.at(0);
  EXPECT_EQ(little.name, "little");
  EXPECT_THAT(little.block, ElementsAre("adult", "gambling", "violence"));
  EXPECT_THAT(little.services_block, ElementsAre("tiktok"));
  EXPECT_FALSE(little.allow.at(0).exact);
  EXPECT_TRUE(little.allow.at(1).exact);
  EXPECT_EQ(little.allow.at(1).name, name_of("exact.example"));
  EXPECT_TRUE(little.undecidable_blocked);
  EXPECT_EQ(little.bedtime.at(0).days, 0x1f);
  EXPECT_EQ(little.bedtime.at(0).windows.at(0).from_minute, 21 * 60);
  EXPECT_EQ(little.quotas.at(0).minutes_per_day, 60);
  EXPECT_EQ(config.default_profile, "little");
  EXPECT_EQ(config.log_events, "stdout");
  // The quota.
  EXPECT_THAT(loaded->warnings, SizeIs(1))
      << testing::PrintToString(test::lines_of(loaded->warnings));
}

TEST(Load, AsksAServerOverTlsForItsNameItsPinsOrItsPort) {
  const Config config = config_of(
      "profiles: {kid: {}}\ndefault_profile: kid\ndns: {upstream: {servers: [\n"
      "  \"192.0.2.1\", \"192.0.2.2@853\", \"192.0.2.3@8853#dns.example\", "
      "2001:db8::4#dns.example,\n"
      "  {address: 192.0.2.5}, {address: 192.0.2.6, tls_name: dns.example},\n"
      "  {address: 192.0.2.7, port: 8853,\n"
      "   pins: [\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"]}]}}\n");
  const auto& servers = config.dns.upstream_servers;
  ASSERT_THAT(servers, SizeIs(7));
  const std::vector<std::uint16_t> ports{53, 853, 8853, 853, 53, 853, 8853};
  const std::vector<bool> over_tls{false, true, true, true, false, true, true};
  for (std::size_t i = 0; i < servers.size(); ++i) {
    EXPECT_EQ(servers[i].port, ports[i]) << i;
    EXPECT_EQ(servers[i].over_tls, over_tls[i]) << i;
  }
  EXPECT_EQ(servers[3].tls_name, "dns.example");
  ASSERT_THAT(servers[6].pins, SizeIs(1));
  EXPECT_EQ(servers[6].pins[0][0], 0xe3) << "the SHA-256 of nothing";
}

TEST(Load, FillsInEveryDefault) {
  const Config config = config_of("profiles: {kid: {}}\ndefault_profile: kid\n");
  EXPECT_EQ(config.site.timezone, "UTC");
  EXPECT_EQ(config.state_path, "/var/lib/haetae");
  EXPECT_THAT(config.dns.listen, SizeIs(2));
  EXPECT_TRUE(config.dns.allow_from_auto);
  EXPECT_THAT(config.dns.upstream_servers, SizeIs(2));
  EXPECT_EQ(config.dns.cache_bytes, 32u << 20);
  EXPECT_TRUE(config.start_lists);
  EXPECT_TRUE(config.patterns);
  const Profile& kid = config.profiles.at(0);
  EXPECT_THAT(kid.block, IsEmpty()) << "without an age nothing is guessed";
  EXPECT_EQ(kid.threshold, 60);
  EXPECT_TRUE(kid.all_lists);
  EXPECT_THAT(kid.focus_categories, ElementsAre("education"));
}

TEST(Load, TellsWhatEachTrustedPeerSends) {
  const Config config = config_of(
      "profiles: {kid: {}}\ndefault_profile: kid\n"
      "dns:\n  trusted_peers:\n    - {cidr: 192.168.7.2, sends: mac}\n"
      "    - {cidr: \"2001:db8::/125\", sends: [proxy, umbrella, cpe_id, mac_text]}\n");
  ASSERT_THAT(config.dns.trusted_peers, SizeIs(2));
  EXPECT_EQ(config.dns.trusted_peers[0].cidr, *Cidr::from_text("192.168.7.2/32"));
  EXPECT_THAT(config.dns.trusted_peers[0].sends, ElementsAre(PeerSends::Mac));
  EXPECT_EQ(config.dns.trusted_peers[1].cidr, *Cidr::from_text("2001:db8::/125"));
  EXPECT_THAT(config.dns.trusted_peers[1].sends, ElementsAre(PeerSends::Proxy, PeerSends::Umbrella,
                                                             PeerSends::CpeId, PeerSends::MacText));
  EXPECT_THAT(config_of("profiles: {kid: {}}\ndefault_profile: kid\n").dns.trusted_peers, IsEmpty())
      << "nobody is trusted unless it is written";
}

TEST(Load, TakesAKeyWithNothingBehindItAsUnwritten) {
  const Config config =
      config_of("profiles: {kid: {allow: , age: }}\ndefault_profile: kid\nlists:\n");
  EXPECT_THAT(config.lists, IsEmpty());
}

TEST(Load, StartsRelativePathsAtTheFolderOfTheFile) {
  const Config config = config_of(
      "profiles: {kid: {}}\ndefault_profile: kid\nstate: {path: ../state}\nlog: {events: "
      "e.jsonl}\n");
  EXPECT_EQ(config.state_path, "/etc/state");
  EXPECT_EQ(config.log_events, "/etc/haetae/e.jsonl");
}

TEST(Load, ReadsTheNamesOfOtherScripts) {
  EXPECT_EQ(kid("deny: [한국.example]").deny.at(0).name, name_of("xn--3e0b707e.example"));
}

TEST(Load, ReadsAnAllowThatLiftsSafeSearch) {
  const Profile profile = kid("allow: [{name: \"=search.example\", safe_search: off}, b.example]");
  EXPECT_TRUE(profile.allow.at(0).lifts_safe_search);
  EXPECT_TRUE(profile.allow.at(0).exact);
  EXPECT_FALSE(profile.allow.at(1).lifts_safe_search);
}

TEST(Load, ReadsSchedules) {
  const Profile profile =
      kid("schedule: [{days: weekends, bedtime: \"22:00–08:00\"},"
          " {from: 2026-03-02, to: 2026-03-06, focus: [\"09:00-12:00\", \"13:00-15:00\"]},"
          " {days: [fri-sun, Monday], bedtime: [\"23:00-24:00\"]}],"
          " services: {hours: {youtube: {days: weekdays, open: \"16:00-18:00\"}}}");
  ASSERT_THAT(profile.bedtime, SizeIs(2));
  EXPECT_EQ(profile.bedtime[0].days, 0x60);
  EXPECT_EQ(profile.bedtime[0].windows.at(0).to_minute, 8 * 60);
  EXPECT_EQ(profile.bedtime[1].days, 0x71);
  EXPECT_EQ(profile.bedtime[1].windows.at(0).to_minute, 24 * 60);
  ASSERT_THAT(profile.focus, SizeIs(1));
  EXPECT_EQ(profile.focus[0].days, policy::kEveryDay);
  EXPECT_EQ(profile.focus[0].first_day,
            policy::LocalDay(std::chrono::year(2026) / std::chrono::March / 2));
  EXPECT_THAT(profile.focus[0].windows, SizeIs(2));
  ASSERT_THAT(profile.service_hours, SizeIs(1));
  EXPECT_EQ(profile.service_hours[0].service, "youtube");
  EXPECT_EQ(profile.service_hours[0].rows.at(0).days, 0x1f);
}

TEST(Load, TurnsAliasesOfCategoriesIntoIds) {
  EXPECT_THAT(kid("block: [porn, porn, adult]").block, ElementsAre("adult"));
}

TEST(Ages, AreWrittenInManyWays) {
  struct {
    std::string_view written;
    std::string_view band;
  } const cases[] = {{"7-9", "7-9"},         {"7–9", "7-9"},         {"8", "7-9"},
                     {"under 7", "under-7"}, {"Under-7", "under-7"}, {"TV", "tv"},
                     {"0", "under-7"},       {"18", "16-18"},        {"19", "adult"},
                     {"adults", "adult"},    {"10–12", "10-12"}};
  for (const auto& c : cases) {
    EXPECT_EQ(kid(fmt::format("age: {}", c.written)).age, c.band) << c.written;
  }
}

TEST(Ages, GiveDefaultsThatFitThem) {
  const Profile young = kid("age: 8");
  EXPECT_THAT(young.block, Contains("adult"));
  EXPECT_THAT(young.block, Contains("gambling"));
  EXPECT_THAT(young.block, Not(Contains("bypass"))) << "block_bypass speaks for it";
  EXPECT_TRUE(young.block_bypass);
  EXPECT_EQ(young.safe_search, policy::Strictness::Strict);
  EXPECT_EQ(young.log, policy::LogLevel::Blocked);
  const Profile older = kid("age: 14");
  EXPECT_EQ(older.log, policy::LogLevel::Counters) << "older children start at counters";
  EXPECT_EQ(older.youtube, policy::Strictness::Moderate);
  EXPECT_LT(older.block.size(), young.block.size());
  const Profile grown = kid("age: adult");
  EXPECT_THAT(grown.block, Not(Contains("adult")));
  EXPECT_EQ(grown.log, policy::LogLevel::Counters);
}

TEST(Ages, LoseToAnythingWritten) {
  const Profile profile =
      kid("age: 8, block: [gambling], block_bypass: false, safe_search: off, youtube: moderate, "
          "log: none, unknown: block, undecidable: allow, threshold: 99");
  EXPECT_THAT(profile.block, ElementsAre("gambling"));
  EXPECT_FALSE(profile.block_bypass);
  EXPECT_EQ(profile.safe_search, policy::Strictness::Off);
  EXPECT_EQ(profile.youtube, policy::Strictness::Moderate);
  EXPECT_EQ(profile.log, policy::LogLevel::None);
  EXPECT_TRUE(profile.unknown_blocked);
  EXPECT_FALSE(profile.undecidable_blocked);
  EXPECT_EQ(profile.threshold, 99);
}

TEST(Ages, CanBeAddedToAndTakenFrom) {
  const Profile profile = kid("age: 14, block: [age, shopping, bypass], unblock: [ads]");
  EXPECT_THAT(profile.block, Contains("shopping"));
  EXPECT_THAT(profile.block, Contains("adult"));
  EXPECT_THAT(profile.block, Not(Contains("ads")));
  EXPECT_TRUE(profile.block_bypass);
  EXPECT_FALSE(kid("block: [bypass], block_bypass: false").block_bypass);
}

TEST(Load, TakesTenThousandDevicesInTime) {
  std::string text = "profiles: {kid: {age: 8}}\ndefault_profile: kid\ndevices:\n";
  for (int i = 0; i < 10'000; ++i) {
    text += fmt::format("  - {{name: d{0}, address: 10.0.{1}.{2}, profile: kid}}\n", i, i / 256,
                        i % 256);
  }
  EXPECT_THAT(config_of(text).devices, SizeIs(10'000));
}

TEST(Load, TakesKnownRulesOverWhileTheirFilesAreTheSame) {
  namespace fs = std::filesystem;
  const haetae::test::TemporaryFolder folder;
  const fs::path rules = folder.path() / "rules";
  fs::copy(shipped_rules().folder, rules, fs::copy_options::recursive);
  const fs::path file = folder.write(
      "haetae.yaml", "rules: {path: rules}\nprofiles: {kid: {age: 7-9}}\ndefault_profile: kid\n");

  const auto first = load(file, rules);
  ASSERT_TRUE(first) << testing::PrintToString(test::lines_of(first.error()));
  const auto second = load(file, rules, {.folder = {}, .known = first->rules});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->rules, first->rules) << "the same object, not a second reading";

  folder.write("rules/lists/gambling.txt", "new-casino.example\n");
  const auto third = load(file, rules, {.folder = {}, .known = first->rules});
  ASSERT_TRUE(third);
  EXPECT_NE(third->rules, first->rules) << "a file was written anew";

  fs::remove(rules / "services/tiktok.yaml");
  const auto fourth = load(file, rules, {.folder = {}, .known = third->rules});
  ASSERT_TRUE(fourth);
  EXPECT_EQ(fourth->rules->service("tiktok"), nullptr) << "a file is gone";
}

TEST(Load, ReadsPatternsAndPhrasesOnlyWhereTheyAreWanted) {
  const haetae::test::TemporaryFolder folder;
  const auto rules = shipped_rules().folder;
  const auto written = [&](std::string_view patterns) {
    return folder.write("haetae.yaml", "rules: {patterns: " + std::string(patterns) +
                                           "}\nprofiles: {kid: {}}\ndefault_profile: kid\n");
  };
  const auto without = load(written("true"), rules, {.read = RulesRead::WithoutTexts});
  ASSERT_TRUE(without);
  EXPECT_TRUE(without->rules->patterns[0].empty()) << "nobody judges texts";
  EXPECT_TRUE(without->rules->phrases.empty());
  EXPECT_FALSE(without->rules->services.empty()) << "all else is there";
  for (const char* const word : {"false", "no", "off"}) {
    EXPECT_FALSE(load(written(word), rules)->rules->has_texts) << word;
  }
  const auto whole = load(written("on"), rules, {.folder = {}, .known = without->rules});
  ASSERT_TRUE(whole);
  EXPECT_FALSE(whole->rules->patterns[0].empty()) << "what is known lacks what is wanted now";
  EXPECT_FALSE(whole->rules->phrases.empty());
  EXPECT_EQ(load(written("off"), rules, {.folder = {}, .known = whole->rules})->rules, whole->rules)
      << "more than is wanted is not read anew";
}

TEST(ShippedConfiguration, LoadsWithoutAFaultOrAWarning) {
  for (const std::string_view file : {"haetae.yaml", "school.yaml", "isp.yaml"}) {
    const auto loaded =
        load(haetae::test::source_folder() / "config" / file, shipped_rules().folder);
    ASSERT_TRUE(loaded) << testing::PrintToString(test::lines_of(loaded.error()));
    EXPECT_THAT(test::lines_of(loaded->warnings), IsEmpty()) << file;
    EXPECT_FALSE(loaded->config.profiles.empty()) << file;
  }
}

TEST(ShippedConfiguration, ProtectsTwoChildrenOfDifferentAgesAtHome) {
  const auto loaded =
      load(haetae::test::source_folder() / "config/haetae.yaml", shipped_rules().folder);
  ASSERT_TRUE(loaded);
  const auto age_of = [&](std::string_view name) -> std::string {
    for (const Profile& profile : loaded->config.profiles) {
      if (profile.name == name) return profile.age;
    }
    return "missing";
  };
  EXPECT_EQ(age_of("minji"), "7-9");
  EXPECT_EQ(age_of("jun"), "13-15");
  EXPECT_EQ(loaded->config.default_profile, "newcomers") << "an unknown device gets the strictest";
  EXPECT_TRUE(loaded->config.start_lists);
  EXPECT_THAT(loaded->config.lists, IsEmpty()) << "it works out of the box, without any list";
}

TEST(Manual, NamesEveryKeyWithItsDefault) {
  const std::string text = manual();
  for (const std::string_view key :
       {"`dns.upstream.servers`", "`lists[].path`", "`profiles.NAME.safe_search`",
        "`profiles.NAME.schedule[].bedtime`", "`default_profile`", "`gate.mode`"}) {
    EXPECT_THAT(text, HasSubstr(std::string(key)));
  }
  EXPECT_THAT(text, HasSubstr("| `profiles.NAME.threshold` | 1 to 1000 | `60` |"));
  EXPECT_THAT(known_paths(), Contains("dns.block_answer.kind"));
  EXPECT_EQ(haetae::test::read_file(haetae::test::source_folder() / "docs" / "CONFIG.md"), text)
      << "run: build/release/haetae manual > docs/CONFIG.md";
}

}  // namespace
}  // namespace haetae::config
