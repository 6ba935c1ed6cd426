#include "event/event.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "event/json_text.h"
#include "policy/decide.h"
#include "support/policy_maker.h"

namespace haetae::event {
namespace {

using namespace std::chrono_literals;
using policy::Action;
using policy::LogLevel;
using policy::Reason;
using policy::Verdict;
using testing::HasSubstr;
using testing::Not;

static_assert(std::is_trivially_copyable_v<Event>);

// One child with a tablet; lists of an ordinary category, of one that is nobody's business, and of
// a known good that is nobody's business either.
struct House {
  House() {
    const auto games = maker.category("games");
    const auto self_harm =
        maker.category("self-harm", policy::CategoryKind::Harm, /*sensitive=*/true);
    const auto health =
        maker.category("health", policy::CategoryKind::KnownGood, /*sensitive=*/true);
    maker.list("games-one", games, {"||game.example^"});
    maker.list("harm-one", self_harm, {"||dark.example^"});
    maker.list("clinics", health, {"||clinic.example^"});
    policy::Profile& child = maker.at(maker.profile("little"));
    child.blocked.set(games);
    child.blocked.set(self_harm);
    maker.devices = {{"Minji's \"tablet\"", 0}};
  }

  std::string line(const char* name, policy::DeviceId device = 0) {
    const auto policy = maker.make();
    policy::Scratch scratch(*policy);
    const Name asked = name_of(name);
    Event event;
    event.policy_generation = policy->generation;
    event.when = std::chrono::sys_days{std::chrono::year{2025} / 3 / 5} + 12h + 34min + 56s + 7ms;
    event.peer = {*IpAddress::from_text("192.0.2.7"), 40000};
    event.who = {device, 0};
    event.record_type = 28;
    event.set_name(asked);
    const policy::Request request{
        .who = event.who, .kind = policy::Kind::DnsName, .now = event.when, .name = &asked};
    event.verdict = decide(*policy, {}, request, scratch);
    if (change) change(event);
    std::string line;
    append_json_line(line, event, *policy);
    return line;
  }

