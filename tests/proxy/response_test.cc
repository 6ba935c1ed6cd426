#include "proxy/response.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "support/guarded_bytes.h"

namespace haetae::proxy {
namespace {

using wire::Progress;

struct FramingCase {
  std::string_view what;
  std::string_view text;
  bool is_head;
  Framing framing;
  std::uint64_t bytes;
  bool keeps_alive;
};

constexpr FramingCase kFramingCases[] = {
    {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false, Framing::Length, 5, true},
    {"the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", false,
     Framing::Length, 5, true},
    {"no octets", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, Framing::None, 0, true},
    {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", false, Framing::Chunked, 0,
     true},
    {"until the end", "HTTP/1.1 200 OK\r\n\r\n", false, Framing::UntilClose, 0, false},
    {"an answer to HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true, Framing::None, 0,
     true},
    {"204", "HTTP/1.1 204 No Content\r\n\r\n", false, Framing::None, 0, true},
    {"304 with the length that it would have",
     "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n"
     "\r\n",
     false, Framing::None, 0, true},
    {"100", "HTTP/1.1 100 Continue\r\n\r\n", false, Framing::None, 0, true},
    {"a server that closes", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n",
     false, Framing::Length, 1, false},
    {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", false, Framing::Length, 1, false},
    {"HTTP/1.0 that stays",
     "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n"
     "\r\n",
     false, Framing::Length, 1, true},
    {"chunks of HTTP/1.0, whatever it says of the connection",
     "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n", false,
     Framing::Chunked, 0, false},
    {"no reason", "HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\n", false, Framing::Length, 1, true},
    {"no blank either", "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\n", false, Framing::Length, 1,
     true},
};

TEST(ProxyResponse, KnowsWhereTheBodyEnds) {
  for (const FramingCase& one : kFramingCases) {
    Response response;
    const haetae::test::GuardedBytes stream(as_bytes(one.text));
    ASSERT_EQ(read_response(stream.bytes(), one.is_head, response), Progress::Done) << one.what;
    EXPECT_EQ(response.framing, one.framing) << one.what;
    EXPECT_EQ(response.body_bytes, one.framing == Framing::Length ? one.bytes : 0) << one.what;
    EXPECT_EQ(response.keeps_alive, one.keeps_alive) << one.what;
    EXPECT_EQ(response.size_bytes, one.text.size()) << one.what;
  }
}

TEST(ProxyResponse, TakesNothingThatSaysTwoThings) {
  constexpr std::pair<std::string_view, std::string_view> kCases[] = {
      {"chunks and a length",
       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"},
      {"two in one line", "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n"},
      {"a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n"},
      {"an empty one", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n"},
      {"chunks twice",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"a coding that nobody asked for",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"},
      {"chunks of HTTP/1.0 and a length",
       "HTTP/1.0 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"a folded line", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 5\r\n\r\n"},
      {"a blank in front of a colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n"},
      {"LF alone", "HTTP/1.1 200 OK\nContent-Length: 5\n\n"},
      {"a line that ends with LF", "HTTP/1.1 200 OK\r\nX: a\nContent-Length: 5\r\n\r\n"},
      {"a line of no field", "HTTP/1.1 200 OK\r\nwhatever\r\n\r\n"},
      {"no status", "HTTP/1.1 2x0 OK\r\n\r\n"},
      {"another protocol", "ICY 200 OK\r\n\r\n"},
      {"HTTP/2", "HTTP/2 200 OK\r\n\r\n"},
  };
  for (const auto& [what, text] : kCases) {
    Response response;
    const haetae::test::GuardedBytes stream(as_bytes(text));
    EXPECT_EQ(read_response(stream.bytes(), false, response), Progress::Malformed) << what;
  }
  Response response;
  const std::string endless =
      "HTTP/1.1 200 OK\r\nX: " + std::string(limits::kProxyHeadBytesMax, 'a');
  EXPECT_EQ(read_response(as_bytes(endless), false, response), Progress::Malformed);
}

TEST(ProxyResponse, NeedsMoreUntilTheHeadIsWhole) {
  const std::string_view head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  for (std::size_t size = 0; size < head.size(); ++size) {
    Response response;
    const haetae::test::GuardedBytes stream(as_bytes(head).first(size));
    EXPECT_EQ(read_response(stream.bytes(), false, response), Progress::NeedMore) << size;
  }
}

TEST(ProxyResponse, ReadsWhatItsHeadSaysForFilters) {
  const auto labels_of_field = [](std::string_view field) {
    const std::string text = "HTTP/1.1 200 OK\r\n" + std::string(field) + "\r\n\r\n";
    Response response;
    EXPECT_EQ(read_response(as_bytes(text), false, response), Progress::Done) << field;
    return response.labels;
  };
  EXPECT_TRUE(labels_of_field("Rating: RTA-5042-1996-1400-1577-RTA").rta);
  EXPECT_TRUE(labels_of_field("rating: adult").adult_rating);
  EXPECT_TRUE(labels_of_field("RATING: restricted").adult_rating);
  EXPECT_TRUE(labels_of_field("PICS-Label: (PICS-1.1 \"http://www.icra.org/ratingsv02.html\" "
                              "l gen true r (nb 1 lz 1))")
                  .icra_sexual);
  EXPECT_EQ(labels_of_field("age-de-meta-label: age=18 hash: 12 v=1.0").age, 18);
  EXPECT_EQ(labels_of_field("Age-Meta-Label: age=16").age, 16);
  for (const std::string_view field : {"Rating: general", "X-Rating: adult", "Server: adult",
                                       "Connection: adult", "Content-Length: 18"}) {
    EXPECT_FALSE(labels_of_field(field).any()) << field;
  }
}

std::string rewritten(std::string_view text, const ResponseStyle& style) {
  Response response;
  EXPECT_EQ(read_response(as_bytes(text), false, response), Progress::Done);
  std::array<std::uint8_t, 1024> room;
  HeadText out(room);
  write_response(response, style, out);
  return std::string(as_text(Bytes(room).first(out.size())));
}

TEST(ProxyResponse, SaysWhatBecomesOfTheClientsConnection) {
  const std::string_view head =
      "HTTP/1.0 200 Fine\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 3\r\n"
      "Content-Length: 5\r\n\r\n";
  EXPECT_EQ(rewritten(head, {}), "HTTP/1.1 200 Fine\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(rewritten(head, {.closes = true}),
            "HTTP/1.1 200 Fine\r\nContent-Length: 5\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(rewritten(head, {.is_for_old = true}),
            "HTTP/1.1 200 Fine\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(rewritten("HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
                      {.closes = true}),
            "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
}

}  // namespace
}  // namespace haetae::proxy
