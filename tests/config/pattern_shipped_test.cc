// What rules/patterns say of names that a person can judge, and that both engines say it.
#include <algorithm>
#include <map>
#include <random>

#include "base/idn.h"
#include "config/shipped_patterns.h"
#include "list/hyperscan_engine.h"
#include "list/pattern_word.h"
#include "list/re2_engine.h"
#include "support/rounds.h"
#include "support/slow_matcher.h"

namespace haetae::config {
namespace {

Name name_in_any_script(std::string_view text) {
  const auto name = name_from_user_text(text);
  EXPECT_TRUE(name.has_value()) << text;
  return name.value_or(Name());
}

TEST(ShippedPatterns, BlockWhatNamesSayOpenly) {
  const ShippedPatterns& patterns = ShippedPatterns::all();
  constexpr const char* kAdultNames[] = {"freeporn.example",
                                         "www.sexygames.example",
                                         "hot-sex.example",
                                         "p0rn.example",
                                         "pr0n.example",
                                         "s3x.example",
                                         "milfvideos.example",
                                         "teengirlstube.example",
                                         "xxx.example",
                                         "nakedteens.example",
                                         "hardcoretube.example",
                                         "nude.example",
                                         "bigboobs.example",
                                         "site.xxx",
                                         "site.porn",
                                         "yadong.example",
                                         "yadongtube3.example",
                                         "avsee12.example",
                                         "bamtoki7.example",
                                         "avgotv25.example",
                                         "야동.example",
                                         "야동티비.example",
                                         "출장마사지.example",
                                         "조건만남-서울.example",
                                         "escorts-paris.example",
                                         "adultvideos.example",
                                         "bokep.example"};
  for (const char* const name : kAdultNames) {
    EXPECT_GE(patterns.score(name_in_any_script(name), kAdult), kThreshold) << name;
  }
  constexpr const char* kGamblingNames[] = {"casino.example",
                                            "online-casino24.example",
                                            "mybet.example",
                                            "bet-365.example",
                                            "1xbet.example",
                                            "pokeronline.example",
                                            "slots.example",
                                            "slot-gacor.example",
                                            "dewa4d.example",
                                            "togelmaster.example",
                                            "bigtoto88.example",
                                            "toto-123.example",
                                            "muktwi.example",
                                            "totosite.example",
                                            "baccarat-bonus.example",
                                            "sutda.example",
                                            "hwatu.example",
                                            "holdem.example",
                                            "카지노.example",
                                            "토토사이트.example",
                                            "바카라-게임.example",
                                            "먹튀검증.example",
                                            "site.casino",
                                            "site.bet",
                                            "bahis.example",
                                            "apuestas.example",
                                            "raja88.example",
                                            "hg12345.com"};
  for (const char* const name : kGamblingNames) {
    EXPECT_GE(patterns.score(name_in_any_script(name), kGambling), kThreshold) << name;
  }
}

TEST(ShippedPatterns, LeaveInnocentNamesAlone) {
  const ShippedPatterns& patterns = ShippedPatterns::all();
  constexpr const char* kNames[] = {
      // Places, persons and brands that hold a word.
      "sussex.ac.uk", "essex.gov.uk", "middlesex.edu", "essexlibrary.example", "scunthorpe.example",
      "cumbria.example", "dickens.example", "dickssportinggoods.example", "hancock.example",
      "peacock.example", "cockpit.example", "hitchcock.example", "milford.example",
      "penistone.example", "lasvegas.example", "elizabeth.example", "bethany.example",
      "tibet.example", "bangkok.example", "matsushita.example", "gaylord.example",
      "twinkies.example", "pussycat.example", "xxxlutz.example",
      // Other words.
      "analytics.example", "canal.example", "analysis.example", "assassin.example",
      "classic.example", "therapist.example", "pen-island.example", "expertsexchange.example",
      "alphabet.example", "better.example", "betty.example", "between.example", "diabetes.example",
      "timeslot.example", "title.example", "constitution.example", "document.example",
      "circumstance.example", "cocktails.example", "newsexpress.example", "jsexamples.example",
      "businessexpert.example", "grape.example", "therapy.example", "robust.example",
      "nudelsuppe.example", "swank.example", "thirteen.example", "canteen.example",
      "teenagers.example", "totoro.example", "maraton.example", "girlscouts.example",
      "youtube.example", "tubeamps.example", "hotmail.example", "musicbox.example",
      "megacorp.example", "onlinebetalen.example", "rumbacaracas.example", "sohbet.example",
      "seducation.example", "modelrailway.example", "freegames.example", "videochat.example",
      "livenews.example",
      // Health, advice, people.
      "sexeducation.example", "sexualhealth.example", "teensexhealth.example", "gaycenter.example",
      "gayyouth.example", "lesbian.example", "lgbt-youth.example", "homosexuality.example",
      "transsexual.example", "asexuality.example", "intersex.example", "breastcancer.example",
      "breastfeeding.example", "prostate.example", "vaginal-health.example",
      "sexualassault.example", "antiporn.example", "quitporn.example", "pornaddiction.example",
      "gamblersanonymous.example", "problemgambling.example", "gamblingtherapy.example",
      // Korean.
      "성교육.example", "성인병.example", "자위대.example", "토토로.example", "포커스.example",
      "오피스텔.example", "도박문제상담.example", "사다리차.example", "청소년.example",
      "가자지구.example", "totolink.example", "seoul.go.kr", "yonsei.ac.kr"};
  for (const char* const name : kNames) {
    EXPECT_FALSE(patterns.blocks(name_in_any_script(name))) << name;
  }
}

// Words of all languages hold the shipped ones; each row was blocked once.
TEST(ShippedPatterns, LeaveInnocentWordsOfOtherLanguagesAlone) {
  const ShippedPatterns& patterns = ShippedPatterns::all();
  struct Case {
    const char* what;
    std::vector<const char*> names;
  };
  const Case cases[] = {
      {"machines of networks",
       {"ec2-192-0-2-1.compute-1.amazonaws.com", "d1sex2xyz.cloudfront.net", "anal.example.com",
        "compute-engine.example"}},
      {"English: what begins with ex- behind an s",
       {"bobsexcavating.example", "mufflersexhaust.example", "domainsexpired.example",
        "sussexyoga.example", "westernsussexcamra.example", "lesexiles.example",
        "deusexgame.example", "sensextoday.example"}},
      {"English: other words",
       {"thorny.example",
        "stoppain.example",
        "aerogel.example",
        "shopguide.example",
        "bondagency.example",
        "menudesign.example",
        "surfacesite.example",
        "princestreet.example",
        "coedsports.example",
        "painfreespine.example",
        "householdemployer.example",
        "timeslots.example",
        "slothradio.example",
        "whokids.example",
        "yogacore.example",
        "wagereport.example",
        "apostasy.example",
        "psychokinetic.example",
        "remaxwinnipeg.example",
        "phototools.online",
        "freeadultcoloring.example",
        "dance-kids-teens-adults.example",
        "superbowlxxxii.example",
        "gamecocks.example",
        "peacocks.example",
        "magna-cum-laude.example",
        "cul-de-sac.example"}},
      {"names of people and places",
       {"cummings.example", "gilford.example", "emilfrey.example", "vincestaples.example",
        "wankhede.example", "vanessalopes.example", "luisalopez.example", "courbet.example",
        "ufa.example", "sodo-seattle.example", "proctergamble.example", "baccarat.example",
        "droitwichspa.example", "tamilfonts.example", "luckydragon-restaurant.example"}},
      {"names of firms and offices",
       {"bet.com", "www.bet.plus", "pkv.example", "mpo-mag.example", "bbw-leipzig.example",
        "falun-dafa.example", "rtp.example", "kbjr6.example", "spankki.example", "cinema4d.example",
        "art4d.example", "batoto.example", "pokerogue.example", "pokeradar.example"}},
      {"German",
       {"ansporne.example", "tischlampen.example", "fotogelegenheit.example", "himmelbett.example",
        "schwager.example", "nudeln.example", "betten.example"}},
      {"Dutch and Danish castles, locks and ends",
       {"slotenmaker-amsterdam.nl", "www.egeskovslot.dk", "aarsafslutning.example",
        "hertogelijk.example", "beurs-expert.example"}},
      {"Swedish and Norwegian",
       {"beslut.example", "lamporna.example", "avseende.example", "stavkirke.example",
        "seksjon.example", "aidsekspert.example"}},
      {"French",
       {"petits-chefs.example", "guerredetroie.example", "jepense.example", "salopettes.example",
        "supermarche-petitcasino.example"}},
      {"Spanish and Portuguese",
       {"vehiculos.example", "articulos.example", "descortes.example", "quemaduras.example",
        "receitagostosa.example", "sextafeira.example", "luxoso.example", "computas.example"}},
      {"Italian", {"possesso.example", "muschio.example", "zoccoli.example", "affollare.example"}},
      {"Polish",
       {"odpornosc.example", "dowcipki.example", "zaklady-miesne.example", "smutek.example"}},
      {"Turkish",
       {"muhabbet.example", "bakarasuresi.example", "seksenler.example", "gitmemek.example"}},
      {"Indonesian and Hindi",
       {"reputasi.example", "komputasi.example", "kesadaran.example", "muktinath.example",
        "rajakumar.example"}},
      {"Korean across the border of two words",
       {"피에로.example", "해야한다.example", "가야한의원.example", "가야동.example",
        "분야동향.example", "떡방앗간.example", "소비자위원회.example", "철도박물관.example",
        "환경마크.example", "경정청구.example", "배팅연습장.example"}},
      {"Japanese", {"ピエロ.example"}},
  };
  for (const Case& c : cases) {
    for (const char* const name : c.names) {
      EXPECT_FALSE(patterns.blocks(name_in_any_script(name))) << c.what << ": " << name;
    }
  }
}

// Names around the shipped words: a word or half a word, letters, digits and hyphens about it.
class NameMaker {
 public:
  explicit NameMaker(const std::vector<list::Pattern>& patterns) : patterns_(patterns) {}

