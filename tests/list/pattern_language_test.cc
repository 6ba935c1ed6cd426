#include "list/pattern_language.h"

#include <gmock/gmock.h>

#include <string>

#include "list/re2_engine.h"

namespace haetae::list {
namespace {

TEST(PatternLanguage, BringsExpressionsToOneForm) {
  struct Case {
    const char* what;
    const char* written;
    const char* normal;
  };
  constexpr Case kCases[] = {
      {"letters become lower case, in classes too", "ABc[D-F]", "abc[d-f]"},
      {"$ is the very end", "tv[0-9]+$", "tv[0-9]+\\z"},
      {"groups keep nothing", "(a|b)", "(?:a|b)"},
      {"white space is spelled out", "a\\sb", "a[\\t\\n\\f\\r\\x20]b"},
      {"white space in a class too", "[\\s-]", "[\\t\\n\\f\\r\\x20\\-]"},
      {"a \\ that is not needed goes", "\\_\\<\\.", "_<\\."},
      {"counts stay", "a{2}b{1,}c{0,3}", "a{2}b{1,}c{0,3}"},
      {"other scripts stay", "카지노", "카지노"},
      {"a ^ inside a class is a character", "[a^]", "[a\\^]"},
      {"a set ends no range", "[\\d-]", "[\\d\\-]"},
  };
  for (const Case& c : kCases) {
    const auto normal = normalise_expression(c.written);
    ASSERT_TRUE(normal.has_value()) << c.what << ": " << normal.error();
    EXPECT_EQ(*normal, c.normal) << c.what;
    EXPECT_EQ(expression_fault(*normal), std::nullopt) << c.what;
  }
}

TEST(PatternLanguage, RefusesWhatEnginesDoNotShare) {
  struct Case {
    const char* what;
    const char* written;
  };
  constexpr Case kCases[] = {
      {"nothing", ""},
      {"look-ahead", "a(?=b)"},
      {"look-behind", "(?<!a)b"},
      {"flags", "(?i)a"},
      {"a named group", "(?P<n>a)"},
      {"a back-reference", "(a)\\1"},
      {"a word boundary", "\\bsex\\b"},
      {"a Unicode class", "\\pL"},
      {"a named class", "[[:alpha:]]"},
      {"a lazy repeat", "a+?"},
      {"a possessive repeat", "a++"},
      {"a repeat of nothing", "*a"},
      {"a repeat after |", "a|+"},
      {"a repeat of an anchor", "^*a"},
      {"a repeat of half a character", "카+"},
      {"a count without a number", "a{,3}"},
      {"a count that runs backwards", "a{3,1}"},
      {"a count of nothing", "a{0}"},
      {"a count that is too large", "a{1,101}"},
      {"a count that never ends", "a{1"},
      {"a number beyond any", "a{99999999999999999999}"},
      {"an open group", "(a"},
      {"a closed group", "a)"},
      {"an open class", "[a"},
      {"an empty class", "[]"},
      {"a lone bracket", "a]"},
      {"a lone brace", "a}"},
      {"a range that runs backwards", "[z-a]"},
      {"a range of mixed kinds", "[0-z]"},
      {"a range from a set", "[\\d-z]"},
      {"a range to a set", "[a-\\d]"},
      {"another script in a class", "[가나]"},
      {"a \\ at the end", "a\\"},
      {"a control character", "a\nb"},
  };
  for (const Case& c : kCases) {
    EXPECT_FALSE(normalise_expression(c.written).has_value()) << c.what;
  }
  EXPECT_FALSE(normalise_expression(std::string(513, 'a')).has_value());
  EXPECT_FALSE(normalise_expression(std::string(17, '(') + "a" + std::string(17, ')')).has_value());
  EXPECT_TRUE(normalise_expression(std::string(16, '(') + "a" + std::string(16, ')')).has_value());
}

TEST(PatternLanguage, RefusesWhatMatchesEveryText) {
  for (const char* const written : {"a*", "(a|)", "^", "$", "^$", "a?b?", "(?:)"}) {
    const auto normal = normalise_expression(written);
    ASSERT_TRUE(normal.has_value()) << written;
    EXPECT_TRUE(expression_fault(*normal).has_value()) << written;
  }
}

TEST(PatternLanguage, EscapesLiterals) {
  EXPECT_EQ(escape_literal("a.b-C(1)"), "a\\.b\\-c\\(1\\)");
  EXPECT_EQ(escape_literal("카지노"), "카지노");
}

}  // namespace
}  // namespace haetae::list
