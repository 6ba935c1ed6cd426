#include "config/yaml_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/limits.h"
#include "config/utf8.h"
#include "support/guarded_bytes.h"

namespace haetae::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> faults_of(std::string_view text) {
  Faults faults;
  parse_yaml(text, "f.yaml", faults);
  std::vector<std::string> lines;
  for (const Fault& fault : faults) lines.push_back(to_text(fault));
  return lines;
}

Node tree_of(std::string_view text) {
  Faults faults;
  const auto node = parse_yaml(text, "f.yaml", faults);
  EXPECT_THAT(faults, IsEmpty());
  return node ? *node : Node{};
}

TEST(YamlFile, KnowsTheLineOfEveryValueAndKey) {
  const Node root = tree_of("a: 1\nb:\n  - x\n  - {c: y}\n");
  EXPECT_EQ(root.find("a")->value.line, 1);
  EXPECT_EQ(root.find("b")->line, 2);
  EXPECT_EQ(root.find("b")->value.items[0].line, 3);
  EXPECT_EQ(root.find("b")->value.items[1].find("c")->value.text, "y");
  EXPECT_EQ(root.find("b")->value.items[1].find("c")->line, 4);
  EXPECT_EQ(root.find("missing"), nullptr);
}

TEST(YamlFile, TakesClosedQuotesOfEveryKind) {
  EXPECT_EQ(tree_of("a: \"x\\\"y\"").find("a")->value.text, "x\"y");
  EXPECT_EQ(tree_of("a: 'it''s'\n# don't\n").find("a")->value.text, "it's");
  EXPECT_EQ(tree_of("\xef\xbb\xbf"
                    "a: &q \"x\"\n")
                .find("a")
                ->value.text,
            "x");
  EXPECT_EQ(tree_of("a: ''").find("a")->value.text, "");
}

TEST(YamlFile, HoldsNothingForAnEmptyText) {
  EXPECT_EQ(tree_of("").kind, Node::Kind::Null);
  EXPECT_EQ(tree_of("# only a comment\n").kind, Node::Kind::Null);
}

TEST(YamlFile, WritesAliasesAndMergeKeysOut) {
  const Node root = tree_of("base: &b {x: 1, y: 2}\nsame: *b\nmore: {<<: *b, y: 3, z: 4}\n");
  EXPECT_EQ(root.find("same")->value.find("x")->value.text, "1");
  const Node& more = root.find("more")->value;
  EXPECT_EQ(more.find("x")->value.text, "1");
  EXPECT_EQ(more.find("y")->value.text, "3") << "what is written beside a merge key wins";
  EXPECT_EQ(
      tree_of("base: &b {y: 2}\nmore: {y: 3, <<: *b}\n").find("more")->value.find("y")->value.text,
      "3")
      << "in either order";
}

struct TextCase {
  std::string_view why;
  std::string_view text;
  std::string_view line;
};

constexpr TextCase kBadTexts[] = {
    {"a bracket that is not closed", "a: 1\nb: [x, y\n", "f.yaml:3: this is not YAML:"},
    {"a quote that is not closed", "a: \"x\n\n",
     "f.yaml:1: a quote opens here and never closes; close it on the same line"},
    {"a quote that swallows the rest", "é: 1\nb: [&x 'it''s\nc: 3]\n",
     "f.yaml:2: a quote opens here and never closes"},
    {"a quote behind a tag", "a: 1\nb: !!str 'it''s\nc: 3\n",
     "f.yaml:2: a quote opens here and never closes"},
    {"a quote on a line of other scripts", "민지: \"아이\n", "f.yaml:1: a quote opens here"},
    {"two keys on a line", "a: b: c\n", "f.yaml:1: this is not YAML:"},
    {"a tab as indentation", "a:\n\tb: 1\n",
     "f.yaml:2: a tab stands in the indentation; indent with spaces"},
    {"a key twice", "a: 1\na: 2\n", "f.yaml:2: 'a' is written twice in one section"},
    {"a list as key", "? [x]\n: 1\n", "f.yaml:1: a key must be a word"},
    {"two documents", "a: 1\n---\nb: 1\n", "the file holds a second document"},
    {"an alias of nothing", "a: *b\n", "f.yaml:1:"},
    {"an alias inside what it names", "a: &a [*a]\n", "f.yaml:1:"},
    {"a merge of no section", "a: {<<: 1}\n", "f.yaml:1: '<<' takes one section"},
};