  std::string text() {
    std::string made;
    for (std::size_t labels = 1 + pick(2); labels > 0; --labels) made += label() + ".";
    constexpr const char* kEnds[] = {"com", "example", "xxx", "co.kr", "net", "bet", "vip"};
    return made + kEnds[pick(std::size(kEnds))];
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }

  std::string letters() {
    constexpr std::string_view kLetters = "aeiosxtrn4d-8371";
    std::string made;
    for (std::size_t left = pick(5); left > 0; --left) made += kLetters[pick(kLetters.size())];
    return made;
  }

  std::string part() {
    const list::Pattern& pattern = patterns_[pick(patterns_.size())];
    std::string word = pattern.word.empty() ? pattern.sample : pattern.word;
    if (!pattern.except.empty() && pick(4) == 0) word = pattern.except[pick(pattern.except.size())];
    if (pick(3) == 0) word[pick(word.size())] = "aeosx018-"[pick(9)];
    if (pick(8) == 0) word.resize(1 + pick(word.size()));
    return word;
  }

  std::string label() { return letters() + part() + letters() + (pick(3) == 0 ? part() : ""); }

  const std::vector<list::Pattern>& patterns_;
  std::mt19937 random_{5};
};

std::vector<std::string> texts_for_engines(const std::vector<list::Pattern>& patterns) {
  NameMaker make(patterns);
  std::vector<std::string> texts;
  for (int i = 0; i < test::rounds(100'000); ++i) texts.push_back(make.text());
  const auto data = test::data_folder();
  if (!data) return texts;
  for (const char* const file :
       {"adult-chadmayfield-top1m.txt.zst", "gambling-sinfonietta.hosts.zst"}) {
    std::string content = test::read_file(*data / "lists" / file);
    content.resize(test::rounds(content.size()));
    for (std::size_t at = 0; at < content.size();) {
      const std::size_t end = std::min(content.find('\n', at), content.size());
      texts.push_back(content.substr(at, end - at));
      at = end + 1;
    }
  }
  return texts;
}

std::vector<std::uint16_t> sorted_hits(const list::PatternSet& set, std::string_view text,
                                       list::PatternScratch& scratch) {
  const auto hits = set.hits(text, scratch);
  std::vector<std::uint16_t> sorted(hits.begin(), hits.end());
  std::ranges::sort(sorted);
  return sorted;
}

// The same patterns asked in one look: an engine that knows every expression.
class OneLook {
 public:
  explicit OneLook(std::unique_ptr<const list::PatternEngine> engine)
      : engine_(std::move(engine)), scratch_(engine_->make_scratch()) {}
  std::vector<std::uint16_t> hits(std::string_view text) const {
    EXPECT_TRUE(engine_->find(text, *scratch_));
    const auto found = scratch_->found();
    std::vector<std::uint16_t> sorted(found.begin(), found.end());
    std::ranges::sort(sorted);
    return sorted;
  }

 private:
  std::unique_ptr<const list::PatternEngine> engine_;
  std::unique_ptr<list::PatternEngine::Scratch> scratch_;
};

// What a scan must say of these hits: sums by category, the highest first, and no more.
std::vector<std::pair<int, list::CategoryId>> sums_of(const list::PatternSet& set,
                                                      const std::vector<list::WordRule>& words,
                                                      const std::vector<std::uint16_t>& hits,
                                                      std::string_view text) {
  std::map<list::CategoryId, int> sums;
  for (const std::uint16_t hit : hits) {
    const list::Pattern& pattern = set.patterns()[hit];
    if (!pattern.word.empty() && !words[hit].counts(text)) continue;
    sums[pattern.category] += pattern.weight;
  }
  std::vector<std::pair<int, list::CategoryId>> rows;
  for (const auto& [category, sum] : sums) {
    if (sum > 0) rows.emplace_back(-sum, category);
  }
  std::ranges::sort(rows);
  rows.resize(std::min(rows.size(), list::PatternScore::kRowsMax));
  return rows;
}

TEST(ShippedPatterns, AreReadAlikeByBothEnginesAndTheSlowMatcher) {
  if (!list::hyperscan_runs_here()) GTEST_SKIP() << "SKIPPED, NOT TESTED: no Hyperscan here";
  const std::vector<list::Pattern> written = shipped_rules().patterns;
  const ShippedPatterns& hyperscan = ShippedPatterns::all();
  const ShippedPatterns re2(list::PatternSet::Engine::Re2);
  std::vector<test::SlowPattern> slow;
  for (const list::Pattern& pattern : written) slow.emplace_back(pattern.expression);

  std::vector<std::string> expressions;
  for (const list::Pattern& pattern : re2.set->patterns()) {
    expressions.push_back(pattern.expression);
  }
  const OneLook hyperscan_at_once(std::move(list::compile_hyperscan(expressions, {})->engine));
  const OneLook re2_at_once(std::move(list::compile_re2(expressions)->engine));
  EXPECT_FALSE(re2.set->plan().accusing().has_unknown()) << "expressions are asked of every text";
  EXPECT_FALSE(re2.set->plan().excusing().has_unknown());

  std::vector<list::WordRule> words;
  for (const list::Pattern& pattern : re2.set->patterns())
    words.emplace_back(pattern, list::PatternText::Host);

  std::size_t hits = 0;
  std::size_t asked = 0;
  for (const std::string& text : texts_for_engines(written)) {
    const auto by_hyperscan = sorted_hits(*hyperscan.set, text, *hyperscan.scratch);
    ASSERT_EQ(by_hyperscan, sorted_hits(*re2.set, text, *re2.scratch)) << text;
    ASSERT_EQ(by_hyperscan, hyperscan_at_once.hits(text)) << text;
    ASSERT_EQ(by_hyperscan, re2_at_once.hits(text)) << text;
    for (const ShippedPatterns* const patterns : {&hyperscan, &re2}) {
      std::vector<std::pair<int, list::CategoryId>> rows;
      const list::PatternScore score = patterns->set->scan(text, *patterns->scratch);
      for (const auto& row : score.all()) rows.emplace_back(-row.score, row.category);
      ASSERT_EQ(rows, sums_of(*patterns->set, words, by_hyperscan, text)) << text;
    }
    hits += by_hyperscan.size();
    if (++asked % 400 != 0) continue;
    std::vector<std::uint16_t> expected;
    for (std::size_t p = 0; p < slow.size(); ++p) {
      if (slow[p].matches(text)) expected.push_back(static_cast<std::uint16_t>(p));
    }
    ASSERT_EQ(by_hyperscan, expected) << text;
  }
  EXPECT_GE(asked, test::rounds(100'000U));
  EXPECT_GT(hits, asked) << "a test that hits nothing tests nothing";
  EXPECT_EQ(hyperscan.set->scan_errors() + re2.set->scan_errors(), 0U);
}

}  // namespace
}  // namespace haetae::config
