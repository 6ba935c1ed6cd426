#include "list/import.h"

#include <gmock/gmock.h>

#include "support/test_data.h"

namespace haetae::list {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Collector : public RuleSink {
 public:
  void take(const Rule& rule, std::uint32_t line) override {
    rules.push_back(std::to_string(line) + " " + to_text(rule));
  }
  void take_address(const AddressRule& rule, std::uint32_t line) override {
    rules.push_back(std::to_string(line) + " " + to_text(rule));
  }
  std::vector<std::string> rules;
};

std::expected<ImportReport, std::string> import_text(ImportSpec spec, std::string_view text,
                                                     Collector& rules) {
  auto source = SourceReader::over(as_bytes(text));
  if (!source) return std::unexpected(source.error());
  return import_list(spec, *source, rules);
}

// Of a list that is not refused.
std::vector<std::string> rules_of(const ImportSpec& spec, std::string_view text) {
  Collector collector;
  const auto report = import_text(spec, text, collector);
  EXPECT_TRUE(report.has_value()) << report.error();
  EXPECT_EQ(report->refusal, "");
  return collector.rules;
}

std::string refusal_of(const ImportSpec& spec, std::string_view text) {
  Collector collector;
  const auto report = import_text(spec, text, collector);
  EXPECT_TRUE(report.has_value()) << report.error();
  return report->refusal;
}

std::string many_names(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "name" + std::to_string(i) + ".example\n";
  return text;
}

const ImportReport::Skipped& skipped(const ImportReport& report, SkipReason reason) {
  return report.skipped[static_cast<std::size_t>(reason)];
}

TEST(ImportList, GivesTheRulesWithTheirLines) {
  EXPECT_THAT(rules_of({}, "# note\n0.0.0.0 a.example b.example\n\n0.0.0.0 c.example\n"),
              ElementsAre("2 a.example", "2 b.example", "4 c.example"));
  EXPECT_THAT(rules_of({}, "[Adblock]\n||a.example^\n@@||b.a.example^\n"),
              ElementsAre("2 ||a.example^", "3 @@||b.a.example^"));
}

TEST(ImportList, ReadsTheDeclaredFormatEvenIfAnotherLooksMoreLikely) {
  EXPECT_THAT(rules_of({.format = Format::Hosts}, "a.example\n"), ElementsAre("1 a.example"));
  EXPECT_THAT(rules_of({.format = Format::Auto}, "a.example\n"), ElementsAre("1 ||a.example^"));
}

TEST(ImportList, LetsMatchWinOverTheFormatAndTheLine) {
  const ImportSpec exact{.match = RuleScope::Exact};
  const ImportSpec subtree{.match = RuleScope::Subtree};
  EXPECT_THAT(rules_of(exact, "a.example\n*.b.example\n"),
              ElementsAre("1 a.example", "2 b.example"));
  EXPECT_THAT(rules_of(subtree, "0.0.0.0 a.example\n"), ElementsAre("1 ||a.example^"));
  EXPECT_THAT(rules_of(exact, "||a.example^\n"), ElementsAre("1 a.example"));
}

TEST(ImportList, ReportsWhatWasSkippedAndWhy) {
  Collector collector;
  const auto report =
      import_text({.name = "one", .category = "adult"},
                  "a.example\n0.0.0.0 192.0.2.1\n192.0.2.300\nb.example/path\n\n# note\n"
                  "some prose here\n",
                  collector);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->name, "one");
  EXPECT_EQ(report->category, "adult");
  EXPECT_EQ(report->format, Format::Domains);
  EXPECT_EQ(report->line_count, 7U);
  EXPECT_EQ(report->rule_count, 1U);
  EXPECT_EQ(report->blank_count, 2U);
  EXPECT_EQ(report->skipped_count(), 4U);
  EXPECT_EQ(skipped(*report, SkipReason::IsAddress).count, 2U);
  EXPECT_EQ(skipped(*report, SkipReason::IsAddress).examples[1].line, 3U);
  EXPECT_EQ(skipped(*report, SkipReason::HasPath).examples[0].text, "b.example/path");
  EXPECT_EQ(skipped(*report, SkipReason::Prose).count, 1U);
}

TEST(ImportList, KeepsABoundedNumberOfExamples) {
  std::string text = "a.example\n";
  for (int i = 0; i < 1000; ++i) text += "b.example/" + std::string(1000, 'x') + "\n";
  Collector collector;
  const auto report = import_text({.format = Format::Domains}, text, collector);
  ASSERT_TRUE(report.has_value());
  const auto& paths = skipped(*report, SkipReason::HasPath);
  EXPECT_EQ(paths.count, 1000U);
  EXPECT_THAT(paths.examples, SizeIs(limits::kReportExamplesMax));
  EXPECT_THAT(paths.examples[0].text, SizeIs(limits::kReportExcerptBytesMax));
}

