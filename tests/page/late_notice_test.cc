// What ends a page that told late what it is.
#include "page/late_notice.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "page/scene.h"

namespace haetae::page {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(LateNotice, IsAsciiInEveryLanguageAndSmall) {
  const Site site = site_of(kHome);
  for (const std::string_view language : {"en", "ko", "es", "zh-CN", "ja", "vi"}) {
    const std::string notice = late_notice(site, language);
    EXPECT_LE(notice.size(), 1024U) << language;
    EXPECT_TRUE(std::ranges::all_of(notice, [](char c) { return c >= ' ' && c < 0x7f; })) << notice;
  }
  EXPECT_THAT(late_notice(site, "en"), HasSubstr(">This page is closed<br>You did nothing wrong."));
  EXPECT_THAT(late_notice(site, "ko"), HasSubstr("lang=\"ko\""));
  EXPECT_THAT(late_notice(site, "ko"), HasSubstr("&#51060; &#54168;&#51060;&#51648;"));
}

TEST(LateNotice, LeadsToTheDevicesOwnPageWhereThereIsOne) {
  const Site site = site_of(kHome);
  EXPECT_THAT(late_notice(site, "en"), HasSubstr("<a href=\"" + site.url() + "\">"));
  EXPECT_THAT(late_notice(site_of(), "en"), Not(HasSubstr("<a")));
}

}  // namespace
}  // namespace haetae::page
