#include "list/report.h"

#include <gmock/gmock.h>

namespace haetae::list {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

ImportReport sample() {
  ImportReport report;
  report.name = "adult-one";
  report.category = "adult";
  report.format = Format::Domains;
  report.source_bytes = 3'712'740;
  report.source_digest = 0xfedcba9876543210;
  report.import_digest = 17;
  report.line_count = 228'970;
  report.blank_count = 3;
  report.rule_count = 228'964;
  report.address_count = 1'206;
  report.widened_count = 1;
  auto& skipped = report.skipped[static_cast<std::size_t>(SkipReason::NotAHostName)];
  skipped.count = 2;
  skipped.examples = {{17, "odd\tname\\\n\x01\xff"}, {19, ""}};
  report.quarantined_count = 2;
  report.quarantined = {{4, Quarantine::ProtectedName, "||search.example^"},
                        {9, Quarantine::TooWide, "0.0.0.0/0"}};
  return report;
}

TEST(ImportReport, ReadsBackWhatItWrote) {
  ImportReport refused;
  refused.name = "two";
  refused.declared = Format::Rpz;
  refused.refusal = "it is empty";
  const std::string text = write_reports(std::vector{sample(), refused});
  const auto reports = read_reports(text);
  ASSERT_TRUE(reports.has_value()) << reports.error();
  ASSERT_THAT(*reports, SizeIs(2));
  EXPECT_EQ(write_reports(*reports), text);
  const ImportReport& first = reports->front();
  EXPECT_EQ(first.name, "adult-one");
  EXPECT_EQ(first.source_digest, 0xfedcba9876543210);
  EXPECT_EQ(first.rule_count, 228'964U);
  EXPECT_EQ(first.address_count, 1'206U);
  EXPECT_EQ(first.skipped[static_cast<std::size_t>(SkipReason::NotAHostName)].examples[0].text,
            "odd\tname\\\n\x01\xff");
  EXPECT_EQ(first.quarantined[0].why, Quarantine::ProtectedName);
  EXPECT_TRUE(reports->back().refused());
  EXPECT_EQ(reports->back().declared, Format::Rpz);
}

TEST(ImportReport, IsPrintableText) {
  for (const char c : write_reports(std::vector{sample()})) {
    EXPECT_TRUE(c == '\n' || c == '\t' || (c >= ' ' && c < 127));
  }
}

TEST(ImportReport, RefusesEveryLineItDoesNotUnderstand) {
  EXPECT_FALSE(read_reports("something else\n").has_value());
  for (const std::string_view line :
       {"unknown\t1", "rules\tmany", "rules\t-1", "format\tnone", "skipped\tno-such-reason\t1",
        "skipped\thas-path", "example\thas-path\tx\ty", "quarantined\tnone\t1\tx", "refused\t\\q",
        "quarantined\tprotected-name\t99999999999\tx", "category\t\\x4"}) {
    const std::string text = "haetae import reports 1\nlist\tone\n" + std::string(line) + "\n";
    const auto reports = read_reports(text);
    ASSERT_FALSE(reports.has_value()) << line;
    EXPECT_THAT(reports.error(), HasSubstr("line 3")) << line;
  }
}

TEST(ImportReport, NeedsALineThatNamesTheListFirst) {
  EXPECT_FALSE(read_reports("haetae import reports 1\nrules\t1\n").has_value());
  EXPECT_THAT(*read_reports("haetae import reports 1\n"), SizeIs(0));
}

TEST(ImportReport, ReadsNoPrefixAsMoreThanItHolds) {
  const std::string text = write_reports(std::vector{sample()});
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto reports = read_reports(std::string_view(text).substr(0, size));
    EXPECT_LE(reports ? reports->size() : 0, 1U);
  }
}

TEST(ImportReport, TellsAPersonWhatBecameOfTheList) {
  const std::string text = describe(sample());
  EXPECT_THAT(text,
              HasSubstr("adult-one (adult): 228,964 rules from 228,970 lines, format domains, "
                        "detected; 2 skipped, 2 quarantined"));
  EXPECT_THAT(text, HasSubstr("1,206 of the rules are addresses and networks"));
  EXPECT_THAT(text, HasSubstr("line 9: 0.0.0.0/0 would block a large part of the internet"));
  EXPECT_THAT(text, HasSubstr("skipped 2: not a host name"));
  EXPECT_THAT(text, HasSubstr("line 17: odd\\x09name"));
  EXPECT_THAT(text, HasSubstr("line 4: ||search.example^ would block a protected name"));
  ImportReport refused = sample();
  refused.refusal = "it is empty";
  EXPECT_THAT(describe(refused), HasSubstr("REFUSED: it is empty"));
}

TEST(SkipReason, EachHasAnIdAndASentence) {
  for (std::size_t i = 0; i < kSkipReasonCount; ++i) {
    const auto reason = static_cast<SkipReason>(i);
    EXPECT_EQ(skip_reason_of(id_of(reason)), reason);
    EXPECT_EQ(describe(reason).empty(), reason == SkipReason::None) << id_of(reason);
  }
  EXPECT_EQ(skip_reason_of("no-such-reason"), std::nullopt);
}

TEST(Format, EachIdOfTheConfigurationIsKnown) {
  for (const std::string_view id : {"auto", "hosts", "domains", "wildcard", "adblock", "dnsmasq",
                                    "pihole-regex", "rpz", "urls", "regex", "addresses"}) {
    const auto format = format_of(id);
    ASSERT_TRUE(format.has_value()) << id;
    EXPECT_EQ(id_of(*format), id);
  }
  EXPECT_EQ(format_of("Hosts"), std::nullopt);
  EXPECT_THAT(formats(), SizeIs(kFormatCount));
}

}  // namespace
}  // namespace haetae::list
