#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>
#include <string>

#include "base/name.h"
#include "support/guarded_bytes.h"

namespace haetae {
namespace {

// Plain text takes a quick way, an escape the slow one; what they say must be the same.
TEST(Name, ReadsPlainTextAsItReadsTheSameTextWithAnEscape) {
  std::mt19937_64 random(1);
  const std::string_view alphabet = "azAZ@[`{09-_.";
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    const std::size_t size = 1 + random() % (i % 4 == 0 ? 260 : 30);
    const std::size_t letters = i % 3 == 0 ? alphabet.size() : alphabet.size() - 1;
    while (text.size() < size) {
      text += random() % 12 == 0 ? '.' : alphabet[random() % letters];
    }
    const std::size_t place = random() % size;
    if (text[place] == '.') continue;
    const std::string escaped = fmt::format("{}\\{:03}{}", text.substr(0, place),
                                            static_cast<int>(text[place]), text.substr(place + 1));
    const test::GuardedBytes guarded(as_bytes(text));
    const auto plain = Name::from_text(as_text(guarded));
    const auto slow = Name::from_text(escaped);
    ASSERT_EQ(plain.has_value(), slow.has_value()) << text;
    if (!plain) {
      ASSERT_EQ(plain.error(), slow.error()) << text;
      continue;
    }
    ASSERT_EQ(*plain, *slow) << text;
    ASSERT_EQ(plain->label_count(), slow->label_count()) << text;
    for (std::size_t label = 0; label < plain->label_count(); ++label) {
      ASSERT_EQ(as_text(plain->label(label)), as_text(slow->label(label))) << text;
    }
  }
}

}  // namespace
}  // namespace haetae
