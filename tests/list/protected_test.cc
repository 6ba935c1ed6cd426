#include "list/protected.h"

#include <gmock/gmock.h>

#include "list/public_suffix.h"
#include "support/test_data.h"

namespace haetae::list {
namespace {

using testing::HasSubstr;

constexpr std::string_view kText =
    "# names that no list may block\n"
    "search.example\n"
    "social.example social  # its own site\n"
    "mail.portal.example\n"
    "blogspot.com blogs\n"
    "한국.example\n"
    "\n";

Rule rule_of(std::string_view text) {
  Rule rule;
  if (text.starts_with("@@")) {
    rule.action = RuleAction::Allow;
    text.remove_prefix(2);
  }
  rule.scope = text.starts_with("||") ? RuleScope::Subtree : RuleScope::Exact;
  if (text.starts_with("||")) text.remove_prefix(2);
  rule.name = name_of(text);
  return rule;
}

struct ProtectedCase {
  std::string_view what;
  std::string_view rule;
  std::string_view category;
  Quarantine expected;
};

constexpr ProtectedCase kCases[] = {
    {"a protected name", "search.example", "adult", Quarantine::ProtectedName},
    {"its whole site", "||search.example", "adult", Quarantine::ProtectedName},
    {"its www name", "www.search.example", "adult", Quarantine::ProtectedName},
    {"a name below it is another matter", "ads.search.example", "ads", Quarantine::None},
    {"a site below it, too", "||ads.search.example", "ads", Quarantine::None},
    {"a name beside it", "research.example", "adult", Quarantine::None},
    {"a name in another script", "xn--3e0b707e.example", "adult", Quarantine::ProtectedName},
    {"a site above it", "||portal.example", "adult", Quarantine::AboveProtected},
    {"the name above it alone", "portal.example", "adult", Quarantine::None},
    {"the list's own site", "||social.example", "social", Quarantine::None},
    {"its www name", "www.social.example", "social", Quarantine::None},
    {"the same site in another list", "||social.example", "adult", Quarantine::ProtectedName},
    {"an exception blocks nothing", "@@||search.example", "adult", Quarantine::None},
    {"a registry's suffix", "||co.kr", "adult", Quarantine::RegistrySuffix},
    {"even by its name alone", "co.kr", "adult", Quarantine::RegistrySuffix},
    {"a registry's suffix by a star rule", "||anything.ck", "adult", Quarantine::RegistrySuffix},
    {"an exception of a star rule", "||www.ck", "adult", Quarantine::None},
    {"a site that lends names", "||github.io", "adult", Quarantine::PrivateSuffix},
    {"its own page alone", "github.io", "adult", Quarantine::None},
    {"a customer of it", "||someone.github.io", "adult", Quarantine::None},
    {"such sites are what this category is about", "||duckdns.org", "dynamic-dns",
     Quarantine::None},
    {"a registry's suffix is not", "||co.kr", "dynamic-dns", Quarantine::RegistrySuffix},
    {"a list's own site that lends names", "||blogspot.com", "blogs", Quarantine::None},
    {"the same in another list", "||blogspot.com", "adult", Quarantine::ProtectedName},
    {"an unknown top-level name", "||x.unknowntld", "adult", Quarantine::None},
};

TEST(Protected, JudgesEachEntryAsItsRowSays) {
  const auto names = Protected::from_text(kText, "protected.txt");
  ASSERT_TRUE(names.has_value()) << names.error();
  EXPECT_EQ(names->name_count(), 5U);
  for (const ProtectedCase& row : kCases) {
    EXPECT_EQ(id_of(names->check(rule_of(row.rule), row.category)), id_of(row.expected))
        << row.what << ": " << row.rule;
  }
}

struct AddressCase {
  std::string_view what;
  std::string_view prefix;
  std::string_view category;
  Quarantine expected;
};

constexpr AddressCase kAddressCases[] = {
    {"an address", "192.0.2.7", "malware", Quarantine::None},
    {"a network", "192.0.2.0/24", "malware", Quarantine::None},
    {"one of IPv6", "2001:db8:7::/48", "malware", Quarantine::None},
    {"the whole internet", "0.0.0.0/0", "malware", Quarantine::TooWide},
    {"the whole IPv6 internet", "::/0", "malware", Quarantine::TooWide},
    {"a two hundred and fifty-sixth of it", "9.0.0.0/8", "malware", Quarantine::TooWide},
    {"just too wide", "9.0.0.0/11", "malware", Quarantine::TooWide},
    {"just narrow enough", "9.0.0.0/12", "malware", Quarantine::None},
    {"a registry's block of IPv6", "2400::/12", "malware", Quarantine::TooWide},
    {"the router", "192.168.0.1", "malware", Quarantine::NoSite},
    {"this machine", "127.0.0.1", "ads", Quarantine::NoSite},
    {"the null address", "0.0.0.0", "ads", Quarantine::NoSite},
    {"the null address of IPv6", "::", "ads", Quarantine::NoSite},
    {"the provider's own network", "100.64.0.0/12", "ads", Quarantine::NoSite},
    {"link-local", "fe80::1", "ads", Quarantine::NoSite},
    {"unique local", "fd00:1::/32", "ads", Quarantine::NoSite},
    {"multicast", "239.255.255.250", "ads", Quarantine::NoSite},
    {"all of IPv4 behind NAT64", "64:ff9b::/96", "ads", Quarantine::NoSite},
    {"a local address behind a form of IPv6", "::10", "ads", Quarantine::NoSite},
    {"a shared address", "203.0.113.9", "malware", Quarantine::ProtectedAddress},
    {"a network around shared ones", "203.0.112.0/20", "malware", Quarantine::ProtectedAddress},
    {"a network beside them", "203.0.114.0/24", "malware", Quarantine::None},
    {"a resolver in a list of resolvers", "198.51.100.53", "bypass", Quarantine::None},
    {"a resolver in another list", "198.51.100.53", "ads", Quarantine::ProtectedAddress},
    {"a resolver inside a shared network", "2001:db8:cd::53", "bypass", Quarantine::None},
    {"its neighbour", "2001:db8:cd::54", "bypass", Quarantine::ProtectedAddress},
    {"a network around a resolver, in a list of resolvers", "198.51.100.0/24", "bypass",
     Quarantine::None},
    {"the same in another list", "198.51.100.0/24", "ads", Quarantine::ProtectedAddress},
    {"a shared prefix of IPv6", "2001:db8:cd::1", "ads", Quarantine::ProtectedAddress},
};

TEST(Protected, JudgesEachEntryForAddressesAsItsRowSays) {
  const auto names = Protected::from_text(
      "203.0.113.0/24\n198.51.100.53 bypass  # a resolver\n2001:db8:cd::/48\n"
      "2001:db8:cd::53 bypass\n",
      "protected.txt");
  ASSERT_TRUE(names.has_value()) << names.error();
  EXPECT_EQ(names->name_count(), 0U);
  for (const AddressCase& row : kAddressCases) {
    EXPECT_EQ(id_of(names->check(AddressRule{*Cidr::from_text(row.prefix)}, row.category)),
              id_of(row.expected))
        << row.what << ": " << row.prefix;
  }
}

TEST(Protected, TakesASiteWhoseProtectedNamesAreAllTheListsOwn) {
  const auto names = Protected::from_text("a.s.example social\nb.s.example social video\n", "p");
  ASSERT_TRUE(names.has_value());
  EXPECT_EQ(names->check(rule_of("||s.example"), "social"), Quarantine::None);
  EXPECT_EQ(names->check(rule_of("||s.example"), "video"), Quarantine::AboveProtected);
}

TEST(Protected, WithoutNamesProtectsThePublicSuffixes) {
  const Protected none;
  EXPECT_EQ(none.check(rule_of("||co.kr"), "adult"), Quarantine::RegistrySuffix);
  EXPECT_EQ(none.check(rule_of("||search.example"), "adult"), Quarantine::None);
}

TEST(Protected, SaysWhichLineIsNoName) {
  const auto names = Protected::from_text("a.example\nnot/a/name\n", "rules/protected.txt");
  ASSERT_FALSE(names.has_value());
  EXPECT_THAT(names.error(), HasSubstr("rules/protected.txt:2: 'not/a/name'"));
}

TEST(Protected, SaysWhichFileCannotBeRead) {
  const auto names = Protected::load("/nonexistent/protected.txt");
  ASSERT_FALSE(names.has_value());
  EXPECT_THAT(names.error(), HasSubstr("/nonexistent/protected.txt"));
}

TEST(Protected, LoadsAFileAndKnowsItsContent) {
  const test::TemporaryFolder folder;
  const auto names = Protected::load(folder.write("protected.txt", kText));
  ASSERT_TRUE(names.has_value()) << names.error();
  EXPECT_EQ(names->digest(), Protected::from_text(kText, "elsewhere")->digest());
  EXPECT_NE(names->digest(), Protected().digest());
}

TEST(PublicSuffix, TellsRegistriesFromSites) {
  EXPECT_EQ(public_suffix_kind(name_of("com")), PublicSuffix::Registry);
  EXPECT_EQ(public_suffix_kind(name_of("co.kr")), PublicSuffix::Registry);
  EXPECT_EQ(public_suffix_kind(name_of("github.io")), PublicSuffix::Private);
  EXPECT_EQ(public_suffix_kind(name_of("naver.com")), PublicSuffix::No);
  EXPECT_EQ(public_suffix_kind(name_of("xn--3e0b707e")), PublicSuffix::Registry);
  EXPECT_EQ(public_suffix_kind(name_of("example")), PublicSuffix::No);
  EXPECT_EQ(public_suffix_kind(Name()), PublicSuffix::No);
  EXPECT_EQ(public_suffix_kind(name_of("a\\000b.com")), PublicSuffix::No);
}

}  // namespace
}  // namespace haetae::list