  test::PolicyMaker maker;
  void (*change)(Event&) = nullptr;
};

TEST(EventLine, HoldsEveryKeyInItsOrder) {
  EXPECT_EQ(House().line("www.game.example"),
            R"({"time":"2025-03-05T12:34:56.007Z","device":"Minji's \"tablet\"",)"
            R"("profile":"little","peer":"192.0.2.7","kind":"dns_name","type":"AAAA",)"
            R"("name":"www.game.example","answer":null,"verdict":"block","reason":"category",)"
            R"("category":"games","list":"games-one","rule":"||game.example^",)"
            R"("technique":null,"watched":false})");
}

TEST(EventLine, HasNullWhereThereIsNothingToSay) {
  House house;
  house.change = [](Event& event) { event.record_type = 0; };
  EXPECT_EQ(
      house.line("open.example", policy::kUnknownDevice),
      R"({"time":"2025-03-05T12:34:56.007Z","device":null,"profile":"little",)"
      R"("peer":"192.0.2.7","kind":"dns_name","type":null,"name":"open.example",)"
      R"("answer":null,"verdict":"allow","reason":"no_rule_matched","category":null,"list":null,)"
      R"("rule":null,"technique":null,"watched":false})");
}

TEST(EventLine, NamesTheAddressThatWasJudgedInPlaceOfAName) {
  House house;
  house.maker.list("play-addresses", 0, {"203.0.113.0/24"});
  house.change = [](Event& event) {
    event.kind = policy::Kind::Address;
    event.record_type = 0;
    event.name_size = 0;
    event.set_answer(*IpAddress::from_text("203.0.113.7"));
    event.technique = policy::Technique::WireGuard;
    event.verdict = {.action = Action::Block,
                     .reason = Reason::Category,
                     .rule_kind = policy::RuleKind::List,
                     .category = 0,
                     .source = 3};
  };
  EXPECT_THAT(house.line("open.example"),
              HasSubstr(R"("kind":"address","type":null,"name":null,"answer":"203.0.113.7",)"
                        R"("verdict":"block","reason":"category","category":"games",)"
                        R"("list":"play-addresses","rule":"203.0.113.0/24",)"
                        R"("technique":"wireguard","watched":false})"));
}

TEST(EventLine, NeverItemisesASensitiveCategory) {
  const std::string blocked = House().line("www.dark.example");
  EXPECT_THAT(blocked, Not(HasSubstr("dark")));
  EXPECT_THAT(blocked, Not(HasSubstr("self-harm")));
  EXPECT_THAT(blocked, Not(HasSubstr("harm-one")));
  EXPECT_THAT(blocked,
              HasSubstr(R"("name":null,"answer":null,"verdict":"block","reason":"category",)"));

  const std::string visited = House().line("www.clinic.example");
  EXPECT_THAT(visited, Not(HasSubstr("clinic"))) << "a visit that went through tells as much";

  House at_night;
  policy::ScheduleRow all_day;
  all_day.windows = {{0, 0}};
  at_night.maker.at(0).bedtime = policy::Schedule({all_day});
  EXPECT_THAT(at_night.line("www.clinic.example"), Not(HasSubstr("clinic")))
      << "so does one that something else blocked";
  EXPECT_THAT(at_night.line("www.game.example"), HasSubstr(R"("name":"www.game.example")"));
}

TEST(EventLine, NamesWhatOfTheAnswerDecidedAndItsRule) {
  House house;
  house.maker.list("play-addresses", 0, {"203.0.113.0/24"});
  house.change = [](Event& event) {
    event.kind = policy::Kind::DnsAnswer;
    event.set_answer(name_of("cdn.game.example"));
    event.verdict = {.action = Action::Block,
                     .reason = Reason::Category,
                     .rule_kind = policy::RuleKind::List,
                     .category = 0,
                     .source = 0};
  };
  EXPECT_THAT(house.line("open.example"),
              HasSubstr(R"("kind":"dns_answer","type":"AAAA","name":"open.example",)"
                        R"("answer":"cdn.game.example","verdict":"block","reason":"category",)"
                        R"("category":"games","list":"games-one","rule":"||game.example^")"));
  house.change = [](Event& event) {
    event.kind = policy::Kind::DnsAnswer;
    event.set_answer(*IpAddress::from_text("203.0.113.7"));
    event.verdict = {.action = Action::Block,
                     .reason = Reason::Category,
                     .rule_kind = policy::RuleKind::List,
                     .category = 0,
                     .source = 3};
  };
  EXPECT_THAT(house.line("open.example"),
              HasSubstr(R"("answer":"203.0.113.7","verdict":"block","reason":"category",)"
                        R"("category":"games","list":"play-addresses","rule":"203.0.113.0/24")"));
}

TEST(EventLine, IsSilentOnAnAnswerOfASensitiveCategory) {
  House house;
  house.maker.list("harm-addresses", 1, {"203.0.113.66"});
  house.change = [](Event& event) { event.set_answer(name_of("www.clinic.example")); };
  EXPECT_THAT(house.line("open.example"), HasSubstr(R"("name":null,"answer":null)"));
  house.change = [](Event& event) { event.set_answer(*IpAddress::from_text("203.0.113.66")); };
  EXPECT_THAT(house.line("open.example"), HasSubstr(R"("name":null,"answer":null)"));
  house.change = [](Event& event) { event.set_answer(*IpAddress::from_text("203.0.113.67")); };
  EXPECT_THAT(house.line("open.example"), HasSubstr(R"("answer":"203.0.113.67")"));
}

TEST(EventLine, OfAnotherGenerationNamesNothing) {
  House house;
  house.change = [](Event& event) { event.policy_generation += 1; };
  const std::string line = house.line("www.game.example");
  EXPECT_THAT(line, HasSubstr(R"("device":null,"profile":null)"));
  EXPECT_THAT(line,
              HasSubstr(R"("name":null,"answer":null,"verdict":"block","reason":"category",)"));
}

TEST(EventLine, NamesTypesItDoesNotKnowByNumber) {
  House house;
  house.change = [](Event& event) { event.record_type = 4711; };
  EXPECT_THAT(house.line("open.example"), HasSubstr(R"("type":"TYPE4711")"));
}

TEST(Event, CarriesTheNameOverARing) {
  Event event;
  EXPECT_TRUE(event.name().is_root());
  event.set_name(name_of("www.site.example"));
  const Event copy = event;
  EXPECT_EQ(copy.name(), name_of("www.site.example"));
}

TEST(JsonText, EscapesWhatJsonForbids) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"plain", R"("plain")"},
      {"\"\\", R"("\"\\")"},
      {"a\nb\tc\r", R"("a\nb\tc\r")"},
      {std::string_view("\0\x1f\x7f", 3), R"("\u0000\u001f\u007f")"},
      {"민지", "\"민지\""},
      {"\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\""},
      {"\xff", "\"\xef\xbf\xbd\""},
      {"a\xc3", "\"a\xef\xbf\xbd\""},                                // cut short
      {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                  // overlong
      {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},  // a surrogate
      {"\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
  };
  for (const auto& [text, json] : rows) {
    std::string out;
    append_json(out, text);
    EXPECT_EQ(out, json);
  }
}

// Long texts are taken several octets at a time; what needs an escape is found wherever it stands.
TEST(JsonText, EscapesAtEveryPlace) {
  const std::pair<std::string_view, std::string_view> specials[] = {{"\"", "\\\""},
                                                                    {"\\", "\\\\"},
                                                                    {"\x1f", "\\u001f"},
                                                                    {"\x7f", "\\u007f"},
                                                                    {"\xff", "\xef\xbf\xbd"},
                                                                    {"é", "é"},
                                                                    {" ", " "},
                                                                    {"~", "~"},
                                                                    {"!", "!"}};
  for (const auto& [special, json] : specials) {
    for (std::size_t before = 0; before < 20; ++before) {
      for (std::size_t behind = 0; behind < 20; ++behind) {
        std::string out;
        append_json(out, std::string(before, 'a').append(special).append(behind, 'z'));
        EXPECT_EQ(out, fmt::format("\"{:a>{}}{}{:z>{}}\"", "", before, json, "", behind));
      }
    }
  }
}

struct KeptCase {
  const char* what;
  Action action;
  Reason reason;
  bool watched;
  bool at_blocked;  // at levels none and counters nothing is kept
  bool at_all;
};

TEST(IsKept, FollowsTheProfilesLevel) {
  const KeptCase cases[] = {
      {"a block", Action::Block, Reason::Category, false, true, true},
      {"a block that was only watched", Action::Allow, Reason::Category, true, true, true},
      {"a watched one that was rewritten", Action::Rewrite, Reason::Category, true, true, true},
      {"an allow", Action::Allow, Reason::NoRuleMatched, false, false, true},
      {"a rewritten search", Action::Rewrite, Reason::SafeSearch, false, false, true},
      {"a help line is never recorded", Action::Allow, Reason::Help, false, false, false},
      {"a locked hit is never tied to a person", Action::Block, Reason::Locked, false, false,
       false},
  };
  for (const KeptCase& row : cases) {
    Verdict verdict;
    verdict.action = row.action;
    verdict.reason = row.reason;
    verdict.watched = row.watched;
    const auto kept = [&](LogLevel level) {
      policy::Profile profile;
      profile.log = level;
      return is_kept(profile, verdict);
    };
    EXPECT_FALSE(kept(LogLevel::None)) << row.what;
    EXPECT_FALSE(kept(LogLevel::Counters)) << row.what;
    EXPECT_EQ(kept(LogLevel::Blocked), row.at_blocked) << row.what;
    EXPECT_EQ(kept(LogLevel::All), row.at_all) << row.what;
  }
}

TEST(IsKept, NeverKeepsASearchThatCallsForHelp) {
  Verdict verdict;
  verdict.help = 3;
  policy::Profile profile;
  profile.log = LogLevel::All;
  for (const Action action : {Action::Allow, Action::Block, Action::Rewrite}) {
    verdict.action = action;
    EXPECT_FALSE(is_kept(profile, verdict));
  }
}

}  // namespace
}  // namespace haetae::event
