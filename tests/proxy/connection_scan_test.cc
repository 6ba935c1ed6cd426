// Pages that are judged while they pass a connection.
#include <gtest/gtest.h>

#include "proxy/connection.h"
#include "proxy/proxy_house.h"
#include "support/word_scan.h"
#include "wire/http_chunks.h"

namespace haetae::proxy::test {
namespace {

std::string get(std::string_view host) {
  return "GET http://" + std::string(host) + "/ HTTP/1.1\r\nHost: " + std::string(host) +
         "\r\n\r\n";
}

// Whose pages are read, if they are text.
struct ReadingHouse : House, private ResponseBodies {
  explicit ReadingHouse(const haetae::test::PolicyMaker& maker = default_maker()) : House(maker) {
    bodies = this;
  }

 private:
  std::unique_ptr<BodyScan> begin(const ResponseFacts& facts) noexcept override {
    if (!facts.content_type.starts_with("text/")) return nullptr;
    return std::make_unique<haetae::test::WordScan>();
  }
};
const std::string kText = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";

TEST(ProxyConnectionScan, APageWaitsForItsJudge) {
  ReadingHouse house;
  Visit visit(house);
  visit.client(get("a.example")).server(kText + "Content-Length: 8\r\n\r\nharm");
  EXPECT_TRUE(visit.to_client.starts_with("HTTP/1.1 403 ")) << visit.to_client;
  EXPECT_EQ(house.counters.bodies_blocked.value(), 1U);
  Visit clean(house);
  clean.client(get("a.example")).server(kText + "Content-Length: 8\r\n\r\nkind");
  EXPECT_EQ(clean.to_client, "") << "the rest may still tell";
  clean.server("ness");
  EXPECT_EQ(clean.to_client, kText + "Content-Length: 8\r\n\r\nkindness");
  EXPECT_TRUE(clean.connection.server_is_idle());
}

TEST(ProxyConnectionScan, WhatAHeadSaysOfItselfIsBelievedOfAnyBody) {
  constexpr std::string_view kLabel = "Rating: RTA-5042-1996-1400-1577-RTA\r\n";
  haetae::test::PolicyMaker maker = House::default_maker();
  maker.label_categories.adult = 0;
  for (const std::string_view type : {"text/html", "image/png", "video/mp4"}) {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: " + std::string(type) + "\r\n";
    ReadingHouse house(maker);
    Visit visit(house);
    visit.client(get("a.example")).server(head + std::string(kLabel) + "Content-Length: 9\r\n\r\n");
    EXPECT_TRUE(visit.to_client.starts_with("HTTP/1.1 403 ")) << visit.to_client;
    EXPECT_EQ(house.counters.heads_blocked.value(), 1U);
    EXPECT_EQ(house.take_events(), 2U) << "the request, and its answer";
    Visit other(house);
    other.client("HEAD http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n");
    other.server(head + std::string(kLabel) + "Content-Length: 9\r\n\r\n");
    EXPECT_TRUE(other.to_client.starts_with("HTTP/1.1 403 ")) << other.to_client;
    EXPECT_TRUE(other.to_client.ends_with("\r\n\r\n"));
    Visit plain(house);
    plain.client(get("a.example")).server(head + "Rating: general\r\nContent-Length: 1\r\n\r\nx");
    EXPECT_TRUE(plain.to_client.ends_with("\r\n\r\nx")) << plain.to_client;
  }
}

TEST(ProxyConnectionScan, ChunksAreUndoneForTheJudgeAlone) {
  ReadingHouse house;
  Visit visit(house);
  const std::string head = kText + "Transfer-Encoding: chunked\r\n\r\n";
  visit.client(get("a.example")).server(head + "2\r\nha\r\n2\r\nrm\r\n0\r\n\r\n");
  EXPECT_TRUE(visit.to_client.starts_with("HTTP/1.1 403 "));
  Visit clean(house);
  clean.client(get("a.example")).server(head + "2\r\nki\r\n2\r\nnd\r\n0\r\n\r\n", 1);
  EXPECT_EQ(clean.to_client, head + "2\r\nki\r\n2\r\nnd\r\n0\r\n\r\n");
}

constexpr std::string_view kNotice = "<p>This page is blocked.</p>";

TEST(ProxyConnectionScan, ALongPagePassesAndIsCutWhereItTells) {
  ReadingHouse house;
  Visit visit(house);
  visit.client(get("a.example")).server(kText + "Content-Length: 1000000\r\n\r\n");
  visit.server(std::string(limits::kProxyServerRoomBytes, 'x'));
  EXPECT_GT(visit.take_to_client().size(), limits::kProxyServerRoomBytes - 1);
  visit.server("more");
  EXPECT_EQ(visit.take_to_client(), "more");
  visit.server("harm");
  EXPECT_EQ(visit.to_client, kNotice);
  EXPECT_TRUE(visit.connection.client_is_told_all());
  EXPECT_EQ(house.counters.bodies_cut.value(), 1U);
}

TEST(ProxyConnectionScan, ASlowPageIsNotHeldForLong) {
  ReadingHouse house;
  Visit visit(house);
  visit.client(get("a.example")).server(kText + "\r\nslow");
  house.now.monotonic += seconds{4};
  visit.run();
  EXPECT_TRUE(visit.to_client.ends_with("slow"));
}

TEST(ProxyConnectionScan, ASlowPageIsJudgedBeforeItIsSeen) {
  ReadingHouse house;
  Visit visit(house);
  visit.client(get("a.example")).server(kText + "\r\nevil");
  EXPECT_EQ(visit.to_client, "");
  house.now.monotonic += limits::kProxyHeld;
  visit.run();
  EXPECT_TRUE(visit.to_client.starts_with("HTTP/1.1 403 ")) << visit.to_client;
  EXPECT_EQ(house.counters.bodies_blocked.value(), 1U);
}

TEST(ProxyConnectionScan, APageThatIsCutShortIsJudgedByWhatCame) {
  ReadingHouse house;
  Visit visit(house);
  visit.client(get("a.example")).server(kText + "Content-Length: 100\r\n\r\nevil").server_ends();
  EXPECT_TRUE(visit.to_client.starts_with("HTTP/1.1 403 ")) << visit.to_client;
  Visit clean(house);
  clean.client(get("a.example")).server(kText + "Content-Length: 100\r\n\r\nkind").server_ends();
  EXPECT_EQ(clean.to_client, kText + "Content-Length: 100\r\n\r\nkind");
  EXPECT_TRUE(clean.is_closed);
}

// A page that is seen in part, and then known to be blocked; what its client got.
std::string cut_page(std::string_view fields, std::string_view seen, std::string_view rest,
                     std::size_t piece) {
  ReadingHouse house;
  Visit visit(house);
  visit.client(get("a.example")).server(kText + std::string(fields) + "\r\n");
  visit.server(seen, piece);
  house.now.monotonic += limits::kProxyHeld;
  visit.run();
  visit.server(rest, piece);
  EXPECT_EQ(house.counters.bodies_cut.value(), 1U) << fields << piece << visit.to_client;
  return visit.to_client.substr(visit.to_client.find("\r\n\r\n") + 4);
}

TEST(ProxyConnectionScan, ASlowPageEndsWithANoticeWhereItIsCut) {
  const std::string words(2000, 'x');
  for (std::size_t piece = 1; piece < 40; ++piece) {
    const std::string until_close = cut_page("", words, "y evil z", piece);
    EXPECT_TRUE(until_close.starts_with(words)) << piece;
    EXPECT_TRUE(until_close.ends_with(kNotice)) << until_close;
    const std::string with_length = cut_page("Content-Length: 2008\r\n", words, "y evil z", piece);
    EXPECT_TRUE(with_length.ends_with("xx" + std::string(kNotice))) << with_length;
    EXPECT_LT(with_length.size(), 2008U) << "it does not look whole";
  }
}

TEST(ProxyConnectionScan, ANoticeBehindChunksIsAChunk) {
  const std::string start = "6\r\nhello \r\n2\r\nyo\r\n";
  for (const std::string_view rest :
       {"8\r\ny evil z\r\n0\r\n\r\n", "1\r\ne\r\n1\r\nv\r\n1\r\ni\r\n1\r\nl\r\n0\r\n\r\n",
        "1000\r\nevil"}) {
    for (std::size_t piece = 1; piece < 40; ++piece) {
      const std::string got = cut_page("Transfer-Encoding: chunked\r\n", start, rest, piece);
      wire::HttpChunkReader reader;
      std::string text;
      for (Bytes more = as_bytes(got); !more.empty();) {
        const auto step = reader.feed(more);
        ASSERT_EQ(step.progress, wire::Progress::NeedMore) << piece << ": " << got;
        text += as_text(step.data);
        more = more.subspan(step.bytes);
      }
      EXPECT_TRUE(text.starts_with("hello yo")) << text;
      EXPECT_TRUE(text.ends_with(kNotice)) << text;
    }
  }
}

TEST(ProxyConnectionScan, WhatTakesNoNoticeIsJustCut) {
  const std::string words(2000, 'x');
  EXPECT_EQ(cut_page("Content-Encoding: gzip\r\n", words, "evil", 1 << 20), words);
  EXPECT_EQ(cut_page("Content-Type: text/plain\r\n", words, "evil", 1 << 20), words);
}

}  // namespace
}  // namespace haetae::proxy::test
