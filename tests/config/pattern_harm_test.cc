// rules/patterns beside adult and gambling: what they block by name alone, and what they leave.
#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>
#include <unordered_set>

#include "base/idn.h"
#include "config/shipped_patterns.h"

namespace haetae::config {
namespace {

Name name_in_any_script(std::string_view text) {
  const auto name = name_from_user_text(text);
  EXPECT_TRUE(name.has_value()) << text;
  return name.value_or(Name());
}

// Index of the highest category beside adult and gambling that reaches the threshold, or nothing.
std::optional<list::CategoryId> category_that_blocks(const ShippedPatterns& patterns,
                                                     const Name& name) {
  const list::PatternScore score = patterns.score(name);
  for (const list::PatternScore::Row& row : score.all()) {
    if (row.score < kThreshold) break;
    if (row.category != kAdult && row.category != kGambling) return row.category;
  }
  return std::nullopt;
}

TEST(HarmPatterns, BlockWhatNamesSayOpenly) {
  struct Case {
    const char* category;
    std::vector<const char*> names;
  };
  const Case cases[] = {
      {"piracy",
       {"newtoki215.example", "toonkor182.example", "noonoo26.example", "blacktoon213.example",
        "sometoon321.example", "funbe211.example", "torrentqq241.example", "뉴토끼.example",
        "무료웹툰.example", "thepiratebay.example", "123moviesfree.example", "fmovies.example",
        "movie-torrent.example", "freetorrents.example", "watchseries.example"}},
      {"bypass",
       {"somevpn.com", "some-vpn.net", "vpnsome.com", "freevpn.example", "webproxy1.example",
        "croxyproxy.example", "unblockedgames.example", "doh.somedns.example", "무료vpn.example",
        "unblockyoutube.example", "hidemyip.example"}},
      {"drugs",
       {"buyweed.example", "weedshop.example", "vapestore.example", "genericviagra.example",
        "buycialis-online.example", "canadianpharmacy24.example", "전자담배.example",
        "필로폰판매.example"}},
      {"violence", {"bestgore.example", "watchpeopledie.example", "snuffvideos.example"}},
      {"weapons", {"buyguns.example", "gunsforsale.example", "cheapammo.example"}},
      {"dating",
       {"russianbrides.example", "onlinedating.example", "citydating.example",
        "sugardaddymeet.example", "소개팅.example", "partnersuche.example"}},
      {"stranger-chat", {"omegle2.example", "randomchat.example", "랜덤채팅.example"}},
      {"phishing",
       {"free-robux.example", "discord-nitro.example", "paypal-login.example",
        "verify-netflix.example", "www.paypal.com.verify-account.example", "faceb00k.example",
        "btc-giveaway.example", "steamcommunity.com-login.example"}},
      {"hacking", {"ipstresser.example", "robloxhack.example", "게임핵.example"}},
      {"cheating",
       {"writemyessay.example", "domyhomework.example", "takemyexam.example", "과제대행.example"}},
      {"hate", {"whitepower.example"}},
      {"cryptojacking", {"coinhive.example", "monerominer.example"}},
      {"alcohol-tobacco", {"liquorstore.example", "cheapcigarettes.example"}},
      {"eating-disorders", {"thinspo.example", "proana.example"}},
      {"nosafesearch", {"searx.example", "search.searxng.example"}},
  };
  const ShippedPatterns& patterns = ShippedPatterns::all();
  for (const Case& c : cases) {
    const auto category = pattern_category(c.category);
    ASSERT_TRUE(category) << c.category;
    for (const char* const name : c.names) {
      EXPECT_GE(patterns.score(name_in_any_script(name), *category), kThreshold)
          << name << " is not " << c.category;
    }
  }
}

TEST(HarmPatterns, LeaveInnocentNamesAlone) {
  constexpr const char* kNames[] = {
      // The brands themselves, their hosts, and the delivery networks that write their names.
      "login.live.com", "login.microsoftonline.com", "account.microsoft.com", "accounts.google.com",
      "signin.aws.amazon.com", "us-east-1.signin.aws.amazon.com", "secure-store.apple.com",
      "account.apple.com", "nid.naver.com", "accounts.kakao.com", "www.paypal.com",
      "paypal-community.com", "www.amazon.com.au", "www.naver.com.nheos.com",
      "www.microsoft.com.edgekey.net", "account.microsoft.com.edgekey.net", "steam-community.com",
      "download.windowsupdate.com.edgesuite.net", "update.microsoft.com.nsatc.net",
      "netflix.com.edgesuite.net", "discord.gift", "www.roblox.com", "apps.apple.com.akadns.net",
      // Ways to work, not round the filter.
      "vpn.snu.ac.kr", "sslvpn.company.example", "myvpn.corp.example", "ezproxy.lib.example.edu",
      "www.proxyvote.com", "proxy.example", "doh.wa.gov", "dot.ca.gov", "www.doh.gov.ph",
      "dot.state.mn.us", "unblock.example", "proxyma.example",
      // Other words.
      "updating.example", "validating.example", "carbondating.example", "consolidating.example",
      "cbd.int", "javaperformance.example", "seaweed.example", "tumbleweed.example",
      "heroines.example", "specialist.example", "socialist.example", "evaporation.example",
      "mushrooms.example", "algore.example", "goretex.example", "topguns.example",
      "mammoth.example", "gammon.example", "hardwarezone.example", "software-zone.example",
      "himanatoki.example", "proanalytics.example", "binaryify.example", "microbiox.example",
      "sexpistols.example", "ambientmusic.example", "tweed.example", "torrente.example",
      "torrentfreak.com", "torrentpharma.example", "bittorrent.com", "gooddate.example",
      "bookings.example", "stresserver.ac.kr", "nowinter.example", "freegames.example",
      "downloadfreegames.example", "moviedownload.example", "vapor.example", "radarmedia.example",
      "brandkit.example", "webmineral.com", "theliquid.example", "the-liquid.example",
      "quizlibrary.example", "jazz-library.example", "legalhighschool.example", "star15.example",
      "oak47.example", "hindukush.example", "kushner.example", "bluehealthca.example",
      "algorevideo.example", "keygenetics.example", "torrentsports.example", "fitgirls.example",
      "googie-architecture.example", "destresser.example", "de-stresser.example",
      "rebooter.example", "freebooter.example", "newspaperwriting.example", "wallpaperhelp.example",
      "dinamorostov.example", "harristweedshop.example", "seaweedonline.example",
      "freenitrogen.example", "coinimports.example", "nanopool.example", "braindump.example",
      "applewatchseries.example", "redheadshop.example", "oak-47.example", "cartoon24.example",
      "platoon12.example", "bookishshop.example", "grandkids.example", "researchchemistry.example",
      "meetwomeninscience.example", "pharmacyonline.com.au", "matchmaker.game.example",
      "weed.ca.us", "ganja.az", "topgunmuseum.example", "acne-free-skinsecrets.example",
      "bitcoincode.example", "midtermpapers.example", "cargostream.example", "gunsmithcats.example",
      "glue-gunshop.example", "thedispensary.example", "업데이팅.example",
      "anonymouschat-help.example", "asteroids.example",
      // Help and knowledge about what is harmful.
      "cocaineanonymous.example", "marijuana-research.example", "drugfree.example",
      "cannabislaw.example", "heroinrehab.example", "datingabuse.example",
      "vapingprevention.example", "gunviolence.example", "gunpolicy.example",
      "proanarecovery.example", "stopthinspo.example", "reportphishing.example",
      "holocaustmuseum.example", "suicideprevention.example", "selfharm.example", "suicide.example",
      "자살예방.example", "자해.example", "마약퇴치운동본부.example", "필로폰중독치료.example",
      "마약김밥.example", "데이트폭력상담.example", "essay.example", "homeworkhelp.example",
      "howtowriteanessay.example", "whiskey.example", "winemuseum.example", "notobacco.example",
      "hunting.example"};
  const ShippedPatterns& patterns = ShippedPatterns::all();
  for (const char* const text : kNames) {
    const Name name = name_in_any_script(text);
    const auto category = category_that_blocks(patterns, name);
    EXPECT_FALSE(category) << text << " is taken for " << kPatternCategories.at(*category);
  }
}

// Feelings and bodies are no matter for guesses: a page that may be a cry for help leads to help,
// and only a list that a person made blocks.
TEST(HarmPatterns, NeverGuessAboutSelfHarmOrWhatIsNotHarmful) {
  const PatternRules rules = shipped_rules();
  EXPECT_THAT(rules.faults, testing::IsEmpty());
  for (const list::Pattern& pattern : rules.patterns) {
    EXPECT_LT(pattern.category, kPatternCategories.size()) << pattern.id;
  }
  for (const char* const id : {"self-harm", "sexuality", "religion", "news", "social", "help"}) {
    EXPECT_FALSE(pattern_category(id)) << id;
  }
}

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::unordered_set<std::uint64_t> reviewed_names() {
  std::unordered_set<std::uint64_t> hashes;
  std::istringstream lines(
      test::read_file(test::source_folder() / "tests" / "config" / "pattern_harm_reviewed.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) hashes.insert(std::stoull(line, nullptr, 16));
  }
  return hashes;
}

std::set<Name> popular_names() {
  std::set<Name> names;
  for (const char* const file : {"popular-2023-65k.tsv.zst", "popular-2015-60k.tsv.zst"}) {
    std::istringstream lines(test::read_file(*test::data_folder() / "popular" / file));
    for (std::string line; std::getline(lines, line);) {
      const std::size_t begin = line.find('\t') + 1;
      const auto name = Name::from_text(line.substr(begin, line.find('\t', begin) - begin));
      if (name && name->label_count() > 1) names.insert(*name);
    }
  }
  return names;
}

TEST(HarmPatterns, BlockAlmostNoPopularNameThatIsInnocent) {
  HAETAE_NEEDS_DATA();
  const ShippedPatterns& patterns = ShippedPatterns::all();
  const std::unordered_set<std::uint64_t> reviewed = reviewed_names();
  const std::set<Name> names = popular_names();
  std::map<std::string_view, std::size_t> blocked;
  std::size_t innocent = 0;
  for (const Name& name : names) {
    const auto category = category_that_blocks(patterns, name);
    if (!category) continue;
    ++blocked[kPatternCategories.at(*category)];
    if (reviewed.contains(fnv1a(name.to_text()))) continue;
    ++innocent;
    std::printf("  %s: innocent or cannot be judged: %s\n", kPatternCategories.at(*category).data(),
                name.to_text().c_str());
  }
  for (const auto& [category, count] : blocked) {
    std::printf("%-18s %5zu of %zu popular names\n", category.data(), count, names.size());
  }
  std::printf("not deserved: %zu\n", innocent);
  EXPECT_GT(names.size(), 100'000U);
  EXPECT_LE(innocent * 10'000, names.size()) << "more than 1 in 10,000";
}

}  // namespace
}  // namespace haetae::config
