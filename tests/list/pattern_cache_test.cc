#include "list/pattern_cache.h"

#include <gmock/gmock.h>

#include <fstream>

#include "list/hyperscan_engine.h"
#include "list/pattern_language.h"
#include "list/pattern_set.h"
#include "support/test_data.h"

namespace haetae::list {
namespace {

using ::testing::IsEmpty;

void overwrite(const std::filesystem::path& path, std::string_view content) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
}

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder),
                                                std::filesystem::directory_iterator()));
}

TEST(PatternCache, GivesBackWhatItKept) {
  const test::TemporaryFolder folder;
  const PatternCache cache(folder.path() / "new", "identity");
  EXPECT_EQ(cache.read(), std::nullopt);
  ASSERT_TRUE(cache.write("content").has_value());
  EXPECT_EQ(cache.read(), "content");
  ASSERT_TRUE(cache.write("other").has_value());
  EXPECT_EQ(cache.read(), "other");
  EXPECT_EQ(files_in(folder.path() / "new"), 1U) << "nothing temporary is left";
}

TEST(PatternCache, KeepsDifferentIdentitiesApart) {
  const test::TemporaryFolder folder;
  const PatternCache one(folder.path(), "one");
  const PatternCache two(folder.path(), "two");
  ASSERT_TRUE(one.write("content").has_value());
  EXPECT_EQ(two.read(), std::nullopt);
  std::filesystem::rename(one.path(), two.path());
  EXPECT_EQ(two.read(), std::nullopt) << "a file under a foreign name";
}

TEST(PatternCache, RefusesEveryCutAndEveryFlippedBit) {
  const test::TemporaryFolder folder;
  const PatternCache cache(folder.path(), "identity");
  ASSERT_TRUE(cache.write("some content").has_value());
  const std::string whole = test::read_file(cache.path());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    overwrite(cache.path(), std::string_view(whole).substr(0, i));
    EXPECT_EQ(cache.read(), std::nullopt) << "cut at " << i;
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    overwrite(cache.path(), flipped);
    EXPECT_EQ(cache.read(), std::nullopt) << "flipped at " << i;
  }
  overwrite(cache.path(), whole + "x");
  EXPECT_EQ(cache.read(), std::nullopt);
}

TEST(PatternCache, SaysWhyItCannotWrite) {
  const test::TemporaryFolder folder;
  folder.write("file", "");
  const auto written = PatternCache(folder.path() / "file", "identity").write("content");
  ASSERT_FALSE(written.has_value());
  EXPECT_THAT(written.error(), ::testing::HasSubstr("cannot make"));
}

std::vector<Pattern> some_patterns(const std::string& text) {
  Pattern pattern;
  pattern.id = text;
  pattern.expression = escape_literal(text);
  pattern.word = text;
  pattern.category = 1;
  pattern.weight = 60;
  return {pattern};
}

class CachedSets : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!hyperscan_runs_here())
      GTEST_SKIP() << "SKIPPED, NOT TESTED: no Hyperscan on this processor";
  }
  PatternSet::Compiled compile(const std::string& text) {
    auto compiled =
        PatternSet::compile(some_patterns(text), {PatternSet::Engine::Hyperscan, folder_.path()});
    EXPECT_TRUE(compiled.has_value());
    const auto scratch = compiled->set->make_scratch();
    EXPECT_EQ(compiled->set->scan("www." + text + ".example", *scratch).count, 1);
    return std::move(*compiled);
  }
  std::filesystem::path only_file() const {
    return std::filesystem::directory_iterator(folder_.path())->path();
  }
  test::TemporaryFolder folder_;
};

TEST_F(CachedSets, ComeFromDiskTheSecondTime) {
  EXPECT_FALSE(compile("casino").from_cache);
  EXPECT_TRUE(compile("casino").from_cache);
  EXPECT_FALSE(compile("poker").from_cache) << "another set";
  EXPECT_TRUE(compile("poker").from_cache);
}

TEST_F(CachedSets, AreMadeAnewWhenTheFileIsTorn) {
  compile("casino");
  std::filesystem::resize_file(only_file(), std::filesystem::file_size(only_file()) / 2);
  EXPECT_FALSE(compile("casino").from_cache);
  EXPECT_TRUE(compile("casino").from_cache) << "the good one was kept again";
}

TEST_F(CachedSets, AreMadeAnewWhenADatabaseAnswersWrong) {
  compile("casino");
  const std::filesystem::path casino = only_file();
  // The database of another set under this one's key: whole by its checksum, wrong by its answers.
  const std::string key = test::read_file(casino).substr(0, 18 + 33);
  std::filesystem::remove(casino);
  compile("poker");
  const std::string poker = test::read_file(only_file());
  overwrite(casino, key + poker.substr(key.size()));
  EXPECT_FALSE(compile("casino").from_cache);
}

TEST_F(CachedSets, WorkWithoutACacheThatCanBeWritten) {
  folder_.write("file", "");
  const auto compiled = PatternSet::compile(
      some_patterns("casino"), {PatternSet::Engine::Hyperscan, folder_.path() / "file"});
  ASSERT_TRUE(compiled.has_value());
  EXPECT_THAT(compiled->cache_warning, ::testing::Not(IsEmpty()));
}

}  // namespace
}  // namespace haetae::list
