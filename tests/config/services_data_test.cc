// What the files of rules/services promise: each names its own and nothing that others stand on.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "config/shipped_rules.h"
#include "list/public_suffix.h"

namespace haetae::config {
namespace {

using test::shipped_rules;
using testing::Contains;
using testing::Ge;
using testing::Not;
using testing::SizeIs;

constexpr std::array<std::string_view, 11> kGroups = {"video",    "social", "chat",     "ai",
                                                      "games",    "music",  "shopping", "comics",
                                                      "learning", "dating", "community"};

bool covers(const NameRule& rule, const Name& name) {
  return rule.exact ? name == rule.name : name.is_under(rule.name);
}

bool covers(const std::vector<NameRule>& rules, const Name& name) {
  return std::ranges::any_of(rules, [&](const NameRule& rule) { return covers(rule, name); });
}

TEST(ServicesData, HoldsTheServicesThatFamiliesAskFor) {
  EXPECT_THAT(shipped_rules().services, SizeIs(Ge(200u)));
  std::map<std::string, int> count;
  for (const ServiceRules& service : shipped_rules().services) ++count[service.group];
  for (const char* const group : {"video", "social", "chat", "ai", "games", "music", "shopping"}) {
    EXPECT_THAT(count[group], Ge(10)) << group;
  }
  // By id or by what people call it.
  for (const char* const id :
       {"youtube",        "netflix",     "tiktok",  "instagram", "twitter",       "snapchat",
        "whatsapp",       "discord",     "roblox",  "minecraft", "fortnite",      "lol",
        "steam",          "xboxlive",    "psn",     "chatgpt",   "gemini",        "character-ai",
        "amazon",         "temu",        "spotify", "kakaotalk", "naver-webtoon", "kakao-webtoon",
        "coupang",        "afreecatv",   "chzzk",   "tving",     "wavve",         "melon",
        "nexon",          "maplestory",  "band",    "karrot",    "dcinside",      "brawl-stars",
        "genshin-impact", "khan-academy"}) {
    EXPECT_NE(shipped_rules().service(id), nullptr) << id;
  }
}

TEST(ServicesData, NamesEachServiceInTwoLanguagesAndOneOfTheGroups) {
  for (const ServiceRules& service : shipped_rules().services) {
    EXPECT_TRUE(service.name.contains("en") && service.name.contains("ko")) << service.id;
    EXPECT_THAT(kGroups, Contains(service.group)) << service.id;
  }
}

TEST(ServicesData, GivesEveryIdAndAliasOnce) {
  std::set<std::string> ids;
  for (const ServiceRules& service : shipped_rules().services) {
    EXPECT_TRUE(ids.insert(service.id).second) << service.id;
    for (const std::string& alias : service.aliases) {
      EXPECT_TRUE(ids.insert(alias).second) << alias << " of " << service.id;
      EXPECT_EQ(shipped_rules().service(alias), &service) << alias;
    }
  }
}

TEST(ServicesData, SamplesAreTheirServicesAndNobodyElses) {
  for (const ServiceRules& service : shipped_rules().services) {
    EXPECT_THAT(service.samples, SizeIs(Ge(2u))) << service.id;
    for (const Name& sample : service.samples) {
      EXPECT_TRUE(covers(service.own, sample)) << sample.to_text() << " of " << service.id;
      for (const ServiceRules& other : shipped_rules().services) {
        if (other.id == service.id) continue;
        EXPECT_FALSE(covers(other.own, sample))
            << sample.to_text() << " of " << service.id << " is " << other.id << "'s too";
      }
    }
  }
}

TEST(ServicesData, OwnNamesAreNoRegistrysSuffixAndStandOnce) {
  for (const ServiceRules& service : shipped_rules().services) {
    for (const NameRule& own : service.own) {
      EXPECT_THAT(own.name.label_count(), Ge(2u)) << service.id << ": " << own.name.to_text();
      EXPECT_NE(list::public_suffix_kind(own.name), list::PublicSuffix::Registry)
          << service.id << " would block everybody below " << own.name.to_text();
      const auto saying = std::ranges::count_if(
          service.own, [&](const NameRule& other) { return covers(other, own.name); });
      EXPECT_EQ(saying, 1) << service.id << " says " << own.name.to_text() << " more than once";
    }
  }
}

// What half of the web and every device stand on: no service may call these its own.
TEST(ServicesData, OwnsNothingThatOthersStandOn) {
  constexpr const char* kCommons[] = {
      // Sign-in and accounts.
      "accounts.google.com", "oauth2.googleapis.com", "myaccount.google.com", "appleid.apple.com",
      "idmsa.apple.com", "login.live.com", "login.microsoftonline.com", "account.microsoft.com",
      "nid.naver.com", "accounts.kakao.com", "kauth.kakao.com", "kapi.kakao.com",
      "connect.facebook.net", "api.amazon.com", "aws.amazon.com", "auth.openai.com",
      // Pay.
      "pay.google.com", "pay.naver.com", "kakaopay.com", "apple-pay-gateway.apple.com",
      "paypal.com", "alipay.com",
      // Search, mail, maps, schoolwork.
      "google.com", "www.google.com", "mail.google.com", "docs.google.com", "drive.google.com",
      "maps.google.com", "play.google.com", "www.bing.com", "www.microsoft.com",
      "teams.microsoft.com", "outlook.live.com", "naver.com", "www.naver.com", "search.naver.com",
      "mail.naver.com", "dict.naver.com", "map.naver.com", "papago.naver.com", "whale.naver.com",
      "news.naver.com", "www.daum.net", "search.daum.net", "mail.daum.net", "www.kakao.com",
      "map.kakao.com", "www.nate.com", "www.apple.com", "www.icloud.com", "mit.edu", "www.go.com",
      "api.openai.com", "api.anthropic.com", "alexa.amazon.com",
      // Fonts, scripts, delivery, pushes, updates, shops of apps.
      "googleapis.com", "fonts.googleapis.com", "ajax.googleapis.com", "storage.googleapis.com",
      "www.googleapis.com", "firebaseio.com", "fcm.googleapis.com", "gstatic.com",
      "fonts.gstatic.com", "www.gstatic.com", "googleusercontent.com", "lh3.googleusercontent.com",
      "ggpht.com", "www.recaptcha.net", "hcaptcha.com", "cloudfront.net", "amazonaws.com",
      "s3.amazonaws.com", "akamaized.net", "akamaihd.net", "akadns.net", "edgesuite.net",
      "edgekey.net", "fastly.net", "azureedge.net", "azurewebsites.net", "blob.core.windows.net",
      "cloudflare.com", "cdnjs.cloudflare.com", "jsdelivr.net", "unpkg.com", "appspot.com",
      "mzstatic.com", "itunes.apple.com", "apps.apple.com", "push.apple.com", "pstatic.net",
      "ssl.pstatic.net", "naver.net", "kakaocdn.net", "t1.kakaocdn.net", "daumcdn.net",
      "t1.daumcdn.net", "fbcdn.net", "media-amazon.com", "m.media-amazon.com", "alicdn.com",
      "qq.com", "wixmp.com", "msftconnecttest.com", "windowsupdate.com", "playfabapi.com",
      "easyanticheat.net", "unrealengine.com", "fast.com"};
  for (const char* const common : kCommons) {
    for (const ServiceRules& service : shipped_rules().services) {
      EXPECT_FALSE(covers(service.own, name_of(common))) << service.id << " owns " << common;
    }
  }
}

TEST(ServicesData, NeverBlocksASharedNameForAService) {
  for (const ServiceRules& service : shipped_rules().services) {
    for (const NameRule& shared : service.shared) {
      EXPECT_FALSE(covers(service.own, shared.name))
          << service.id << " blocks " << shared.name.to_text() << " and says it is shared";
    }
  }
}

// A grant of a service opens its shared names too: it must not open another service with them,
// but for those that live in one house and do not work apart.
TEST(ServicesData, SharedNamesOpenNoOtherService) {
  const std::map<std::string, std::set<std::string>> families = {
      {"call-of-duty", {"blizzard"}}, {"coupang-play", {"coupang"}},
      {"fortnite", {"epic-games"}},   {"league-of-legends", {"riot-games"}},
      {"minecraft", {"xbox"}},        {"threads", {"instagram"}},
      {"valorant", {"riot-games"}},
  };
  for (const ServiceRules& service : shipped_rules().services) {
    for (const NameRule& shared : service.shared) {
      for (const ServiceRules& other : shipped_rules().services) {
        if (other.id == service.id || !covers(other.own, shared.name)) continue;
        const auto family = families.find(service.id);
        EXPECT_TRUE(family != families.end() && family->second.contains(other.id))
            << shared.name.to_text() << " of " << service.id << " opens " << other.id;
      }
    }
  }
}

TEST(ServicesData, AreUnderstoodByTheNamesPeopleCallThemBy) {
  const auto config = load_text(
      "profiles: {kid: {services: {block: [twitter, afreecatv], allow: [khanacademy]},\n"
      "  quotas: [{service: lol, minutes_per_day: 60}]}}\ndefault_profile: kid\n",
      "home.yaml", shipped_rules());
  ASSERT_TRUE(config) << testing::PrintToString(test::lines_of(config.error()));
  const Profile& kid = config->profiles.at(0);
  EXPECT_THAT(kid.services_block, testing::ElementsAre("x", "soop"));
  EXPECT_THAT(kid.services_allow, testing::ElementsAre("khan-academy"));
  EXPECT_EQ(kid.quotas.at(0).service, "league-of-legends");
}

TEST(ServicesData, TellWhereOneServiceIsWrittenTwiceByTwoNames) {
  EXPECT_THAT(test::faults_of("profiles:\n  kid:\n    services:\n      hours:\n"
                              "        x: [{open: [\"16:00-18:00\"]}]\n"
                              "        twitter: [{open: [\"19:00-20:00\"]}]\n"
                              "default_profile: kid\n"),
              Contains(testing::HasSubstr("'twitter' has its hours already, by another name")));
  EXPECT_THAT(test::faults_of("profiles: {kid: {services: {block: [twiter]}}}\n"
                              "default_profile: kid\n"),
              Contains(testing::HasSubstr("did you mean 'twitter'")));
}

}  // namespace
}  // namespace haetae::config
