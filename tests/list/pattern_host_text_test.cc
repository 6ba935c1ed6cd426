#include <gmock/gmock.h>

#include <random>
#include <string>
#include <vector>

#include "base/idn.h"
#include "list/host_text.h"
#include "list/punycode.h"

namespace haetae::list {
namespace {

std::string text_of(const Name& name) {
  std::array<char, Name::kTextBytesMax> out;
  return std::string(host_scan_text(name, out));
}

TEST(HostText, IsThePresentationFormOfPlainNames) {
  EXPECT_EQ(text_of(name_of("WWW.Example.COM")), "www.example.com");
  EXPECT_EQ(text_of(Name()), ".");
}

TEST(HostText, DecodesALabelsOfEveryScript) {
  for (const char* const text : {"한국.example", "카지노-사이트.example", "www.토토.example",
                                 "münchen.example", "пример.example", "例え.テスト", "café.한국"}) {
    const auto name = name_from_user_text(text);
    ASSERT_TRUE(name.has_value()) << text;
    EXPECT_EQ(text_of(*name), text);
  }
}

TEST(HostText, KeepsALabelsThatDoNotDecode) {
  for (const char* const text : {"xn--.example", "xn--a!.example", "xn--99999999.example",
                                 "xn--zzzzzzzzzzzzzzzzzzzzzzzz.example", "xn--0.example"}) {
    EXPECT_EQ(text_of(name_of(text)), text);
  }
}

TEST(HostText, LooksForThePrefixAtTheStartOfALabelOnly) {
  EXPECT_EQ(text_of(name_of("axn--3e0b707e.example")), "axn--3e0b707e.example");
}

TEST(HostText, HoldsTheLongestNames) {
  Name odd;
  std::array<std::uint8_t, 63> label;
  label.fill(0xff);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(odd.append_label(label).has_value());
  ASSERT_TRUE(odd.append_label(as_bytes("xn--3e0b707e")).has_value());
  EXPECT_EQ(text_of(odd).size(), 3 * (63 * 4 + 1) + std::string("한국").size());
}

// Samples of RFC 3492, section 7.1.
TEST(Punycode, DecodesTheSamplesOfTheStandard) {
  struct Case {
    const char* what;
    const char* coded;
    const char* text;
  };
  constexpr Case kCases[] = {
      {"Arabic", "egbpdaj6bu4bxfgehfvwxn", "ليهمابتكلموشعربي؟"},
      {"Chinese", "ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"},
      {"Korean", "989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c",
       "세계의모든사람들이한국어를이해한다면얼마나좋을까"},
      {"Japanese and ASCII", "3b-ww4c5e180e575a65lsy2b", "3年b組金八先生"},
  };
  for (const Case& c : kCases) {
    std::array<char, 256> out;
    const std::size_t size = decode_punycode(c.coded, out);
    if (std::string_view(c.coded).size() > 63) {
      EXPECT_EQ(size, 0U) << c.what << " is longer than a label";
      continue;
    }
    EXPECT_EQ(std::string_view(out.data(), size), c.text) << c.what;
  }
}

// The encoder of RFC 3492, section 6.3, for code points above ASCII: the judge of the decoder.
std::string encode(std::span<const std::uint32_t> points) {
  std::string coded;
  std::uint64_t n = 128;
  std::uint64_t delta = 0;
  std::uint64_t bias = 72;
  for (std::uint64_t handled = 0; handled < points.size();) {
    std::uint64_t next = UINT32_MAX;
    for (const std::uint32_t point : points) {
      if (point >= n) next = std::min<std::uint64_t>(next, point);
    }
    delta += (next - n) * (handled + 1);
    n = next;
    for (const std::uint32_t point : points) {
      if (point < n) ++delta;
      if (point != n) continue;
      std::uint64_t q = delta;
      for (std::uint64_t k = 36;; k += 36) {
        const std::uint64_t t = k <= bias ? 1 : std::min<std::uint64_t>(k - bias, 26);
        const std::uint64_t digit = q < t ? q : t + (q - t) % (36 - t);
        coded += static_cast<char>(digit < 26 ? 'a' + digit : '0' + digit - 26);
        if (q < t) break;
        q = (q - t) / (36 - t);
      }
      delta = handled == 0 ? delta / 700 : delta / 2;
      delta += delta / (handled + 1);
      std::uint64_t k = 0;
      for (; delta > 455; k += 36) delta /= 35;
      bias = k + 36 * delta / (delta + 38);
      delta = 0;
      ++handled;
    }
    ++delta;
    ++n;
  }
  return coded;
}

std::size_t utf8_size(std::uint32_t point) {
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}

TEST(Punycode, ReadsBackWhatAnEncoderWrote) {
  std::mt19937 random(20);
  constexpr std::uint32_t kFirsts[] = {0x80, 0x3b1, 0x4e00, 0xac00, 0x1f300, 0x10ff00};
  for (int round = 0; round < 5000; ++round) {
    std::vector<std::uint32_t> points(1 + random() % 12);
    std::size_t size = 0;
    for (std::uint32_t& point : points) {
      point = kFirsts[random() % std::size(kFirsts)] + random() % 0x80;
      size += utf8_size(point);
    }
    const std::string coded = encode(points);
    std::array<char, 256> out;
    EXPECT_EQ(decode_punycode(coded, out), coded.size() <= 63 ? size : 0U) << coded;
  }
}

TEST(Punycode, RefusesSurrogatesAndWhatLiesBeyondUnicode) {
  std::array<char, 256> out;
  const auto size_of = [&](std::uint32_t point) {
    return decode_punycode(encode(std::span(&point, 1)), out);
  };
  EXPECT_EQ(size_of(0xd7ff), 3U);
  EXPECT_EQ(size_of(0xd800), 0U);
  EXPECT_EQ(size_of(0xdfff), 0U);
  EXPECT_EQ(size_of(0xe000), 3U);
  EXPECT_EQ(size_of(0x10ffff), 4U);
  EXPECT_EQ(size_of(0x110000), 0U);
}

TEST(Punycode, RefusesWhatIsNoPunycode) {
  std::array<char, 256> out;
  for (const char* const coded : {"", "-", "9", "999999b", "A", "a!", "\xec\x95\xbc", "b-9"}) {
    EXPECT_EQ(decode_punycode(coded, out), 0U) << coded;
  }
}

TEST(Punycode, WritesNothingBeyondItsRoom) {
  const auto name = name_from_user_text("카지노.example");
  const std::string coded(as_text(name->label(0)).substr(4));
  for (std::size_t room = 0; room < 9; ++room) {
    std::string out(room, '\0');
    EXPECT_EQ(decode_punycode(coded, out), 0U) << room;
  }
  std::string out(9, '\0');
  EXPECT_EQ(decode_punycode(coded, out), 9U);
  EXPECT_EQ(out, "카지노");
}

}  // namespace
}  // namespace haetae::list
