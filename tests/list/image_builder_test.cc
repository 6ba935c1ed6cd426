#include "list/image_builder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "base/limits.h"
#include "list/image_builder_names.h"
#include "list/image_helpers.h"
#include "list/random_rules.h"
#include "support/test_data.h"

namespace haetae::list {
namespace {

using ::testing::HasSubstr;

void fill(ImageBuilder& builder, std::uint64_t seed, int rules) {
  RandomRules random(seed);
  const ListId list = builder.add_list({.name = "one", .category = "adult"});
  for (int i = 0; i < rules; ++i) builder.add(list, random.rule());
}

TEST(ImageBuilder, GivesTheSameBytesForTheSameRulesAndKey) {
  std::vector<std::vector<std::uint8_t>> images;
  for (const HashKey& key : {kTestKey, kTestKey, HashKey{1, 2}}) {
    ImageBuilder builder(key);
    fill(builder, 5, 5000);
    images.push_back(builder.to_bytes().value());
  }
  EXPECT_EQ(images[0], images[1]);
  EXPECT_NE(images[0], images[2]);
}

TEST(ImageBuilder, CountsWhatItTook) {
  ImageBuilder builder(kTestKey);
  const ListId list = builder.add_list({.name = "one", .category = "adult"});
  for (const char* name : {"a.example", "b.example", "a.example"}) builder.add(list, subtree(name));
  BuildStats stats;
  ASSERT_TRUE(builder.to_bytes(&stats).has_value());
  EXPECT_EQ(stats.names, 2U);
  EXPECT_EQ(stats.rules, 3U);
  EXPECT_EQ(stats.sets, 2U);
}

TEST(ImageBuilder, LeavesOutAndCountsWhatIsTooMuchForOneName) {
  ImageBuilder builder(kTestKey);
  const ListId list = builder.add_list({.name = "one", .category = "ads"});
  for (std::size_t i = 0; i < limits::kImageSetElementsMax + 5; ++i) {
    builder.add(list, subtree("example.com"), as_bytes(fmt::format("condition {}", i)));
  }
  BuildStats stats;
  const auto image = *Image::from_bytes(builder.to_bytes(&stats).value());
  EXPECT_EQ(stats.elements_dropped, 5U);
  const Match match = image->find(hashes_of(name_of("example.com")));
  EXPECT_EQ(image->elements(match.set).size(), limits::kImageSetElementsMax);
}

TEST(ImageBuilder, WritesAFileThatOpens) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "lists.image";
  ImageBuilder builder(kTestKey);
  fill(builder, 5, 5000);
  const auto stats = builder.write(path);
  ASSERT_TRUE(stats.has_value());
  const auto image = Image::open(path);
  ASSERT_TRUE(image.has_value()) << image.error();
  EXPECT_EQ((*image)->size_bytes(), stats->size_bytes);
  EXPECT_EQ((*image)->name_count(), stats->names);
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".tmp"));
}

TEST(ImageBuilder, SaysWhereItCannotWrite) {
  ImageBuilder builder(kTestKey);
  const auto stats = builder.write("/nowhere/at/all/lists.image");
  ASSERT_FALSE(stats.has_value());
  EXPECT_EQ(stats.error().kind, BuildError::Kind::File);
  EXPECT_THAT(stats.error().message, HasSubstr("/nowhere/at/all/lists.image.tmp: No such file"));
}

TEST(ImageBuilder, AFullDiskLeavesTheOldImageAndNoRubbish) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "lists.image";
  const auto temporary = folder.path() / "lists.image.tmp";
  ImageBuilder first(kTestKey);
  fill(first, 1, 10);
  ASSERT_TRUE(first.write(path).has_value());
  const std::uint64_t old = (*Image::open(path))->checksum();

  std::filesystem::create_symlink("/dev/full", temporary);
  ImageBuilder second(kTestKey);
  fill(second, 2, 5000);
  const auto stats = second.write(path);
  ASSERT_FALSE(stats.has_value());
  EXPECT_EQ(stats.error().kind, BuildError::Kind::File);
  EXPECT_THAT(stats.error().message, HasSubstr("No space left on device"));
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(temporary)));
  EXPECT_EQ((*Image::open(path))->checksum(), old);
}

TEST(ImageBuilder, KilledWhileWritingLeavesAWholeImage) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "lists.image";
  ImageBuilder first(kTestKey);
  fill(first, 1, 10);
  ASSERT_TRUE(first.write(path).has_value());
  for (int round = 0; round < 12; ++round) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (std::uint64_t seed = 1;; ++seed) {
        ImageBuilder builder(kTestKey);
        fill(builder, seed, 3000);
        if (!builder.write(path)) _exit(1);
      }
    }
    usleep(static_cast<useconds_t>(5'000 + 3'777 * round));
    ASSERT_EQ(kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    const auto image = Image::open(path);
    ASSERT_TRUE(image.has_value()) << image.error();
  }
  ImageBuilder last(kTestKey);  // what the killed ones left behind is no hindrance
  fill(last, 3, 10);
  EXPECT_TRUE(last.write(path).has_value());
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".tmp"));
}

TEST(ImageBuilder, TellsPopularNamesThatAreListedFromThoseThatCollide) {
  ImageBuilder builder(kTestKey);
  const ListId list = builder.add_list({.name = "one", .category = "adult"});
  builder.add(list, subtree("listed.example"));
  EXPECT_FALSE(builder.confuses(name_of("www.listed.example")));
  EXPECT_FALSE(builder.confuses(name_of("popular.example")));
  const auto image = image_of(builder);
  const std::vector<Name> names = {name_of("popular.example"), name_of("www.listed.example")};
  EXPECT_EQ(count_confused(*image, names), 0U);
  EXPECT_EQ(count_confused(*image, std::vector{name_of("listed.example")}), 1U);
}

TEST(ListedNames, KeepsNamesApartAndMergesWhatIsTheSame) {
  ListedNames names(
      [](std::uint32_t& value, std::uint64_t more) { value += static_cast<std::uint32_t>(more); });
  constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;
  for (std::uint64_t round = 1; round <= 3; ++round) {
    for (std::uint64_t i = 0; i < 20'000; ++i) {
      names.add(i * kSpread, name_of(fmt::format("n{}.example", i)).wire(), round);
    }
  }
  names.flush();
  EXPECT_EQ(names.size(), 20'000U);
  EXPECT_EQ(names.collisions(), 0U);
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const std::uint32_t found = names.find(i * kSpread);
    ASSERT_NE(found, ListedNames::kNone);
    EXPECT_EQ(names[found].value, 6U);
    EXPECT_TRUE(names.is(names[found], name_of(fmt::format("n{}.example", i)).wire()));
  }
  EXPECT_EQ(names.find(20'001 * kSpread), ListedNames::kNone);
}

TEST(ListedNames, CountsNamesOfOneHashAsCollisions) {
  ListedNames names([](std::uint32_t&, std::uint64_t) {});
  names.add(7, name_of("a.example").wire(), 0);
  names.add(7, name_of("b.example").wire(), 0);
  names.add(7, name_of("a.example").wire(), 0);
  names.flush();
  EXPECT_EQ(names.size(), 1U);
  EXPECT_EQ(names.collisions(), 1U);
}

}  // namespace
}  // namespace haetae::list
