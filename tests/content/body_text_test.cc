#include "content/body_text.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "support/allocation_count.h"
#include "support/packed.h"
#include "support/test_data.h"

namespace haetae::content {
namespace {

struct Words final : TextSink {
  void take(std::string_view text, Place place) noexcept override {
    (place == Place::Title ? title : body) += text;
  }
  std::string title, body;
};

struct Read {
  Words words;
  BodyEnd end = BodyEnd::NeedMore;
  bool is_text = false;
  bool is_whole = false;
};

struct Head {
  const char* type = "text/html; charset=utf-8";
  const char* encoding = "";
};

BodyRoom& room() {
  static const auto room = std::make_unique<BodyRoom>();
  return *room;
}

BodyText& body_text() {
  static DecoderBudget budget(limits::kDecodersBytesMax);
  static BodyText text(budget);  // one for all, so that nothing may be left of a body
  return text;
}

Read read(const Head& head, std::string_view body, std::size_t piece = 1 << 20) {
  Read read;
  read.is_text = body_text().start(head.type, *read_codings(head.encoding));
  while (read.is_text && read.end == BodyEnd::NeedMore && !body.empty()) {
    const std::string_view next = body.substr(0, piece);
    body.remove_prefix(next.size());
    read.end = body_text().feed(as_bytes(next), room(), read.words);
  }
  if (read.end == BodyEnd::NeedMore || read.end == BodyEnd::Done) {
    read.is_whole = body_text().finish(room(), read.words);
  }
  return read;
}

// Pages as their servers would send them, in CP949 by Python's codecs.
constexpr std::string_view kKoreanPage =
    "<html><head><meta http-equiv=content-type content=\"text/html; charset=euc-kr\"><title>"
    "\xb7\xb9\xbc\xad\xc6\xc7\xb4\xd9</title></head><body><p>\xb7\xb9\xbc\xad\xc6\xc7\xb4\xd9\xb4"
    "\xc2 <b>\xb4\xeb\xb3\xaa\xb9\xab</b>\xb8\xa6</p></body></html>";

TEST(BodyText, ReadsAKoreanPageInEveryCoding) {
  for (const std::size_t piece : {1, 5, 100'000}) {
    for (const char* encoding : {"", "gzip", "zstd", "gzip, zstd"}) {
      std::string body(kKoreanPage);
      if (std::string_view(encoding).starts_with("gzip")) body = test::gzip_of(body);
      if (std::string_view(encoding).ends_with("zstd")) body = test::zstd_of(body);
      const Read got = read({"text/html", encoding}, body, piece);
      EXPECT_EQ(got.words.title, " 레서판다") << encoding;
      EXPECT_EQ(got.words.body, " 레서판다는 대나무를") << encoding;
      EXPECT_TRUE(got.is_whole) << encoding;
    }
  }
}

TEST(BodyText, IsNotForWhatNobodyReads) {
  EXPECT_FALSE(read({"image/png"}, "red").is_text);
  EXPECT_FALSE(read({"application/octet-stream"}, "<p>red").is_text);
}

TEST(BodyText, LooksAtABodyWithoutType) {
  for (const std::size_t piece : {1, 600}) {
    EXPECT_EQ(read({""}, "<!DOCTYPE html><p>red<b>panda", piece).words.body, " redpanda");
    EXPECT_EQ(read({""}, "<red> panda", piece).words.body, " red panda");
    const std::string binary = "\x89PNG\r\n" + std::string(600, '\0') + "red";
    const Read got = read({""}, binary, piece);
    EXPECT_EQ(got.end, BodyEnd::NotText);
    EXPECT_EQ(got.words.body, "");
  }
}

TEST(BodyText, OfADamagedBodyReadsWhatStandsBefore) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "red panda " + std::to_string(i) + " ";
  std::string body = test::gzip_of(text);
  body[body.size() / 2] ^= 0x55;
  const Read got = read({"text/plain", "gzip"}, body);
  EXPECT_EQ(got.end, BodyEnd::Corrupt);
  EXPECT_TRUE(got.words.body.starts_with(" red panda 0 red panda 1 "));
}

TEST(BodyText, SaysThatABodyIsCut) {
  const std::string body = test::gzip_of("<p>red panda");
  const Read got = read({"text/html", "gzip"}, body.substr(0, body.size() - 9));
  EXPECT_EQ(got.end, BodyEnd::NeedMore);
  EXPECT_FALSE(got.is_whole);
}

TEST(BodyText, APlainBodyThatCallsItselfPackedIsCorrupt) {
  for (const char* encoding : {"gzip", "br", "zstd", "deflate"}) {
    EXPECT_EQ(read({"text/html", encoding}, "<html><body>A red panda, plainly.").end,
              BodyEnd::Corrupt)
        << encoding;
  }
}

TEST(BodyText, AllocatesNothingOnceItIsWarm) {
  const std::string packed = test::gzip_of(kKoreanPage);
  const auto read_both = [&] {
    static Words words;
    words.title.clear();
    words.body.clear();
    for (const std::string_view body : {std::string_view(packed), kKoreanPage}) {
      Codings codings;
      if (body == packed) codings.room[codings.count++] = Coding::Gzip;
      body_text().start("text/html", codings);
      body_text().feed(as_bytes(body), room(), words);
      body_text().finish(room(), words);
    }
  };
  read_both();
  const std::uint64_t before = test::allocation_count();
  read_both();
  EXPECT_EQ(test::allocation_count(), before);
}

// Whatever the octets are, they are read to their end.
TEST(BodyText, ReadsRealTraffic) {
  HAETAE_NEEDS_DATA();
  const test::TemporaryFolder folder;
  const std::string unpack = "tar --zstd -xf " +
                             (*test::data_folder() / "http/http-messages.tar.zst").string() +
                             " -C " + folder.path().string();
  ASSERT_EQ(std::system(unpack.c_str()), 0);
  std::size_t files = 0, members = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const std::string octets = test::read_file(entry.path());
    for (const char* type : {"text/html", "application/json", "text/xml", ""}) {
      read({type}, octets);
      const Read whole = read({type, "gzip"}, octets);
      EXPECT_EQ(read({type, "gzip"}, octets, 3).words.body, whole.words.body);
      members += !whole.words.body.empty();
    }
  }
  EXPECT_GE(files, 50U);
  EXPECT_GE(members, 10U) << "some of them are packed";
}

}  // namespace
}  // namespace haetae::content
