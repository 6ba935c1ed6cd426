#include "base/name.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <random>

#include "base/idn.h"
#include "base/name_hash.h"
#include "support/guarded_bytes.h"

namespace haetae {
namespace {

TEST(Name, ReadsTextInAnyCaseWithOrWithoutTheFinalDot) {
  EXPECT_EQ(name_of("WWW.Example.COM"), name_of("www.example.com."));
  EXPECT_EQ(name_of("www.example.com").to_text(), "www.example.com");
  EXPECT_EQ(name_of("www.example.com").label_count(), 3U);
}

TEST(Name, KnowsTheRoot) {
  EXPECT_TRUE(name_of(".").is_root());
  EXPECT_EQ(Name(), name_of("."));
  EXPECT_EQ(Name().to_text(), ".");
  EXPECT_FALSE(Name().is_hostname());
}

TEST(Name, RefusesWhatIsNoName) {
  EXPECT_EQ(Name::from_text("").error(), NameError::Empty);
  EXPECT_EQ(Name::from_text("a..b").error(), NameError::Empty);
  EXPECT_EQ(Name::from_text(".a").error(), NameError::Empty);
  EXPECT_EQ(Name::from_text(std::string(64, 'a')).error(), NameError::LabelTooLong);
  EXPECT_EQ(Name::from_text("a\\").error(), NameError::BadEscape);
  EXPECT_EQ(Name::from_text("a\\256").error(), NameError::BadEscape);
  EXPECT_EQ(Name::from_text("한국").error(), NameError::NotAscii);
}

TEST(Name, HoldsTheLongestNameAndNotOneOctetMore) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  ASSERT_TRUE(Name::from_text(longest).has_value());
  EXPECT_EQ(Name::from_text(longest)->wire().size(), 255U);
  EXPECT_EQ(Name::from_text(longest + "a").error(), NameError::NameTooLong);
  std::string most_labels = "a";
  for (int i = 1; i < 127; ++i) most_labels += ".a";
  ASSERT_TRUE(Name::from_text(most_labels).has_value());
  EXPECT_EQ(Name::from_text(most_labels)->label_count(), 127U);
  EXPECT_EQ(Name::from_text(most_labels + ".a").error(), NameError::NameTooLong);
}

TEST(Name, WritesOddOctetsAsEscapesThatReadBackTheSame) {
  Name odd;
  const std::uint8_t octets[] = {'a', '.', 0, ' ', 255, '\\'};
  ASSERT_TRUE(odd.append_label(octets).has_value());
  EXPECT_EQ(odd.to_text(), "a\\046\\000\\032\\255\\092");
  EXPECT_EQ(name_of(odd.to_text()), odd);
  EXPECT_FALSE(odd.is_hostname());
}

std::string slow_text(const Name& name) {
  std::string text;
  for (std::size_t i = 0; i < name.label_count(); ++i) {
    if (i > 0) text += '.';
    for (const std::uint8_t octet : name.label(i)) {
      const bool is_odd = octet <= ' ' || octet >= 127 || octet == '.' || octet == '\\';
      text += is_odd ? fmt::format("\\{:03}", octet) : std::string(1, static_cast<char>(octet));
    }
  }
  return text;
}

TEST(Name, WritesEveryOctetAtEveryPlaceOfAnyName) {
  std::mt19937 random(3);
  for (int round = 0; round < 200'000; ++round) {
    Name name;
    std::array<std::uint8_t, 63> label;
    for (std::size_t labels = 1 + random() % 9; labels > 0; --labels) {
      for (std::uint8_t& octet : label) octet = static_cast<std::uint8_t>('a' + random() % 26);
      const std::size_t size = 1 + random() % (round % 8 == 0 ? 63 : 12);
      if (random() % 8 == 0) label[random() % size] = static_cast<std::uint8_t>(random());
      if (!name.append_label({label.data(), size})) break;
    }
    ASSERT_EQ(name.to_text(), slow_text(name));
  }
}

TEST(Name, ReadsWireFormAndRefusesEveryPrefixOfIt) {
  const Name name = name_of("www.example.com");
  const test::GuardedBytes whole(name.wire());
  EXPECT_EQ(Name::from_wire(whole), name);
  for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
    const test::GuardedBytes prefix(name.wire().first(size));
    EXPECT_EQ(Name::from_wire(prefix).error(), NameError::Truncated) << size;
  }
}

// Labels are taken several octets at a time.
TEST(Name, LowersLettersAtEveryPlaceOfALabelAndNothingElse) {
  for (std::size_t size = 1; size <= 63; ++size) {
    for (unsigned value = 0; value < 256; ++value) {
      const auto octet = static_cast<std::uint8_t>(value);
      const bool is_upper = octet >= 'A' && octet <= 'Z';
      const auto lowered = static_cast<std::uint8_t>(is_upper ? octet + 32 : octet);
      const std::size_t at = value % size;
      std::vector<std::uint8_t> label(size, 0xc1);  // 'A' with the high bit set: no letter
      label[at] = octet;
      Name name;
      ASSERT_TRUE(name.append_label(label));
      label[at] = lowered;
      ASSERT_EQ(as_text(name.label(0)), as_text(Bytes(label))) << size << " " << value;
      ASSERT_EQ(name.wire().back(), 0);
    }
  }
}

TEST(Name, KnowsWhoStandsUnderWhom) {
  EXPECT_TRUE(name_of("a.b.example").is_under(name_of("b.example")));
  EXPECT_TRUE(name_of("b.example").is_under(name_of("b.example")));
  EXPECT_TRUE(name_of("b.example").is_under(Name()));
  EXPECT_FALSE(name_of("ab.example").is_under(name_of("b.example")));
  EXPECT_FALSE(name_of("example").is_under(name_of("b.example")));
}

TEST(Name, GivesSuffixes) {
  const Name name = name_of("a.b.example");
  EXPECT_EQ(name.suffix(1), name_of("b.example"));
  EXPECT_EQ(name.suffix(3), Name());
}

TEST(NameHashes, OfASuffixEqualTheHashOfThatName) {
  const HashKey key{7, 11};
  const Name name = name_of("a-rather-long-label-of-forty-octets-abcde.b.example.com");
  NameHashes hashes;
  hash_suffixes(name, key, hashes);
  for (std::size_t i = 0; i <= name.label_count(); ++i) {
    EXPECT_EQ(hashes.at[i], hash_name(name.suffix(i), key)) << i;
  }
}

TEST(NameHashes, DifferByKeyAndByWhereTheDotsStand) {
  EXPECT_NE(hash_name(name_of("a.b"), {1, 2}), hash_name(name_of("a.b"), {1, 3}));
  EXPECT_NE(hash_name(name_of("ab.c"), {1, 2}), hash_name(name_of("a.bc"), {1, 2}));
}

TEST(Idn, TurnsUnicodeToALabelsAtTheEdge) {
  EXPECT_EQ(name_from_user_text("한국.example")->to_text(), "xn--3e0b707e.example");
  EXPECT_EQ(name_from_user_text("BÜCHER.example")->to_text(), "xn--bcher-kva.example");
  EXPECT_EQ(to_user_text(name_of("xn--3e0b707e.example")), "한국.example");
  EXPECT_FALSE(name_from_user_text("a‎.example\xff").has_value());
}

}  // namespace
}  // namespace haetae
