#include "daemon/commands/explain_page.h"

#include <gmock/gmock.h>

#include "policy/page.h"
#include "support/policy_maker.h"
#include "support/test_data.h"

namespace haetae::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Family {
  Family() {
    adult = maker.category("adult");
    drugs = maker.category("drugs");
    self_harm = maker.category("self-harm");
    maker.help_category(self_harm);
    maker.phrase("porn videos", adult, 60);
    maker.phrase("contraception", adult, -20);
    maker.phrase("contraception", drugs, -20);
    maker.phrase("want to die", self_harm, 120);
    child = maker.profile("little");
    maker.at(child).blocked.set(adult);
    policy = maker.make();
  }

  std::string told(const SavedPage& page, bool as_json = false) const {
    const Name name = name_of("site.example");
    const policy::Request request{
        .who = {.device = 0, .profile = child}, .kind = policy::Kind::HttpBody, .name = &name};
    policy::Scratch scratch(*policy);
    const policy::Verdict verdict = decide_page(*policy, {}, request, page.facts(), scratch);
    const Explanation explanation{*policy, policy->profiles[child], request, verdict};
    std::string out;
    if (as_json) return page.json(explanation);
    page.write_text(explanation, out);
    return out;
  }

  test::PolicyMaker maker;
  std::shared_ptr<const policy::Policy> policy;
  policy::CategoryId adult, drugs, self_harm;
  policy::ProfileId child;
};

constexpr const char* kPage =
    "<!DOCTYPE html><title>Porn videos</title><meta name=rating content=adult>"
    "<p>Contraception, and I want to die.";

TEST(ExplainPage, TellsWhatCountedAndWhatThePageCallsItself) {
  const Family family;
  const test::TemporaryFolder folder;
  const auto page = SavedPage::read(folder.write("page.html", kPage), family.policy->phrases());
  ASSERT_TRUE(page.has_value()) << page.error();
  const std::string told = family.told(*page);
  EXPECT_THAT(told, HasSubstr("the page calls itself: adult\n"));
  EXPECT_THAT(told, HasSubstr("adult: 100 points of 100, enough to block\n"));
  EXPECT_THAT(told, HasSubstr(" +120 phrases/porn videos (in a title, too)\n"));
  EXPECT_THAT(told, HasSubstr("  -20 phrases/contraception\n"));
  EXPECT_THAT(told, Not(HasSubstr("drugs"))) << "nothing accuses the page of it";
}

TEST(ExplainPage, NeverTellsPhrasesOfHurtingOneself) {
  const Family family;
  const test::TemporaryFolder folder;
  const auto page = SavedPage::read(folder.write("page.html", kPage), family.policy->phrases());
  ASSERT_TRUE(page.has_value());
  for (const bool as_json : {false, true}) {
    const std::string told = family.told(*page, as_json);
    EXPECT_THAT(told, HasSubstr("self-harm"));
    EXPECT_THAT(told, Not(HasSubstr("want to die")));
  }
}

TEST(ExplainPage, SaysWhenThereIsNothingToRead) {
  const Family family;
  const test::TemporaryFolder folder;
  const auto picture = SavedPage::read(
      folder.write("x.png", std::string_view("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16)), nullptr);
  ASSERT_FALSE(picture.has_value());
  EXPECT_THAT(picture.error(), HasSubstr("nothing that people read as text"));
  const auto missing = SavedPage::read(folder.path() / "none.html", nullptr);
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error(), HasSubstr("cannot be read: No such file"));
}

}  // namespace
}  // namespace haetae::daemon
