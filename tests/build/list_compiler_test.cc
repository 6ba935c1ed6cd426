#include "build/list_compiler.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

#include "build/assemble.h"
#include "policy/decide.h"
#include "support/test_data.h"

namespace haetae::build {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

HashKey next_key() {
  static std::uint64_t drawn = 0;
  return {++drawn, 17};
}

std::string numbered_names(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("n{}.example\n", i);
  return text;
}

// A site with one list file and one profile that blocks its category.
class ListCompiler : public ::testing::Test {
 protected:
  ListCompiler() {
    folder_.write("haetae.yaml", R"(
lists: [{name: one, path: one.txt, category: adult}, {name: two, path: two.txt, category: games}]
profiles: {little: {block: [adult, games]}}
default_profile: little
rules: {start_lists: false, patterns: false}
)");
    folder_.write("one.txt", "one.example\nmore.example\n");
    folder_.write("two.txt", "two.example\n");
  }

  config::Loaded load() const {
    // Kept for who loads next, as a running filter keeps them.
    static std::shared_ptr<const config::Rules> rules;
    auto loaded = config::load(folder_.path() / "haetae.yaml", test::source_folder() / "rules",
                               {.folder = {}, .known = rules});
    EXPECT_TRUE(loaded.has_value()) << (loaded ? "" : config::to_text(loaded.error().front()));
    rules = loaded->rules;
    loaded->config.state_path = folder_.path() / "state";
    return std::move(*loaded);
  }
  ListFiles files() const { return ListFiles::below(folder_.path() / "state"); }
  Compiled compile() const {
    auto compiled = compile_lists(load(), files(), next_key);
    EXPECT_TRUE(compiled.has_value()) << (compiled ? "" : compiled.error());
    return std::move(*compiled);
  }
  bool current() const { return is_current(**list::Image::open(files().image), load(), files()); }
  bool blocks(std::string_view name) const {
    const auto assembled = assemble(load(), *list::Image::open(files().image), 1, {});
    policy::Scratch scratch(*assembled->policy);
    const Name judged = name_of(name);
    policy::Request request;
    request.now = Time(std::chrono::sys_days{std::chrono::year{2026} / 3 / 2});
    request.name = &judged;
    return policy::decide(*assembled->policy, {}, request, scratch).action == policy::Action::Block;
  }

  test::TemporaryFolder folder_;
};

TEST_F(ListCompiler, MakesAnImageThatBlocksWhatTheListsHold) {
  const Compiled compiled = compile();
  EXPECT_EQ(compiled.stats.names, 3U);
  EXPECT_TRUE(blocks("www.one.example"));
  EXPECT_TRUE(blocks("two.example"));
  EXPECT_FALSE(blocks("three.example"));
}

TEST_F(ListCompiler, KnowsWhenASourceOrASettingChanged) {
  compile();
  EXPECT_TRUE(current());
  folder_.write("two.txt", "two.example\nthree.example\n");
  EXPECT_FALSE(current());
  compile();
  EXPECT_TRUE(current());
  EXPECT_TRUE(blocks("three.example"));
}

TEST_F(ListCompiler, KeepsTheLastGoodSourceOfAListThatTurnsIntoAWebPage) {
  compile();
  folder_.write("one.txt", "<!DOCTYPE html><html><body>moved</body></html>\n");
  folder_.write("two.txt", "new.example\n");
  const Compiled compiled = compile();
  EXPECT_THAT(compiled.reports[0].refusal, HasSubstr("HTML"));
  EXPECT_TRUE(blocks("one.example")) << "the old list stays";
  EXPECT_TRUE(blocks("new.example")) << "other lists are not held up";
  EXPECT_TRUE(current()) << "the same refused source is not tried at every start";
}

TEST_F(ListCompiler, GoesOnRefusingAListThatShrankByMoreThanHalf) {
  folder_.write("one.txt", numbered_names(1000));
  compile();
  folder_.write("one.txt", numbered_names(100));
  for (const std::string_view other : {"two.example\n", "three.example\n"}) {
    folder_.write("two.txt", other);
    EXPECT_FALSE(current());
    const Compiled compiled = compile();
    EXPECT_THAT(compiled.reports[0].refusal, HasSubstr("from 1000 rules to 100"));
    EXPECT_TRUE(blocks("n999.example")) << "the whole list stays";
    EXPECT_TRUE(current());
  }
}

TEST_F(ListCompiler, TriesAListThatCannotBeImportedOnceOnly) {
  folder_.write("one.txt", "\x1f\x8b damaged");
  compile();
  EXPECT_TRUE(current()) << "damaged from the start";
  folder_.write("one.txt", "one.example\n");
  EXPECT_FALSE(current()) << "repaired";
  compile();
  folder_.write("one.txt", "\x1f\x8b damaged");
  const Compiled compiled = compile();
  EXPECT_TRUE(compiled.reports[0].refused());
  EXPECT_TRUE(blocks("one.example"));
  EXPECT_TRUE(current()) << "damaged later";
}

TEST_F(ListCompiler, LeavesOutAListThatWasNeverGoodAndSaysSo) {
  folder_.write("one.txt", "");
  const Compiled compiled = compile();
  EXPECT_TRUE(compiled.reports[0].refused());
  EXPECT_TRUE(blocks("two.example"));
}

TEST_F(ListCompiler, QuarantinesWhatWouldBlockAProtectedName) {
  folder_.write("one.txt", "one.example\nwikipedia.org\nco.kr\n");
  const Compiled compiled = compile();
  EXPECT_EQ(compiled.reports[0].quarantined_count, 2U);
  EXPECT_FALSE(blocks("wikipedia.org"));
  EXPECT_FALSE(blocks("school.co.kr"));
  EXPECT_TRUE(blocks("one.example"));
}

TEST_F(ListCompiler, LeavesTheOldImageWhereItCannotWrite) {
  compile();
  const std::string before = test::read_file(files().image);
  fs::create_directories(files().image.string() + ".tmp/in-the-way");
  folder_.write("two.txt", "new.example\n");
  EXPECT_FALSE(compile_lists(load(), files(), next_key).has_value());
  EXPECT_EQ(test::read_file(files().image), before);
}

}  // namespace
}  // namespace haetae::build
