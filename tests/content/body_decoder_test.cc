#include "content/body_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/guarded_bytes.h"
#include "support/packed.h"
#include "support/test_data.h"

namespace haetae::content {
namespace {

constexpr Codings codings(std::initializer_list<Coding> applied) {
  Codings of;
  for (const Coding coding : applied) of.room[of.count++] = coding;
  return of;
}

constexpr Codings kPlain = codings({});
constexpr Codings kGzip = codings({Coding::Gzip});
constexpr Codings kDeflate = codings({Coding::Deflate});
constexpr Codings kBrotli = codings({Coding::Brotli});
constexpr Codings kZstd = codings({Coding::Zstd});

// Bodies as programs of other people packed them: gzip 1.12, brotli 1.0.9, zstd 1.5.4, Python's
// zlib. They are the fuzzer's seeds, which name their codings in their first octet.
std::string packed(const char* name) {
  const std::string seed =
      test::read_file(test::source_folder() / "tests/fuzz/seeds/body_decoder" / name);
  return seed.substr(1);
}

// What those hold that are whole.
std::string page() {
  std::string page =
      "<!DOCTYPE html><html lang=\"ko\"><head><meta charset=\"utf-8\"><title>레서판다 — Red panda"
      "</title></head><body>\n";
  for (int i = 0; i < 60; ++i) {
    page += "<p>" + std::to_string(i) +
            ": The red panda (Ailurus fulgens) eats bamboo; 레서판다는 대나무를 먹는다.</p>\n";
  }
  return page + "</body></html>\n";
}

struct Decoded {
  DecodeEnd end = DecodeEnd::NeedMore;
  std::string text;
  bool is_whole = false;
};

struct Pieces {
  std::size_t raw = 1 << 20;
  std::size_t out = 4096;
};

BodyDecoder& decoder() {
  static DecoderBudget budget(limits::kDecodersBytesMax);
  static BodyDecoder decoder(budget);  // one for all, so that nothing may be left of a body
  return decoder;
}

Decoded decode(const Codings& how, std::string_view body, Pieces pieces = {}) {
  Decoded decoded;
  std::string out(pieces.out, '\0');
  decoder().start(how);
  while (!body.empty()) {
    const test::GuardedBytes guarded(as_bytes(body.substr(0, pieces.raw)));
    body.remove_prefix(guarded.bytes().size());
    Bytes raw = guarded;
    do {
      const MutableBytes room(reinterpret_cast<std::uint8_t*>(out.data()), out.size());
      const BodyDecoder::Step step = decoder().feed(raw, room);
      decoded.text.append(out, 0, step.bytes);
      decoded.end = step.end;
    } while (decoded.end == DecodeEnd::MoreText);
    if (decoded.end != DecodeEnd::NeedMore) return decoded;
    EXPECT_TRUE(raw.empty());
  }
  decoded.is_whole = decoder().is_whole();
  return decoded;
}

struct WholeCase {
  const char* seed;
  Codings how;
};
const WholeCase kWhole[] = {
    {"gzip_by_gzip", kGzip},
    {"gzip_two_members", kGzip},
    {"deflate_zlib", kDeflate},
    {"deflate_raw", kDeflate},
    {"br_by_brotli", kBrotli},
    {"br_large_window", kBrotli},
    {"zstd_by_zstd", kZstd},
    {"zstd_two_frames", kZstd},
    {"gzip_then_br", codings({Coding::Gzip, Coding::Brotli})},
    {"br_then_gzip", codings({Coding::Brotli, Coding::Gzip})},
    {"gzip_twice", codings({Coding::Gzip, Coding::Gzip})},
    {"deflate_then_zstd", codings({Coding::Deflate, Coding::Zstd})},
};

TEST(BodyDecoder, UndoesWhatProgramsPacked) {
  for (const WholeCase& row : kWhole) {
    const Decoded decoded = decode(row.how, packed(row.seed));
    EXPECT_EQ(decoded.text, page()) << row.seed;
    EXPECT_TRUE(decoded.is_whole || decoded.end == DecodeEnd::Done) << row.seed;
  }
}

TEST(BodyDecoder, GivesTheSameHoweverItIsCut) {
  for (const WholeCase& row : kWhole) {
    for (const Pieces pieces : {Pieces{1, 4096}, Pieces{2, 1}, Pieces{7, 3}, Pieces{1 << 20, 1}}) {
      EXPECT_EQ(decode(row.how, packed(row.seed), pieces).text, page()) << row.seed;
    }
  }
}

TEST(BodyDecoder, GivesAllThatIsThereHoweverSmallTheRoomIs) {
  const std::string cut = packed("br_more_than_room");  // ends in the middle of its coding
  const Decoded decoded = decode(kBrotli, cut);
  EXPECT_GT(decoded.text.size(), cut.size());
  EXPECT_EQ(decode(kBrotli, cut, {1, 3}).text, decoded.text);
}

// Two octets can hold as many letters, and are looked at before anything is undone.
TEST(BodyDecoder, GivesWhatIsInTheFirstTwoOctetsOfDeflate) {
  const std::string seed = packed("deflate_from_the_first_octet");
  const Decoded decoded = decode(kDeflate, seed);
  EXPECT_EQ(decode(kDeflate, seed, {1, 1}).text, decoded.text);
  EXPECT_EQ(decode(kDeflate, seed, {1000, 1}).text, decoded.text);
}

TEST(BodyDecoder, OfEveryTruncatedBodyGivesTheStart) {
  for (const WholeCase& row : kWhole) {
    const std::string body = packed(row.seed);
    std::size_t longest = 0;
    for (std::size_t size = 0; size < body.size(); ++size) {
      const Decoded decoded = decode(row.how, std::string_view(body).substr(0, size));
      EXPECT_TRUE(page().starts_with(decoded.text)) << row.seed << " at " << size;
      EXPECT_NE(decoded.end, DecodeEnd::Corrupt) << row.seed << " at " << size;
      if (decoded.text.size() < page().size()) {
        const bool is_end_of_a_part = std::string_view(row.seed).find("_two_") != std::string::npos;
        EXPECT_TRUE(!decoded.is_whole || is_end_of_a_part) << row.seed << " at " << size;
      }
      EXPECT_GE(decoded.text.size(), longest) << row.seed << " at " << size;
      longest = decoded.text.size();
    }
  }
}

TEST(BodyDecoder, NothingIsNoWholeBodyOfACoding) {
  EXPECT_FALSE(decode(kGzip, "").is_whole);
  EXPECT_TRUE(decode(kPlain, "").is_whole);
}

TEST(BodyDecoder, CopiesAPlainBody) {
  EXPECT_EQ(decode(kPlain, page(), {100, 7}).text, page());
}

struct EndCase {
  const char* about;
  const char* seed;
  Codings how;
  DecodeEnd end;
};
const EndCase kEnds[] = {
    {"a plain body that calls itself gzip", "identity_as_gzip", kGzip, DecodeEnd::Corrupt},
    {"or deflate", "identity_as_deflate", kDeflate, DecodeEnd::Corrupt},
    {"or br", "identity_as_br", kBrotli, DecodeEnd::Corrupt},
    {"or zstd", "identity_as_zstd", kZstd, DecodeEnd::Corrupt},
    {"gzip that was damaged", "gzip_damaged", kGzip, DecodeEnd::Corrupt},
    {"br that was damaged", "br_damaged", kBrotli, DecodeEnd::Corrupt},
    {"zstd that was damaged", "zstd_damaged", kZstd, DecodeEnd::Corrupt},
    {"a body behind which something stands", "gzip_and_more", kGzip, DecodeEnd::Done},
    {"zstd of before the standard", "zstd_v07", kZstd, DecodeEnd::Corrupt},
    {"a window beyond RFC 9659", "zstd_window_too_large", kZstd, DecodeEnd::TooLarge},
    {"the largest window", "zstd_window_at_limit", kZstd, DecodeEnd::NeedMore},
    {"10 GB of zeros in 8 KB of br", "br_bomb", kBrotli, DecodeEnd::TooLarge},
    {"10 GB of zeros in zstd in zstd", "zstd_bomb_in_zstd", codings({Coding::Zstd, Coding::Zstd}),
     DecodeEnd::TooLarge},
};

TEST(BodyDecoder, SaysHowABodyEnds) {
  for (const EndCase& row : kEnds) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{1} << 20}) {
      EXPECT_EQ(decode(row.how, packed(row.seed), {size, 4096}).end, row.end) << row.about;
    }
  }
}

