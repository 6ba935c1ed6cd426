#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstring>
#include <fstream>

#include "list/image_format.h"
#include "list/image_helpers.h"
#include "list/random_rules.h"
#include "support/guarded_bytes.h"
#include "support/image_seal.h"
#include "support/test_data.h"

namespace haetae::list {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::vector<std::uint8_t> small_image() {
  RandomRules random(9);
  ImageBuilder builder(kTestKey);
  const ListId list = builder.add_list({.name = "one", .category = "adult"});
  for (int i = 0; i < 500; ++i) builder.add(list, random.rule());
  builder.add(list, random.rule(), as_bytes("condition"));
  return builder.to_bytes().value();
}

format::Header header_of(const std::vector<std::uint8_t>& image) {
  format::Header header;
  std::memcpy(&header, image.data(), sizeof header);
  return header;
}

std::string refusal(std::vector<std::uint8_t> bytes) {
  const auto image = Image::from_bytes(std::move(bytes));
  return image ? "" : image.error();
}

TEST(CorruptImage, IsRefusedForEveryByteOfTheHeader) {
  const auto good = small_image();
  ASSERT_EQ(refusal(good), "");
  for (std::size_t i = 0; i < format::kHeaderBytes; ++i) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      auto bad = good;
      bad[i] ^= static_cast<std::uint8_t>(flip);
      EXPECT_NE(refusal(bad), "") << i;
    }
  }
}

TEST(CorruptImage, IsRefusedForAnyByteOfAnySection) {
  const auto good = small_image();
  for (const format::SectionPlace& place : header_of(good).sections) {
    for (std::uint64_t i = 0; i < place.size; i += 1 + place.size / 50) {
      auto bad = good;
      bad[place.offset + i] ^= 1;
      EXPECT_THAT(refusal(bad), HasSubstr("wrong checksum"));
    }
  }
}

TEST(CorruptImage, IsRefusedWhereverItIsCutOff) {
  const auto good = small_image();
  std::vector<std::size_t> sizes;
  for (std::size_t size = 0; size <= format::kHeaderBytes; ++size) sizes.push_back(size);
  for (const format::SectionPlace& place : header_of(good).sections) {
    for (const std::uint64_t size :
         {place.offset, place.offset + place.size / 2, place.offset + place.size}) {
      if (size < good.size()) sizes.push_back(size);
    }
  }
  sizes.push_back(good.size() - 1);
  for (const std::size_t size : sizes) {
    EXPECT_NE(refusal({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}), "")
        << size;
  }
  auto longer = good;
  longer.push_back(0);
  EXPECT_THAT(refusal(longer), HasSubstr("truncated or has grown"));
}

TEST(CorruptImage, SaysWhatItIsAndWhatToDo) {
  const auto good = small_image();
  const test::TemporaryFolder folder;
  struct Case {
    const char* what;
    std::size_t at;
    std::uint32_t value;
    const char* message;
  };
  const Case cases[] = {
      {"a foreign file", 0, 0x464c457f, "is not a list image"},
      {"an older version", 12, 1, "has format version 1, this program reads version 2"},
      {"a newer version", 12, 3, "has format version 3, this program reads version 2"},
      {"another byte order", 8, 0x04030201, "was built on a machine with another byte order"},
  };
  for (const Case& test : cases) {
    auto bad = good;
    std::memcpy(bad.data() + test.at, &test.value, sizeof test.value);
    const auto path = folder.write("lists.image", as_text(bad));
    const auto image = Image::open(path);
    ASSERT_FALSE(image.has_value()) << test.what;
    EXPECT_THAT(image.error(), AllOf(HasSubstr(path.string()), HasSubstr(test.message),
                                     HasSubstr("build it again with `haetae lists build`")))
        << test.what;
  }
}

TEST(CorruptImage, MissingEmptyAndOddFilesAreRefused) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(Image::open(folder.path() / "none").error(), HasSubstr("No such file"));
  EXPECT_THAT(Image::open(folder.write("empty", "")).error(), HasSubstr("is empty or no file"));
  EXPECT_THAT(Image::open(folder.path()).error(), HasSubstr("is empty or no file"));
}

// One who wants to harm makes the checksums right again: every byte of every table but the large
// one takes some other values, and nothing may be read beyond the image.
TEST(CorruptImage, WithRightChecksumsIsRefusedOrHarmless) {
  const auto good = small_image();
  RandomRules random(10);
  std::vector<NameHashes> questions;
  for (int i = 0; i < 20; ++i) questions.push_back(hashes_of(random.name()));
  const auto header = header_of(good);
  const auto harmless = [&](std::vector<std::uint8_t> bad) {
    test::seal_image(bad);
    const auto image = Image::from_bytes(std::move(bad));
    if (!image) return;
    for (const NameHashes& question : questions) {
      for (const Element& element : (*image)->elements((*image)->find(question).set)) {
        ASSERT_LT(element.list, (*image)->lists().size());
        (void)(*image)->condition(element.condition);
      }
    }
  };
  for (std::size_t i = 16; i < format::kHeaderBytes; ++i) {
    for (const int value : {0, 1, 0x7f, 0xff}) {
      auto bad = good;
      bad[i] = static_cast<std::uint8_t>(value);
      harmless(std::move(bad));
    }
  }
  for (std::size_t i = header.section(format::Section::WideNames).offset; i < good.size(); i += 3) {
    auto bad = good;
    bad[i] ^= 0xff;
    harmless(std::move(bad));
  }
  auto all_wide = good;  // every slot holds the largest set number
  const auto& buckets = header.section(format::Section::Buckets);
  std::fill_n(all_wide.begin() + static_cast<std::ptrdiff_t>(buckets.offset), buckets.size, 0xff);
  harmless(std::move(all_wide));
}

}  // namespace
}  // namespace haetae::list