TEST(ImportList, QuarantinesWhatWouldBlockProtectedNames) {
  const auto names = Protected::from_text("search.example\nsocial.example social\n", "p");
  Collector collector;
  const std::string text = "a.example\nsearch.example\nco.kr\nsocial.example\ngithub.io\n";
  const auto report =
      import_text({.category = "social", .protected_names = &*names}, text, collector);
  ASSERT_TRUE(report.has_value());
  EXPECT_FALSE(report->refused()) << report->refusal;
  EXPECT_THAT(collector.rules, ElementsAre("1 ||a.example^", "4 ||social.example^"));
  EXPECT_EQ(report->rule_count, 2U);
  EXPECT_EQ(report->quarantined_count, 3U);
  ASSERT_THAT(report->quarantined, SizeIs(3));
  EXPECT_EQ(report->quarantined[0].line, 2U);
  EXPECT_EQ(report->quarantined[0].rule, "||search.example^");
  EXPECT_EQ(report->quarantined[0].why, Quarantine::ProtectedName);
  EXPECT_EQ(report->quarantined[1].why, Quarantine::RegistrySuffix);
  EXPECT_EQ(report->quarantined[2].why, Quarantine::PrivateSuffix);
}

TEST(ImportList, JudgesTheScopeThatMatchGives) {
  const Protected suffixes;
  const ImportSpec wide{.match = RuleScope::Subtree, .protected_names = &suffixes};
  EXPECT_THAT(rules_of(wide, "0.0.0.0 a.example\n0.0.0.0 github.io\n"),
              ElementsAre("1 ||a.example^"));
}

TEST(ImportList, TakesAddressesFromListsOfNamesAndOfAddresses) {
  EXPECT_THAT(rules_of({}, "a.example\n203.0.113.7\n2001:db8::/32\n"),
              ElementsAre("1 ||a.example^", "2 203.0.113.7", "3 2001:db8::/32"));
  EXPECT_THAT(rules_of({.format = Format::Addresses}, "203.0.113.7\nb.example\n198.51.100.0/24\n"),
              ElementsAre("1 203.0.113.7", "3 198.51.100.0/24"));
  Collector collector;
  const auto report = import_text({}, "203.0.113.7\n203.0.113.8\n# note\n", collector);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->format, Format::Addresses);
  EXPECT_EQ(report->rule_count, 2U);
  EXPECT_EQ(report->address_count, 2U);
}

TEST(ImportList, QuarantinesAddressesThatNoListMayBlock) {
  const auto names = Protected::from_text("198.51.100.0/24\n", "p");
  Collector collector;
  const auto report = import_text({.category = "malware", .protected_names = &*names},
                                  "203.0.113.7\n192.168.1.1\n0.0.0.0/0\n198.51.100.9\n", collector);
  ASSERT_TRUE(report.has_value());
  EXPECT_THAT(collector.rules, ElementsAre("1 203.0.113.7"));
  ASSERT_THAT(report->quarantined, SizeIs(3));
  EXPECT_EQ(report->quarantined[0].why, Quarantine::NoSite);
  EXPECT_EQ(report->quarantined[0].rule, "192.168.1.1");
  EXPECT_EQ(report->quarantined[1].why, Quarantine::TooWide);
  EXPECT_EQ(report->quarantined[2].why, Quarantine::ProtectedAddress);
  EXPECT_EQ(report->rule_count, 1U);
  EXPECT_EQ(report->address_count, 1U);
}

TEST(ImportList, RefusesAListOfWhichTooMuchIsQuarantined) {
  std::string protected_text;
  for (int i = 0; i < 26; ++i) protected_text += "name" + std::to_string(i) + ".example\n";
  const auto names = Protected::from_text(protected_text, "p");
  const ImportSpec spec{.category = "adult", .protected_names = &*names};
  EXPECT_THAT(refusal_of(spec, many_names(100)), HasSubstr("26 of its 100 entries"));
  EXPECT_EQ(refusal_of(spec, many_names(1000)), "");
  EXPECT_EQ(refusal_of(spec, many_names(20)), "");  // few: a small list of one's own
}

TEST(ImportList, RefusesAListThatShrankByMoreThanHalf) {
  const ImportSpec spec{.previous_rule_count = 1000};
  EXPECT_THAT(refusal_of(spec, many_names(499)), HasSubstr("from 1000 rules to 499"));
  EXPECT_EQ(refusal_of(spec, many_names(500)), "");
  const ImportSpec small{.previous_rule_count = 99};
  EXPECT_EQ(refusal_of(small, many_names(1)), "");
}

TEST(ImportList, RefusesWhatIsNoList) {
  for (const Format format : {Format::Auto, Format::Domains}) {
    const ImportSpec spec{.format = format};
    EXPECT_THAT(refusal_of(spec, ""), HasSubstr("empty"));
    EXPECT_THAT(refusal_of(spec, "<!doctype html>\na.example\n"), HasSubstr("web page"));
    EXPECT_THAT(refusal_of(spec, std::string_view("a.example\n\0\n", 12)), HasSubstr("binary"));
    EXPECT_THAT(refusal_of(spec, "# nothing\n\n"), testing::Not(IsEmpty()));
  }
}