TEST(BodyDecoder, StopsABombOfGzipSoon) {
  const std::string mebibyte_of_zeros = test::gzip_of(std::string(1 << 20, '\0'));
  std::string bomb;
  for (int i = 0; i < 10'000; ++i) bomb += mebibyte_of_zeros;  // members behind one another: 10 GB
  const Decoded decoded = decode(kGzip, bomb);
  EXPECT_EQ(decoded.end, DecodeEnd::TooLarge);
  // By what was read so far, which is at most the first piece that was fed.
  EXPECT_LE(decoded.text.size(), limits::kDecodedFreeBytes + limits::kDecodedRatioMax * 65'536);
}

TEST(BodyDecoder, LetsALargeTableBe) {
  std::string table = "<table>";
  for (int i = 0; i < 200'000; ++i)
    table += "<tr><td>0</td><td>" + std::to_string(i) + "</td></tr>";
  const Decoded decoded = decode(kGzip, test::gzip_of(table));
  EXPECT_EQ(decoded.text.size(), table.size());
  EXPECT_TRUE(decoded.is_whole);
}

// Body after body in windows of 8 MB, until the budget of all is used up.
TEST(BodyDecoder, SharesItsBudgetWithOthers) {
  DecoderBudget budget(20 << 20);
  const std::string body = packed("zstd_window_at_limit");
  std::vector<std::unique_ptr<BodyDecoder>> decoders;
  std::vector<DecodeEnd> ends;
  for (int i = 0; i < 3; ++i) {
    decoders.push_back(std::make_unique<BodyDecoder>(budget));
    decoders.back()->start(kZstd);
    std::array<std::uint8_t, 100> out;
    Bytes raw = as_bytes(body);
    ends.push_back(decoders.back()->feed(raw, out).end);
  }
  EXPECT_EQ(ends, (std::vector{DecodeEnd::NeedMore, DecodeEnd::NeedMore, DecodeEnd::TooLarge}));
  decoders[0]->stop();
  decoders.pop_back();
  decoders[0]->start(kZstd);
  std::array<std::uint8_t, 100> out;
  Bytes raw = as_bytes(body);
  EXPECT_EQ(decoders[0]->feed(raw, out).end, DecodeEnd::NeedMore);
  decoders.clear();
  EXPECT_EQ(budget.used_bytes(), 0U);
}

struct FieldCase {
  const char* field;
  std::optional<std::vector<Coding>> codings;
};
const FieldCase kFields[] = {
    {"", std::vector<Coding>{}},
    {"identity", std::vector<Coding>{}},
    {"gzip", {{Coding::Gzip}}},
    {" X-GZip ", {{Coding::Gzip}}},
    {"Deflate", {{Coding::Deflate}}},
    {"br, zstd", {{Coding::Brotli, Coding::Zstd}}},
    {"gzip,,identity,gzip", {{Coding::Gzip, Coding::Gzip}}},
    {"gzip, gzip, gzip", std::nullopt},
    {"compress", std::nullopt},
    {"gzip;q=1", std::nullopt},
    {"gzip br", std::nullopt},
};

TEST(BodyDecoder, ReadsTheCodingsOfAField) {
  for (const FieldCase& row : kFields) {
    const std::optional<Codings> read = read_codings(row.field);
    ASSERT_EQ(read.has_value(), row.codings.has_value()) << row.field;
    if (!read) continue;
    EXPECT_EQ(std::vector<Coding>(read->all().begin(), read->all().end()), *row.codings)
        << row.field;
  }
}

}  // namespace
}  // namespace haetae::content
