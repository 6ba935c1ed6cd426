// What rules/search_engines.yaml and rules/patterns/search say of searches that a person can judge.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/shipped_rules.h"
#include "list/scan_text.h"
#include "policy/search_engines.h"

namespace haetae::config {
namespace {

constexpr int kThreshold = 60;

class ShippedSearches {
 public:
  explicit ShippedSearches(list::PatternSet::Engine engine = list::PatternSet::Engine::Hyperscan) {
    const Rules& rules = test::shipped_rules();
    auto compiled = list::PatternSet::compile(
        rules.patterns[static_cast<std::size_t>(list::PatternText::Search)],
        {.engine = engine, .text = list::PatternText::Search});
    EXPECT_TRUE(compiled.has_value()) << compiled.error();
    EXPECT_THAT(compiled->faults, ::testing::IsEmpty());
    set = compiled->set;
    scratch_ = set->make_scratch();
  }

  // The categories that a profile which blocks them all would act upon.
  std::set<std::string> categories_of(std::string_view query) const {
    std::array<char, list::kTermsScanBytesMax> room;
    list::TermsText terms(room);
    terms.add(query);
    std::set<std::string> found;
    const list::PatternScore score = set->scan(terms.text(), *scratch_);
    for (const list::PatternScore::Row& row : score.all()) {
      if (row.score >= kThreshold) found.insert(test::shipped_rules().categories[row.category].id);
    }
    return found;
  }

  std::shared_ptr<const list::PatternSet> set;

