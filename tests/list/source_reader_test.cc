#include "list/source_reader.h"

#include <gmock/gmock.h>
#include <zstd.h>

#include <fstream>

#include "base/assert.h"
#include "support/packed.h"
#include "support/test_data.h"

namespace haetae::list {
namespace {

using haetae::test::gzip_of;
using haetae::test::zstd_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::vector<std::string> lines_of(SourceReader& reader) {
  std::vector<std::string> lines;
  SourceLine line;
  while (reader.next(line)) {
    std::string text(line.text);
    if (line.skipped != SkipReason::None) text += " skipped:" + std::string(id_of(line.skipped));
    lines.push_back(std::move(text));
    EXPECT_EQ(line.number, lines.size());
  }
  return lines;
}

std::vector<std::string> lines_of(std::string_view source) {
  auto reader = SourceReader::over(as_bytes(source));
  HAETAE_ASSERT(reader.has_value());
  return lines_of(*reader);
}

std::string error_of(std::string_view source) {
  auto reader = SourceReader::over(as_bytes(source));
  if (!reader) return reader.error();
  lines_of(*reader);
  return reader->error();
}

std::string many_lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "name" + std::to_string(i) + ".example\n";
  return text;
}

TEST(SourceReader, SplitsLines) {
  EXPECT_THAT(lines_of("a\nb\n"), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of("a\r\nb\r\n"), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of("a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of("\n\na"), ElementsAre("", "", "a"));
  EXPECT_THAT(lines_of(""), ElementsAre());
  EXPECT_THAT(lines_of("\xef\xbb\xbf"
                       "a\n"),
              ElementsAre("a"));
}

TEST(SourceReader, MarksLinesWithNulOctets) {
  EXPECT_THAT(lines_of(std::string_view("a\nb\0c\nd\n", 8)),
              ElementsAre("a", std::string("b\0c", 3) + " skipped:nul-octet", "d"));
}

TEST(SourceReader, TakesTheLongestLineAndSkipsOneOctetMore) {
  const std::string longest(limits::kListLineBytesMax, 'a');
  const std::string excerpt(limits::kReportExcerptBytesMax, 'a');
  EXPECT_THAT(lines_of(longest + "\nb"), ElementsAre(longest, "b"));
  EXPECT_THAT(lines_of(longest + "a\nb"), ElementsAre(excerpt + " skipped:line-too-long", "b"));
  EXPECT_THAT(lines_of("b\n" + longest + "a"),
              ElementsAre("b", excerpt + " skipped:line-too-long"));
}

TEST(SourceReader, SkipsALineOfAHundredMegabytes) {
  const std::string long_line(100'000'000, 'x');
  const std::string excerpt(limits::kReportExcerptBytesMax, 'x');
  const std::string packed = zstd_of("first.example\n" + long_line + "\nlast.example\n", 1);
  EXPECT_THAT(lines_of(packed),
              ElementsAre("first.example", excerpt + " skipped:line-too-long", "last.example"));
}

TEST(SourceReader, GivesTheSameLinesPackedOrNot) {
  const std::string text = many_lines(30'000);
  const auto plain = lines_of(text);
  ASSERT_THAT(plain, SizeIs(30'000));
  EXPECT_EQ(plain.back(), "name29999.example");
  EXPECT_EQ(lines_of(gzip_of(text)), plain);
  EXPECT_EQ(lines_of(zstd_of(text)), plain);
  EXPECT_EQ(lines_of(zstd_of(text, 19)), plain);
}

TEST(SourceReader, ReadsPackedPartsBehindOneAnother) {
  EXPECT_THAT(lines_of(gzip_of("a\nb") + gzip_of("c\nd\n")), ElementsAre("a", "bc", "d"));
  EXPECT_THAT(lines_of(zstd_of("a\nb") + zstd_of("c\nd\n")), ElementsAre("a", "bc", "d"));
}

TEST(SourceReader, SaysWhenPackedDataEndsTooEarly) {
  const std::string text = many_lines(1000);
  for (const std::string& packed : {gzip_of(text), zstd_of(text)}) {
    for (std::size_t size = 4; size < packed.size(); size += 7) {
      EXPECT_THAT(error_of(packed.substr(0, size)), HasSubstr("ends too early")) << size;
    }
    EXPECT_EQ(error_of(packed), "");
  }
}

TEST(SourceReader, SaysWhenPackedDataIsDamaged) {
  const std::string text = many_lines(1000);
  for (std::string packed : {gzip_of(text), zstd_of(text)}) {
    for (std::size_t i = packed.size() / 2; i < packed.size() / 2 + 100; ++i) {
      packed[i] = static_cast<char>(~packed[i]);
    }
    EXPECT_THAT(error_of(packed),
                testing::AnyOf(HasSubstr("damaged"), HasSubstr("ends too early")));
  }
}

TEST(SourceReader, RefusesAZstdWindowThatCostsTooMuchMemory) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, limits::kListZstdWindowBitsMax + 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  const std::string text = "a.example\n";
  std::string packed(1000, '\0');
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer out{packed.data(), packed.size(), 0};
  // Two steps: with all input at once the library would shrink the window.
  ASSERT_EQ(ZSTD_isError(ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush)), 0U);
  ASSERT_EQ(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end), 0U);
  ZSTD_freeCCtx(context);
  packed.resize(out.pos);
  EXPECT_THAT(error_of(packed), HasSubstr("a zstd window of more than 32 MB"));
}

TEST(SourceReader, RefusesWhatUnpacksToTooMuch) {
  std::string bomb;
  const std::string megabytes = zstd_of(std::string(64 << 20, 'x'), 1);
  for (std::uint64_t size = 0; size <= limits::kListSourceBytesMax; size += 64 << 20) {
    bomb += megabytes;
  }
  auto reader = SourceReader::over(as_bytes(bomb));
  ASSERT_TRUE(reader.has_value());
  SourceLine line;
  while (reader->next(line)) {
  }
  EXPECT_THAT(reader->error(), HasSubstr("unpacks to more than 1024 MB"));
}

TEST(SourceReader, ShowsTheHeadWithoutTakingIt) {
  const std::string text = many_lines(100'000);
  for (const std::string& source : {text, zstd_of(text), gzip_of(text)}) {
    auto reader = SourceReader::over(as_bytes(source));
    ASSERT_TRUE(reader.has_value());
    EXPECT_EQ(reader->head(), text.substr(0, limits::kListHeadBytesMax));
    EXPECT_THAT(lines_of(*reader), SizeIs(100'000));
  }
}

TEST(SourceReader, DigestsTheOctetsAsStored) {
  const test::TemporaryFolder folder;
  const std::string packed = zstd_of(many_lines(100'000));
  const auto path = folder.write("list.zst", packed);
  auto reader = SourceReader::open(path);
  ASSERT_TRUE(reader.has_value()) << reader.error();
  lines_of(*reader);
  EXPECT_EQ(reader->digest(), digest_of(as_bytes(packed)));
  EXPECT_EQ(reader->digest(), digest_of_file(path));
  EXPECT_EQ(reader->source_bytes(), packed.size());
  EXPECT_EQ(reader->line_count(), 100'000U);
}

TEST(SourceReader, SaysWhichFileCannotBeRead) {
  const test::TemporaryFolder folder;
  const auto missing = SourceReader::open(folder.path() / "none.txt");
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error(), HasSubstr("none.txt: the list's file does not exist"));
  const auto no_file = SourceReader::open(folder.path());
  ASSERT_FALSE(no_file.has_value());
  EXPECT_THAT(no_file.error(), HasSubstr("not a file"));
  EXPECT_FALSE(digest_of_file(folder.path() / "none.txt").has_value());
}

}  // namespace
}  // namespace haetae::list
