// rules/patterns on real names: how much they block that is innocent, how much that is listed.
#include <algorithm>
#include <cstdio>
#include <set>
#include <unordered_set>

#include "config/shipped_patterns.h"

namespace haetae::config {
namespace {

template <typename Use>
void for_each_line(std::string_view text, const Use& use) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    use(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string_view field(std::string_view line, int index) {
  for (; index > 0; --index) line.remove_prefix(std::min(line.find('\t'), line.size() - 1) + 1);
  return line.substr(0, line.find('\t'));
}

// The names of a plain, hosts, or RPZ list; lines that hold none are left out.
void add_names(const std::filesystem::path& file, std::set<Name>& names) {
  for_each_line(test::read_file(file), [&](std::string_view line) {
    if (line.empty() || std::string_view("#;$@!").contains(line.front())) return;
    for (const std::string_view address : {"0.0.0.0 ", "127.0.0.1 "}) {
      if (line.starts_with(address)) line.remove_prefix(address.size());
    }
    if (line.starts_with("*.")) line.remove_prefix(2);
    const auto name = Name::from_text(line.substr(0, line.find_first_of(" \t\r#")));
    if (name && name->label_count() > 1) names.insert(*name);
  });
}

std::set<Name> names_of_lists(std::string_view category) {
  std::set<Name> names;
  for (const auto& entry : std::filesystem::directory_iterator(*test::data_folder() / "lists")) {
    const std::string file = entry.path().filename();
    const bool plain = !file.contains("mixed") && !file.contains("subset");
    if (plain && file.starts_with(std::string(category) + "-")) add_names(entry.path(), names);
  }
  return names;
}

std::set<Name> popular_without_marks() {
  std::set<Name> names;
  for (const char* const file : {"popular-2023-65k.tsv.zst", "popular-2015-60k.tsv.zst"}) {
    const std::string text = test::read_file(*test::data_folder() / "popular" / file);
    for_each_line(text, [&](std::string_view line) {
      const std::string_view marks = field(line, 2);
      if (marks.contains("adult") || marks.contains("gambling")) return;
      if (const auto name = Name::from_text(field(line, 1))) names.insert(*name);
    });
  }
  return names;
}

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::unordered_set<std::uint64_t> reviewed_names() {
  std::unordered_set<std::uint64_t> hashes;
  const auto file = test::source_folder() / "tests" / "config" / "pattern_reviewed.txt";
  for_each_line(test::read_file(file), [&](std::string_view line) {
    if (!line.starts_with('#')) hashes.insert(std::stoull(std::string(line), nullptr, 16));
  });
  return hashes;
}

std::vector<Name> blocked_of(const ShippedPatterns& patterns, const std::set<Name>& names) {
  std::vector<Name> blocked;
  std::ranges::copy_if(names, std::back_inserter(blocked),
                       [&](const Name& name) { return patterns.blocks(name); });
  return blocked;
}

void print(const char* what, std::size_t count, std::size_t of) {
  std::printf("%-44s %6zu of %6zu (%.2f %%)\n", what, count, of,
              100.0 * static_cast<double>(count) / static_cast<double>(of));
}

TEST(PatternsOnRealNames, BlockAlmostNoPopularNameThatIsInnocent) {
  HAETAE_NEEDS_DATA();
  const ShippedPatterns& patterns = ShippedPatterns::all();
  const std::set<Name> names = popular_without_marks();
  const std::unordered_set<std::uint64_t> reviewed = reviewed_names();
  const std::vector<Name> blocked = blocked_of(patterns, names);
  std::size_t innocent = 0;
  for (const Name& name : blocked) {
    if (reviewed.contains(fnv1a(name.to_text()))) continue;
    ++innocent;
    std::printf("  innocent or cannot be judged: %s\n", name.to_text().c_str());
  }
  print("popular, no marks: blocked", blocked.size(), names.size());
  print("popular, no marks: blocked and not deserved", innocent, names.size());
  EXPECT_GT(names.size(), 100'000U);
  EXPECT_LE(innocent * 7000, names.size()) << "more than 1 in 7,000";
}

TEST(PatternsOnRealNames, BlockNextToNothingOfTheBenignSets) {
  HAETAE_NEEDS_DATA();
  const ShippedPatterns& patterns = ShippedPatterns::all();
  for (const char* const file :
       {"child-ut1.txt", "korean.txt", "education-ut1.txt", "sexual-education-ut1.txt",
        "universities-half.txt", "allow-bonappetit-half.txt", "bank-press-ut1.txt"}) {
    std::set<Name> names;
    add_names(*test::data_folder() / "benign" / file, names);
    const std::vector<Name> blocked = blocked_of(patterns, names);
    print(file, blocked.size(), names.size());
    for (const Name& name : blocked) std::printf("  %s\n", name.to_text().c_str());
    EXPECT_FALSE(names.empty());
    EXPECT_EQ(blocked.size(), 0U) << file;
  }
}

TEST(PatternsOnRealNames, LeaveTheKindsAloneThatFiltersOverblock) {
  HAETAE_NEEDS_DATA();
  const ShippedPatterns& patterns = ShippedPatterns::all();
  const std::string text =
      test::read_file(*test::data_folder() / "benign" / "citizenlab-kr-global.tsv");
  std::size_t asked = 0;
  std::size_t blocked = 0;
  for_each_line(text, [&](std::string_view line) {
    constexpr std::string_view kKinds[] = {"XED", "PUBH", "LGBT", "NEWS", "CULTR", "GOVT", "HUMR"};
    if (std::ranges::find(kKinds, field(line, 1)) == std::end(kKinds)) return;
    const auto name = Name::from_text(field(line, 0));
    if (!name) return;
    ++asked;
    if (!patterns.blocks(*name)) return;
    ++blocked;
    std::printf("  %s\n", name->to_text().c_str());
  });
  print("health, rights, news and the like", blocked, asked);
  EXPECT_GT(asked, 500U);
  EXPECT_LE(blocked * 200, asked);
}

// What lists know and patterns find without them: how much a site gains by a name no list has yet.
TEST(PatternsOnRealNames, FindALargeShareOfListedNames) {
  HAETAE_NEEDS_DATA();
  const ShippedPatterns& patterns = ShippedPatterns::all();
  struct Case {
    const char* category;
    list::CategoryId id;
    std::size_t percent_min;
  };
  for (const Case& c : {Case{"adult", kAdult, 33}, Case{"gambling", kGambling, 28}}) {
    const std::set<Name> names = names_of_lists(c.category);
    const auto found = static_cast<std::size_t>(std::ranges::count_if(
        names, [&](const Name& name) { return patterns.score(name, c.id) >= kThreshold; }));
    print((std::string("listed as ") + c.category + ": found").c_str(), found, names.size());
    EXPECT_GT(names.size(), 100'000U);
    EXPECT_GE(found * 100, names.size() * c.percent_min) << c.category;

    std::set<Name> korean;
    add_names(*test::data_folder() / "lists" / (std::string(c.category) + "-korean-subset.txt"),
              korean);
    print((std::string("Korean subset of ") + c.category + ": found").c_str(),
          blocked_of(patterns, korean).size(), korean.size());
  }
}

}  // namespace
}  // namespace haetae::config