TEST(YamlFile, SaysWhatIsWrongWithAText) {
  for (const TextCase& c : kBadTexts) {
    EXPECT_THAT(faults_of(c.text), ElementsAre(HasSubstr(std::string(c.line)))) << c.why;
  }
}

TEST(YamlFile, RefusesBytesThatAreNoText) {
  using std::string_view_literals::operator""sv;
  EXPECT_THAT(faults_of("a: 1\nb: \0\n"sv),
              ElementsAre("f.yaml:2: a byte here is no text; save the file as UTF-8"));
  EXPECT_THAT(faults_of("a: \xff\xfe\n"), ElementsAre(HasSubstr("f.yaml:1: a byte here")));
}

TEST(YamlFile, RefusesWhatIsTooLargeOrTooDeep) {
  EXPECT_THAT(faults_of(std::string(limits::kYamlFileBytesMax + 1, ' ')),
              ElementsAre("f.yaml: the file is larger than 4 MB; names in bulk belong into a list "
                          "file"));
  EXPECT_THAT(faults_of(std::string(200, '[') + std::string(200, ']')),
              ElementsAre(HasSubstr("too deep")));
  EXPECT_THAT(faults_of(std::string(100'000, '[')), ElementsAre(HasSubstr("too deep")));
  std::string many = "[";
  for (std::size_t i = 0; i <= limits::kYamlNodesMax; ++i) many += "a,";
  EXPECT_THAT(faults_of(many + "]"), ElementsAre(HasSubstr("holds too many values")));
}

TEST(YamlFile, StopsABillionLaughsBeforeTheyFillTheMemory) {
  std::string text = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n";
  for (int i = 1; i < 12; ++i) {
    text += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i,
                        i - 1);
  }
  EXPECT_THAT(faults_of(text),
              ElementsAre(HasSubstr("too large once its aliases are written out")));
  const std::string long_text = fmt::format("a: &a {}\nb: [{}]\n", std::string(1 << 20, 'x'), [] {
    std::string aliases;
    for (int i = 0; i < 1000; ++i) aliases += "*a, ";
    return aliases;
  }());
  EXPECT_THAT(faults_of(long_text), ElementsAre(HasSubstr("too large once its aliases")));
}

TEST(YamlFile, ReadsManyKeysOfOneSectionInTime) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += fmt::format("k{}: 1\n", i);
  EXPECT_EQ(tree_of(text).entries.size(), 200'000u);
}

TEST(YamlFile, SurvivesEveryPrefixOfAGoodText) {
  constexpr std::string_view kText =
      "site: &s {name: \"김씨네\", kind: home}\nlist:\n  - [a, 'b', \"c\\n\"]\n  - *s\n  - |\n"
      "    block\n  - >-\n    folded\n? x\n: !!str y\nm: {<<: *s, z: ~}\n";
  for (std::size_t size = 0; size <= kText.size(); ++size) {
    const haetae::test::GuardedBytes guarded(as_bytes(kText.substr(0, size)));
    Faults faults;
    parse_yaml(as_text(guarded), "f.yaml", faults);
  }
  EXPECT_THAT(faults_of(kText), IsEmpty());
}

struct Utf8Case {
  std::string_view why;
  std::string_view text;
  std::size_t bad_at;
};

TEST(Utf8, FindsTheFirstOctetThatIsNoText) {
  const Utf8Case cases[] = {
      {"ASCII", "abc", 3},
      {"two, three and four octets", "é한😀", 9},
      {"a lone continuation", "a\x80", 1},
      {"an overlong slash", "\xc0\xaf", 0},
      {"an overlong of three octets", "a\xe0\x80\xaf", 1},
      {"half a surrogate pair", "\xed\xa0\x80", 0},
      {"beyond the last code point", "\xf4\x90\x80\x80", 0},
      {"a sequence cut short", "ab\xe4\xb8", 2},
      {"an octet that never stands in UTF-8", "abc\xff", 3},
  };
  for (const Utf8Case& c : cases) EXPECT_EQ(first_bad_utf8(c.text), c.bad_at) << c.why;
}

TEST(Utf8, TakesADashForAHyphen) {
  EXPECT_EQ(with_hyphens("7–9 a-b–"), "7-9 a-b-");
}

}  // namespace
}  // namespace haetae::config