TEST(ImportList, SaysWhatIsWrongWhenTheDeclaredFormatFitsNoLine) {
  EXPECT_THAT(refusal_of({.format = Format::Domains}, "||a.example^\n||b.example^\n"),
              testing::AllOf(HasSubstr("no rule that could be read as 'domains'"),
                             HasSubstr("2 lines were skipped"), HasSubstr("a pattern")));
  EXPECT_THAT(refusal_of({.format = Format::Domains}, "# only\n# comments\n"),
              HasSubstr("every line is blank or a comment"));
}

TEST(ImportList, SaysWhichFormatsItDoesNotActOnYet) {
  for (const Format format : {Format::PiholeRegex, Format::Regex}) {
    Collector collector;
    const auto report = import_text({.format = format}, "a.example\n", collector);
    ASSERT_FALSE(report.has_value());
    EXPECT_THAT(report.error(), HasSubstr(std::string("'") + std::string(id_of(format)) + "' yet"));
  }
}

TEST(ImportList, SaysWhenASourceCannotBeRead) {
  Collector collector;
  const auto report = import_list({.path = "/nonexistent/list.txt"}, collector);
  ASSERT_FALSE(report.has_value());
  EXPECT_THAT(report.error(), HasSubstr("/nonexistent/list.txt"));
  EXPECT_FALSE(import_text({}, "\x1f\x8b\x08 not really packed", collector).has_value());
}

TEST(ImportList, SkipsLinesThatAreTooLongOrHoldNulOctets) {
  // Behind the head: a NUL octet in the head refuses the list.
  const std::string names = many_names(limits::kListHeadBytesMax / 10);
  const std::string text =
      names + std::string("a\0b.example\n", 12) + std::string(100'000, 'x') + "\nlast.example\n";
  Collector collector;
  const auto report = import_text({}, text, collector);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(skipped(*report, SkipReason::NulOctet).count, 1U);
  EXPECT_EQ(skipped(*report, SkipReason::LineTooLong).count, 1U);
  EXPECT_THAT(collector.rules.back(), HasSubstr("||last.example^"));
}

TEST(ImportList, CountsEntriesThatAreWiderThanTheirLines) {
  const auto widened = [](std::string_view text) {
    Collector collector;
    return import_text({.format = Format::Rpz}, text, collector)->widened_count;
  };
  EXPECT_EQ(widened("*.a.example CNAME .\n*.b.example CNAME .\n"), 2U);
  EXPECT_EQ(widened("a.example CNAME .\n*.a.example CNAME .\n*.b.example CNAME .\n"), 1U);
  EXPECT_EQ(widened("*.a.example CNAME .\na.example CNAME .\n"), 0U);
}

TEST(ImportList, DigestsSourceAndSettings) {
  const auto digest = [](ImportSpec spec, std::string_view text) {
    Collector collector;
    return import_text(spec, text, collector)->import_digest;
  };
  const std::uint64_t base = digest({}, "a.example\n");
  EXPECT_EQ(base, digest({.name = "another", .path = "elsewhere"}, "a.example\n"));
  EXPECT_EQ(base, import_digest_of({}, digest_of(as_bytes("a.example\n"))));
  EXPECT_NE(base, digest({}, "b.example\n"));
  EXPECT_NE(base, digest({.format = Format::Hosts}, "a.example\n"));
  EXPECT_NE(base, digest({.category = "adult"}, "a.example\n"));
  EXPECT_NE(base, digest({.match = RuleScope::Exact}, "a.example\n"));
}

TEST(FindLine, SaysOnWhichLineARuleStands) {
  const test::TemporaryFolder folder;
  const ImportSpec spec{
      .path =
          folder.write("l.txt", "# note\na.example\nsearch.example\na.example\n203.0.113.0/24\n")};
  EXPECT_EQ(find_line(spec, AddressRule{*Cidr::from_text("203.0.113.0/24")}), 5U);
  EXPECT_EQ(find_line(spec, AddressRule{*Cidr::from_text("203.0.113.0/25")}), std::nullopt);
  EXPECT_EQ(find_line(spec, Rule{.name = name_of("a.example")}), 2U);
  EXPECT_EQ(find_line(spec, Rule{.name = name_of("search.example")}), 3U);
  EXPECT_EQ(find_line(spec, Rule{.name = name_of("b.example")}), std::nullopt);
  EXPECT_EQ(find_line(spec, Rule{.name = name_of("a.example"), .scope = RuleScope::Exact}),
            std::nullopt);
  EXPECT_EQ(find_line({.path = folder.path() / "none"}, Rule{.name = name_of("a.example")}),
            std::nullopt);
}

}  // namespace
}  // namespace haetae::list
