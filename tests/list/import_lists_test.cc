#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>
#include <unordered_set>

#include "base/name_hash.h"
#include "list/import.h"
#include "support/rounds.h"
#include "support/test_data.h"

// Every real list of HAETAE_DATA, by its declared format and by detection.
namespace haetae::list {
namespace {

// Instrumented runs take the smaller lists only: the large ones cost minutes there.
constexpr std::uint64_t kPackedBytesMax = test::kIsSanitized ? 40'000 : 100'000'000;

struct ManifestRow {
  std::string file;
  std::string category;
  std::string format;
  std::uint64_t lines = 0;
  std::uint64_t unique_names = 0;
};

std::vector<ManifestRow> read_manifest() {
  std::vector<ManifestRow> rows;
  std::istringstream text(test::read_file(*test::data_folder() / "lists" / "manifest.tsv"));
  std::string line;
  std::getline(text, line);  // the heading
  while (std::getline(text, line)) {
    std::istringstream fields(line);
    ManifestRow row;
    std::string unique_names;
    std::getline(fields, row.file, '\t');
    std::getline(fields, row.category, '\t');
    std::getline(fields, row.format, '\t');
    fields >> row.lines >> unique_names;
    row.unique_names = unique_names == "-" ? 0 : std::stoull(unique_names);
    rows.push_back(std::move(row));
  }
  return rows;
}

// The manifest leaves out names that no registry could hold: a label that starts or ends in a
// hyphen, an end other than letters or an A-label. Lists hold them because somebody asked for them
// or cut them off; we take them, as DNS can ask for them.
bool is_counted_by_manifest(const Name& name) {
  for (std::size_t i = 0; i < name.label_count(); ++i) {
    const std::string_view label = as_text(name.label(i));
    if (label.starts_with('-') || label.ends_with('-')) return false;
  }
  const std::string_view last = as_text(name.label(name.label_count() - 1));
  return last.starts_with("xn--") || (last.size() > 1 && std::ranges::all_of(last, [](char c) {
                                        return c >= 'a' && c <= 'z';
                                      }));
}

// What else we take and the manifest does not: two names with a leading dot.
std::uint64_t difference_of(std::string_view file) {
  return file == "dynamic-dns-dynamic-dns-ut1.txt.zst" ? 2 : 0;
}

class Counter : public RuleSink {
 public:
  void take(const Rule& rule, std::uint32_t line) override {
    const std::uint64_t hash = hash_name(rule.name, {1, 2});
    if (is_counted_by_manifest(rule.name)) names.insert(hash);
    digest = (digest ^ hash ^ (static_cast<std::uint64_t>(rule.scope) << 1) ^
              static_cast<std::uint64_t>(rule.action) ^ line) *
             0x9e3779b97f4a7c15;
  }
  void take_address(const AddressRule& rule, std::uint32_t line) override {
    digest = (digest ^ digest_of(rule.prefix.address().octets()) ^ line) * 0x9e3779b97f4a7c15;
  }
  std::unordered_set<std::uint64_t> names;
  std::uint64_t digest = 0;  // of all rules in their order
};

TEST(RealLists, GiveTheNamesThatTheirManifestCounts) {
  HAETAE_NEEDS_DATA();
  const auto folder = *test::data_folder() / "lists";
  const Protected suffixes;
  for (const ManifestRow& row : read_manifest()) {
    if (row.format == "url-prefixes" || file_size(folder / row.file) > kPackedBytesMax) continue;
    ImportSpec spec{.path = folder / row.file,
                    .format = format_of(row.format).value(),
                    .category = row.category};
    Counter declared;
    const auto report = import_list(spec, declared);
    ASSERT_TRUE(report.has_value()) << report.error();
    EXPECT_EQ(report->refusal, "") << row.file;
    EXPECT_EQ(declared.names.size(), row.unique_names + difference_of(row.file))
        << row.file << "\n"
        << describe(*report);
    EXPECT_EQ(report->line_count, row.lines) << row.file;
    EXPECT_EQ(report->source_digest, digest_of_file(spec.path)) << row.file;

    spec.format = Format::Auto;
    spec.protected_names = &suffixes;
    Counter detected;
    const auto checked = import_list(spec, detected);
    ASSERT_TRUE(checked.has_value()) << checked.error();
    EXPECT_EQ(id_of(checked->format), row.format) << row.file;
    EXPECT_EQ(checked->refusal, "") << row.file << "\n" << describe(*checked);
    EXPECT_EQ(checked->rule_count + checked->quarantined_count, report->rule_count) << row.file;
    if (checked->quarantined_count > 0) continue;  // then fewer rules came through
    EXPECT_EQ(detected.digest, declared.digest) << row.file;
  }
}

TEST(RealLists, OfPagesAreFoundOutAndTakenNearlyWhole) {
  HAETAE_NEEDS_DATA();
  for (const ManifestRow& row : read_manifest()) {
    if (row.format != "url-prefixes") continue;
    Counter counter;
    const auto report = import_list({.path = *test::data_folder() / "lists" / row.file}, counter);
    ASSERT_TRUE(report.has_value()) << row.file << ": " << report.error();
    EXPECT_EQ(report->refusal, "") << row.file;
    EXPECT_EQ(report->format, Format::Urls) << row.file;
    EXPECT_LE(report->skipped_count() * 50, report->line_count) << row.file << describe(*report);
  }
}

// Browser rules, of which few speak of whole names.
TEST(RealLists, OfBrowserRulesGiveTheFewThatSpeakOfWholeNames) {
  HAETAE_NEEDS_DATA();
  const std::pair<std::string_view, std::uint64_t> rules[] = {
      {"ads-listkr-1st_domains.adblock", 114},
      {"ads-listkr-3rd_domains.adblock", 227},
      {"ads-listkr-allowlist.adblock", 1},
      {"ads-listkr-specific_URL.adblock", 0},
  };
  for (const auto& [file, count] : rules) {
    Counter counter;
    const auto report = import_list({.path = *test::data_folder() / "lists" / file}, counter);
    ASSERT_TRUE(report.has_value()) << report.error();
    EXPECT_EQ(report->format, Format::Adblock) << file;
    EXPECT_EQ(report->rule_count, count) << describe(*report, 20);
    EXPECT_EQ(report->line_count,
              report->rule_count + report->blank_count + report->skipped_count());
  }
}

TEST(RealLists, GiveAZonesPolicyOfManyActionsAndTriggers) {
  HAETAE_NEEDS_DATA();
  class Collector : public RuleSink {
   public:
    void take(const Rule& rule, std::uint32_t) override { rules.push_back(to_text(rule)); }
    void take_address(const AddressRule& rule, std::uint32_t) override {
      rules.push_back(to_text(rule));
    }
    std::vector<std::string> rules;
  } collector;
  const auto report =
      import_list({.path = *test::data_folder() / "lists" / "example-basic-pdns.rpz"}, collector);
  ASSERT_TRUE(report.has_value()) << report.error();
  EXPECT_THAT(collector.rules, testing::ElementsAre("nxdomain.org", "||nxdomain-apex.org^",
                                                    "@@mail.nxdomain-apix.org"));
  EXPECT_EQ(report->widened_count, 1U);
  EXPECT_EQ(report->skipped[static_cast<std::size_t>(SkipReason::RpzAction)].count, 8U);
  EXPECT_EQ(report->skipped[static_cast<std::size_t>(SkipReason::RpzTrigger)].count, 6U);
}

}  // namespace
}  // namespace haetae::list
