#include "config/nearest.h"

#include <gmock/gmock.h>

namespace haetae::config {
namespace {

TEST(Nearest, FindsWhatWasMeant) {
  const std::vector<std::string> keys{"safe_search", "schedule", "services", "mode", "log"};
  struct {
    std::string_view why;
    std::string_view word;
    std::string_view meant;
  } const cases[] = {
      {"a letter left out", "safe_serch", "safe_search"},
      {"two letters swapped", "shcedule", "schedule"},
      {"another way to join words", "safe-search", "safe_search"},
      {"capitals", "SafeSearch", "safe_search"},
      {"a letter too much", "modes", "mode"},
      {"a short word with one slip", "lag", "log"},
  };
  for (const auto& c : cases) EXPECT_EQ(nearest(c.word, keys), c.meant) << c.why;
}

TEST(Nearest, DoesNotGuessFromAnotherWord) {
  const std::vector<std::string> keys{"safe_search", "schedule", "mode"};
  EXPECT_EQ(nearest("colour", keys), std::nullopt);
  EXPECT_EQ(nearest("", keys), std::nullopt);
  EXPECT_EQ(nearest(std::string(10'000, 'x'), keys), std::nullopt);
  EXPECT_EQ(nearest("mode", {}), std::nullopt);
}

TEST(Nearest, ListsAFewCandidatesInstead) {
  EXPECT_EQ(nearest_hint("x1", std::vector<std::string>{"alpha", "beta"}),
            "use one of alpha, beta");
  EXPECT_EQ(nearest_hint("x1", std::vector<std::string>(1000, "alpha"), "look it up"),
            "look it up");
}

}  // namespace
}  // namespace haetae::config