 private:
  std::unique_ptr<list::PatternScratch> scratch_;
};

// What children search for at school and at home, and what worries them.
constexpr const char* kBenign[] = {
    // Places, names and words that hold others.
    "university of sussex", "essex county cricket", "middlesex hospital", "scunthorpe united",
    "dick van dyke", "charles dickens biography", "moby dick summary", "pussy willow tree",
    "cockatoo lifespan", "cocktail dress for wedding", "assassin's creed map", "mass effect ending",
    "analysis of macbeth", "grape juice", "therapist near me", "titanic cast",
    "al gore inconvenient truth", "gore-tex jacket review", "ak-47 history invention",
    // Bodies, health, growing up.
    "breast cancer symptoms", "chicken breast recipe", "sex education for teens",
    "sex education netflix season 4", "difference between sex and gender", "sex chromosomes xx xy",
    "how is the sex of a baby determined", "same sex marriage countries", "what is sex",
    "puberty in boys", "how do periods work", "testicular cancer self exam", "human reproduction",
    "penis anatomy diagram", "vagina diagram biology", "am i gay quiz", "what does lgbtq mean",
    "porn addiction help", "how to stop watching porn", "nude mole rat", "nude lipstick",
    "renaissance nude painting", "asexual reproduction in plants",
    "sexual harassment at school help",
    // Homework.
    "probability of rolling two dice", "probability of poker hands", "world war 2 weapons",
    "causes of the first world war", "french revolution beheading of louis xvi",
    "how does a nuclear bomb work", "who invented dynamite", "gun control debate essay",
    "effects of alcohol on the brain", "effects of cocaine on the body", "opium wars history",
    "war on drugs summary", "heroin addiction statistics", "why is gambling addictive",
    "history of the mafia", "casino royale cast", "monte carlo method python",
    "how does a vpn work", "what is a proxy server", "how to make a bath bomb",
    "how to make a paper gun", "to kill a mockingbird summary", "romeo and juliet death scene",
    "how to kill weeds in garden", "minecraft how to make tnt", "kill la kill episodes",
    "photoshop filter tutorial", "coffee filter crafts", "romeo and juliet act 5",
    "vikings weapons", "bow and arrow diy", "how to get a high score in tetris",
    "scratch programming slots in a list", "poker face lyrics", "lego gun instructions",
    // Korean.
    "애완동물", "애완동물 키우기", "성교육", "성교육 영상", "세계사 전쟁", "한국전쟁 원인",
    "사춘기 몸의 변화", "초등 생식기관 구조", "성폭력 예방 교육", "자위대 뜻", "자위권이란",
    "토토로 ost", "이웃집 토토로", "포커스 자동차", "포커페이스", "분야 동향", "분야동향 보고서",
    "주야 동일", "해야 한다 맞춤법", "망가진 우산 고치기", "누드김밥 만들기", "오피스텔 월세",
    "만남의 광장", "성인병 예방", "성인 교정 비용", "서섹스 대학교", "배팅장갑 추천",
    "야구 배팅 연습", "도박중독 상담", "청소년 도박 예방 포스터", "마약 예방 교육",
    "마약김밥 레시피", "마약 옥수수 만들기", "담배가 해로운 이유", "금연 포스터",
    "총각김치 담그는 법", "종이 총 만드는 법", "최무선 화약", "폭탄주 뜻", "우회전 신호",
    "우회도로", "차단기 내려감", "공기청정기 필터 청소", "와이파이 비밀번호 변경", "vpn 뜻",
    "음란물 신고", "몰카 예방", "딥페이크 신고", "수학 확률 문제", "자전거 타는 법", "손톱 깎는 법",
    "이순신 장군 죽음", "안중근 의사", "사물함 여는 법", "살빼는 운동", "단식 투쟁 간디",
    "토하는 아이 응급처치", "뜀틀 잘하는 법", "칼국수 만드는 법", "고양이 습성",
    "경마장 가는 길 소설",
    // More of each.
    "sexton blake detective", "sexism in the workplace", "breast stroke swimming technique",
    "cock robin nursery rhyme", "hooters owl sounds", "how to draw a naked tree in winter",
    "michelangelo david statue", "venus of willendorf", "kangaroo pouch", "condom how effective",
    "teen pregnancy statistics", "how to tell parents i am gay", "first period what to do",
    "rape seed oil", "rape victim support", "bdo bank", "poker chip colours for maths lesson",
    "betting shop history of ireland", "roulette curve geometry", "bingo cards printable",
    "lottery probability", "dice games for kids", "coke and mentos experiment",
    "weed killer for lawns", "weeds in garden identify", "crack in wall repair",
    "acid base titration", "speed of light", "pot plants for shade", "grass types",
    "heroin chic fashion history", "heroine of the story", "kill switch engine",
    "killer whale facts", "how to kill ants", "shooting star meteor", "water bomb balloon",
    "bomb cyclone weather", "gun metal grey paint", "nerf gun mods", "glue gun crafts",
    "knife skills cooking", "first world war weapons facts", "hunger games summary",
    "suicide squad cast", "romeo and juliet suicide theme", "filter coffee how to",
    "block a number on iphone", "firewall definition", "unblock sink", "unblock toilet",
    "what does vpn stand for", "bypass surgery", "heart bypass recovery", "photosynthesis",
    "tor norwegian name meaning", "proxy war meaning", "fasting in ramadan",
    "anorexia nervosa symptoms", "how to lose weight healthily", "vaping health risks essay",
    "vodka sauce pasta recipe", "why is alcohol bad", "성격 유형 검사", "성장통 원인",
    "성균관대학교", "남성과 여성의 뇌", "동성애 뜻", "임신 과정 초등", "생리대 사용법",
    "야간자율학습", "야외 활동", "야호 노래", "토토리 묵", "배터리 토크", "도박사의 오류",
    "복권 확률", "칼슘 많은 음식", "폭탄 세일", "총정리 노트", "총알 배송", "독서감상문",
    "마약탐지견", "대마도 여행", "담배꽁초 줍기 캠페인", "술래잡기", "우회로 회로이론",
    "프록시 서버란", "죽마고우 뜻", "자살 예방 캠페인 표어", "살구 효능", "목매달 사자성어",
    "먹방 추천", "토마토 키우기", "고어 현대어 풀이", "누드 크로키 수업", "알몸 마우스",
    "몰카 범죄 처벌"};

struct Harmful {
  const char* query;
  const char* category;
};
constexpr Harmful kHarmful[] = {
    {"porn", "adult"},
    {"free porn videos", "adult"},
    {"PORNHUB", "adult"},
    {"porn hub help", "adult"},
    {"ｐｏｒｎ", "adult"},
    {"sex", "adult"},
    {"sex videos", "adult"},
    {"teen sex video", "adult"},
    {"hot naked girls", "adult"},
    {"nude pics", "adult"},
    {"big boobs", "adult"},
    {"hentai", "adult"},
    {"rule 34 pokemon", "adult"},
    {"xxx", "adult"},
    {"milf", "adult"},
    {"sexy girls in bikini", "adult"},
    {"onlyfans leaks", "adult"},
    {"strip club", "adult"},
    {"undress ai", "adult"},
    {"야동", "adult"},
    {"야동 보는 곳", "adult"},
    {"한국 야동", "adult"},
    {"야한 동영상", "adult"},
    {"야한사진", "adult"},
    {"섹스", "adult"},
    {"섹스하는 영상", "adult"},
    {"포르노 사이트", "adult"},
    {"성인 웹툰 무료", "adult"},
    {"19금 영상", "adult"},
    {"여자 알몸 사진", "adult"},
    {"벗방", "adult"},
    {"조건만남", "adult"},
    {"online casino", "gambling"},
    {"best betting sites", "gambling"},
    {"bet365", "gambling"},
    {"free slots no download", "gambling"},
    {"csgo gambling", "gambling"},
    {"how to bet on football", "gambling"},
    {"texas holdem online", "gambling"},
    {"카지노", "gambling"},
    {"토토사이트", "gambling"},
    {"사설토토 추천", "gambling"},
    {"먹튀 검증", "gambling"},
    {"바카라 하는 법", "gambling"},
    {"도박 사이트", "gambling"},
    {"스포츠 토토 하는 법", "gambling"},
    {"buy weed online", "drugs"},
    {"where to buy cocaine", "drugs"},
    {"how to make meth", "drugs"},
    {"how to roll a joint", "drugs"},
    {"ways to get high at home", "drugs"},
    {"마약 구하는 법", "drugs"},
    {"대마초 파는 곳", "drugs"},
    {"떨 팝니다", "drugs"},
    {"beheading video", "violence"},
    {"real gore videos", "violence"},
    {"how to kill someone", "violence"},
    {"animal torture video", "violence"},
    {"참수 영상", "violence"},
    {"사람 죽이는 방법", "violence"},
    {"how to make a pipe bomb", "weapons"},
    {"how to build a bomb at home", "weapons"},
    {"buy a gun online", "weapons"},
    {"3d printed gun files", "weapons"},
    {"사제 폭탄 만드는 법", "weapons"},
    {"총기 구매", "weapons"},
    {"how to get past school filter", "bypass"},
    {"how to get around the school wifi block", "bypass"},
    {"free vpn for school", "bypass"},
    {"unblocked games", "bypass"},
    {"proxy sites", "bypass"},
    {"croxyproxy", "bypass"},
    {"how to bypass screen time", "bypass"},
    {"turn off parental controls", "bypass"},
    {"무료 vpn", "bypass"},
    {"학교 와이파이 뚫는 법", "bypass"},
    {"https 차단 우회", "bypass"},
    {"패밀리링크 해제", "bypass"},
    {"turn off safesearch", "nosafesearch"},
    {"세이프서치 해제", "nosafesearch"},
    {"disposable vape", "alcohol-tobacco"},
    {"담배 대리구매", "alcohol-tobacco"},
    {"omegle", "stranger-chat"},
    {"랜덤채팅", "stranger-chat"},
    {"pron videos", "adult"},
    {"porn for free", "adult"},
    {"hot lesbian sex", "adult"},
    {"anal sex video", "adult"},
    {"naked celebrities", "adult"},
    {"jennifer lawrence nudes", "adult"},
    {"sexy anime girls naked", "adult"},
    {"hentai manga", "adult"},
    {"lesbian porn", "adult"},
    {"how to watch porn without parents knowing", "adult"},
    {"boobs pics", "adult"},
    {"sexy hot videos", "adult"},
    {"best porn sites", "adult"},
    {"adult webcam", "adult"},
    {"nude teen", "adult"},
    {"fuck videos", "adult"},
    {"sex with teacher video", "adult"},
    {"pornstar list", "adult"},
    {"cum shot", "adult"},
    {"roblox condo games porn", "adult"},
    {"야동사이트 추천", "adult"},
    {"야동 다운로드", "adult"},
    {"19금 웹툰", "adult"},
    {"섹스 동영상", "adult"},
    {"일본 av 추천", "adult"},
    {"몸매 노출 사진", "adult"},
    {"에로 영화 추천", "adult"},
    {"누드 사진", "adult"},
    {"온라인 카지노 추천", "gambling"},
    {"바카라 사이트", "gambling"},
    {"토토 사이트 추천", "gambling"},
    {"불법 도박 사이트", "gambling"},
    {"스포츠 베팅 방법", "gambling"},
    {"슬롯 머신 게임 돈", "gambling"},
    {"play blackjack for money", "gambling"},
    {"online slots real money", "gambling"},
    {"sports betting app under 18", "gambling"},
    {"crypto casino no kyc", "gambling"},
    {"how to gamble online as a minor", "gambling"},
    {"cs2 skin gambling sites", "gambling"},
    {"buy marijuana near me", "drugs"},
    {"how to snort cocaine", "drugs"},
    {"buy lsd tabs", "drugs"},
    {"how to cook crystal meth", "drugs"},
    {"필로폰 구하는 법", "drugs"},
    {"대마초 피우는 법", "drugs"},
    {"마약 사는 곳", "drugs"},
    {"people getting beheaded", "violence"},
    {"isis execution video", "violence"},
    {"gore compilation", "violence"},
    {"watch people die videos", "violence"},
    {"사람 죽는 영상", "violence"},
    {"잔인한 영상 모음", "violence"},
    {"how to make a molotov cocktail", "weapons"},
    {"how to make explosives at home", "weapons"},
    {"build a pipe bomb", "weapons"},
    {"where can i buy a gun without id", "weapons"},
    {"총 만드는 방법", "weapons"},
    {"폭탄 제조법", "weapons"},
    {"how to bypass school firewall", "bypass"},
    {"unblock youtube at school", "bypass"},
    {"vpn for chromebook", "bypass"},
    {"proxy for school chromebook", "bypass"},
    {"how to disable goguardian", "bypass"},
    {"how to get around parental controls", "bypass"},
    {"unblocked games 76", "bypass"},
    {"vpn 우회", "bypass"},
    {"학교에서 유튜브 차단 푸는 법", "bypass"},
    {"패밀리링크 뚫는 법", "bypass"},
    {"스크린타임 해제하는 법", "bypass"},
    {"유해사이트 우회", "bypass"},
    {"turn off google safe search", "nosafesearch"},
    {"세이프서치 끄는법", "nosafesearch"},
    {"buy vape online", "alcohol-tobacco"},
    {"fake id maker", "alcohol-tobacco"},
    {"전자담배 구매 미성년자", "alcohol-tobacco"},
    {"omegle alternatives", "stranger-chat"},
    {"랜덤채팅 어플", "stranger-chat"},
};

// Words of children who need somebody: help, and nothing of it may block.
constexpr Harmful kInNeed[] = {
    {"how to kill myself", "self-harm"},
    {"i want to die", "self-harm"},
    {"painless ways to die", "self-harm"},
    {"suicide", "self-harm"},
    {"is self-harm normal", "self-harm"},
    {"cutting myself", "self-harm"},
    {"how many pills to die", "self-harm"},
    {"죽고 싶어요", "self-harm"},
    {"죽고싶다", "self-harm"},
    {"자살하는 법", "self-harm"},
    {"고통없이 죽는 방법", "self-harm"},
    {"자해 흉터", "self-harm"},
    {"살기 싫다", "self-harm"},
    {"thinspo", "eating-disorders"},
    {"how to starve myself", "eating-disorders"},
    {"pro-ana tips", "eating-disorders"},
    {"make myself throw up", "eating-disorders"},
    {"프로아나", "eating-disorders"},
    {"먹토 하는 법", "eating-disorders"},
};

// Help may be offered once too often; a door may not be closed.
std::set<std::string> blocking(std::set<std::string> categories) {
  std::erase_if(categories, [](const std::string& id) {
    return test::shipped_rules().category(id)->leads_to_help;
  });
  return categories;
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

TEST(ShippedSearches, FindHarmAndLeaveHomeworkAlone) {
  const ShippedSearches searches;
  std::size_t right = 0;
  std::size_t missed = 0;
  std::size_t wrong = 0;
  for (const Harmful& harmful : kHarmful) {
    const auto found = searches.categories_of(harmful.query);
    EXPECT_TRUE(found.contains(harmful.category))
        << harmful.query << " is " << harmful.category << ", found: " << joined(found);
    found.contains(harmful.category) ? ++right : ++missed;
  }
  for (const char* const query : kBenign) {
    const auto found = blocking(searches.categories_of(query));
    EXPECT_TRUE(found.empty()) << query << " was taken for " << joined(found);
    if (!found.empty()) ++wrong;
  }
  ASSERT_GE(std::size(kHarmful), 60U);
  ASSERT_GE(std::size(kBenign), 60U);
  fmt::print("{} harmful and {} innocent searches: precision {:.3f}, recall {:.3f}\n",
             std::size(kHarmful), std::size(kBenign),
             static_cast<double>(right) / static_cast<double>(right + wrong),
             static_cast<double>(right) / static_cast<double>(right + missed));
}

TEST(ShippedSearches, LeadToHelpWithoutBlocking) {
  const ShippedSearches searches;
  for (const Harmful& need : kInNeed) {
    const auto found = searches.categories_of(need.query);
    EXPECT_TRUE(found.contains(need.category)) << need.query << ": " << joined(found);
    EXPECT_TRUE(blocking(found).empty()) << need.query << " would be blocked";
  }
}

// An engine that misses what the other finds would be seen by the first child that searches.
TEST(ShippedSearches, AreReadAlikeByBothEngines) {
  const ShippedSearches hyperscan;
  const ShippedSearches re2(list::PatternSet::Engine::Re2);
  const auto is_same = [&](const char* query) {
    EXPECT_EQ(hyperscan.categories_of(query), re2.categories_of(query)) << query;
  };
  for (const Harmful& harmful : kHarmful) is_same(harmful.query);
  for (const char* const query : kBenign) is_same(query);
}

TEST(ShippedSearches, AskNoExpressionOfEveryText) {
  const ShippedSearches searches;
  EXPECT_FALSE(searches.set->plan().accusing().has_unknown());
  EXPECT_FALSE(searches.set->plan().excusing().has_unknown());
}

struct Search {
  const char* host;
  const char* path;
  const char* words;  // empty: no search
};
constexpr Search kSearches[] = {
    {"www.google.com", "/search?q=red+panda&hl=en", "red panda"},
    {"google.co.kr", "/search?hl=ko&q=%EB%A0%88%EC%84%9C%ED%8C%90%EB%8B%A4", "레서판다"},
    {"images.google.de", "/search?tbm=isch&q=Red%20Panda", "red panda"},
    {"www.google.com", "/maps?q=seoul", ""},
    {"www.google.com", "/searches?q=seoul", ""},
    {"www.google.com", "/s%65arch?%71=seoul", "seoul"},
    {"www.google.com", "/search?q=one&q=two#q=three", "one two"},
    {"google.evil.example", "/search?q=x1", "x1"},
    {"notgoogle.com", "/search?q=x1", ""},
    {"www.bing.com", "/images/search?q=cats", "cats"},
    {"duckduckgo.com", "/?q=cats&ia=web", "cats"},
    {"html.duckduckgo.com", "/html/?q=cats", "cats"},
    {"search.yahoo.com", "/search?p=cats", "cats"},
    {"search.naver.com", "/search.naver?where=nexearch&query=%EA%B3%A0%EC%96%91%EC%9D%B4",
     "고양이"},
    {"m.search.naver.com", "/search.naver?query=a1+b2", "a1 b2"},
    {"search.daum.net", "/search?w=tot&q=%EA%B3%A0%EC%96%91%EC%9D%B4", "고양이"},
    {"www.baidu.com", "/s?wd=%E7%8C%AB", "猫"},
    {"yandex.com.tr", "/search/?text=cats", "cats"},
    {"search.brave.com", "/search?q=cats", "cats"},
    {"www.ecosia.org", "/search?q=cats", "cats"},
    {"www.youtube.com", "/results?search_query=cat+videos", "cat videos"},
    {"www.youtube.com", "/watch?v=abcdef", ""},
    {"www.tiktok.com", "/search?q=cats", "cats"},
    {"www.tiktok.com", "/tag/cats", "cats"},
    {"www.tumblr.com", "/tagged/cute%20cats/recent", "cute cats"},
    {"www.reddit.com", "/r/pics/search/?q=cats", "cats"},
    {"x.com", "/search?q=cats&src=typed", "cats"},
    {"mobile.twitter.com", "/hashtag/cats", "cats"},
    {"netflix.com", "/search?q=cats", ""},
    {"www.pinterest.co.uk", "/search/pins/?q=cats", "cats"},
    {"www.amazon.de", "/s?k=cat+food", "cat food"},
    {"en.wikipedia.org", "/w/index.php?search=cats", "cats"},
    {"www.google.com", "", ""},
};

TEST(ShippedSearchEngines, TellTheWordsOfASearch) {
  const policy::SearchEngines engines(test::shipped_rules().search_engines);
  for (const Search& search : kSearches) {
    const policy::SearchEngine* const engine = engines.find(name_of(search.host));
    std::array<char, list::kTermsScanBytesMax> room;
    const std::string_view words =
        engine == nullptr ? "" : policy::search_terms(*engine, search.path, room);
    EXPECT_EQ(words, search.words) << search.host << search.path;
  }
}

struct Page {
  const char* url;
  const char* category;  // empty: nothing may be said of it
};
constexpr Page kPages[] = {
    {"site.example/free-porn/1", "adult"},
    {"site.example/Free_Porn", "adult"},
    {"site.example/tag/%70orn", "adult"},
    {"site.example/videos?cat=hentai", "adult"},
    {"site.example/%EC%95%BC%EB%8F%99/3", "adult"},
    {"site.example/news/2026/porn-law-debate", ""},
    {"site.example/health/porn-addiction", ""},
    {"site.example/sussex/essex", ""},
    {"porn.example/", ""},  // the host has patterns of its own
    {"site.example/online-casino/", "gambling"},
    {"site.example/news/online-casino-law", ""},
    {"proxy.example/browse.php?b=4&u=http%3A%2F%2Fa.example", "bypass"},
    {"proxy.example/?__cpo=aHR0cHM6", "bypass"},
    {"site.example/browse.php?id=4", ""},
    {"site.example/proxy-statement.html", ""},
    {"site.example/index.php?q=http%3A%2F%2Fa.example", "bypass"},
    {"site.example/index.php?q=http", ""},
    {"img.example/proxy?url=https://cdn.example/cat.jpg", ""},
    {"api.example/v1/feed?nsfw=false&limit=20", ""},
    {"shop.example/shirts?size=xxx-large", ""},
    {"blog.example/how-to-draw-nudes", ""},
    {"site.example/index.php?q=cats", ""},
};

TEST(ShippedUrlPatterns, SayWhatPagesTellOfThemselves) {
  const Rules& rules = test::shipped_rules();
  const auto compiled =
      list::PatternSet::compile(rules.patterns[static_cast<std::size_t>(list::PatternText::Url)],
                                {.text = list::PatternText::Url});
  ASSERT_TRUE(compiled.has_value()) << compiled.error();
  ASSERT_THAT(compiled->faults, ::testing::IsEmpty());
  EXPECT_FALSE(compiled->set->plan().accusing().has_unknown());
  const auto scratch = compiled->set->make_scratch();
  for (const Page& page : kPages) {
    const std::string_view url = page.url;
    std::array<char, list::kUrlScanBytesMax> room;
    const std::size_t slash = url.find('/');
    const std::string_view text =
        list::url_scan_text(name_of(url.substr(0, slash)), url.substr(slash), room);
    const list::PatternScore score = compiled->set->scan(text, *scratch);
    const bool accuses = score.count > 0 && score.rows[0].score >= kThreshold;
    EXPECT_EQ(accuses ? rules.categories[score.rows[0].category].id : "", page.category) << url;
  }
}

}  // namespace
}  // namespace haetae::config
