#include "proxy/request.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "support/guarded_bytes.h"

namespace haetae::proxy {
namespace {

using namespace std::string_literals;
using wire::Progress;

std::string rewritten(std::string_view text, const RequestStyle& style = {}) {
  Request request;
  EXPECT_EQ(read_request(as_bytes(text), request), Progress::Done);
  EXPECT_EQ(request.fault, Fault::None) << text;
  std::array<std::uint8_t, 4096> room;
  HeadText out(room);
  write_request(request, style, out);
  EXPECT_FALSE(out.is_full());
  return std::string(as_text(Bytes(room).first(out.size())));
}

struct FaultCase {
  std::string_view what;
  std::string text;
  Fault fault;
};

const FaultCase kFaultCases[] = {
    {"chunks and a length",
     "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n"
     "Transfer-Encoding: chunked\r\n\r\n",
     Fault::Malformed},
    {"two lengths",
     "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n"
     "Content-Length: 4\r\n\r\n",
     Fault::Malformed},
    {"the same length twice",
     "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n"
     "Content-Length: 3\r\n\r\n",
     Fault::Malformed},
    {"a length with a sign", "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: +3\r\n\r\n",
     Fault::Malformed},
    {"a folded line", "GET / HTTP/1.1\r\nHost: a.example\r\nX: a\r\n b\r\n\r\n", Fault::Malformed},
    {"a line that ends with LF alone", "GET / HTTP/1.1\r\nHost: a.example\nX: a\r\n\r\n",
     Fault::Malformed},
    {"a request line that does", "GET / HTTP/1.1\nHost: a.example\r\n\r\n", Fault::Malformed},
    {"a blank in front of a colon", "GET / HTTP/1.1\r\nHost : a.example\r\n\r\n", Fault::Malformed},
    {"a NUL in a value", "GET / HTTP/1.1\r\nHost: a.example\r\nX: a\0b\r\n\r\n"s, Fault::Malformed},
    {"a bare CR", "GET / HTTP/1.1\r\nHost: a.example\r\nX: a\rb\r\n\r\n", Fault::Malformed},
    {"two hosts", "GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n", Fault::Malformed},
    {"an unknown coding",
     "POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: xchunked\r\n"
     "\r\n",
     Fault::Malformed},
    {"a blank in the target", "GET /a b HTTP/1.1\r\nHost: a.example\r\n\r\n", Fault::Malformed},
    {"a backslash in the authority",
     "GET http://a.example\\@b.example/ HTTP/1.1\r\n"
     "Host: a.example\r\n\r\n",
     Fault::Malformed},
    {"no host", "GET / HTTP/1.1\r\nX: a\r\n\r\n", Fault::NoHost},
    {"HTTP/0.9", "GET /\r\n\r\n", Fault::Malformed},
    {"HTTP/2", "PRI * HTTP/2.0\r\n\r\n", Fault::Version},
    {"another scheme", "GET ftp://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
     Fault::Malformed},
    {"an unknown expectation", "GET / HTTP/1.1\r\nHost: a.example\r\nExpect: tea\r\n\r\n",
     Fault::Expectation},
    {"chunks of HTTP/1.0",
     "POST / HTTP/1.0\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n"
     "\r\n",
     Fault::Malformed},
    {"more hop-by-hop names than anybody has",
     "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q\r\n\r\n",
     Fault::Malformed},
    {"a head without end",
     "GET / HTTP/1.1\r\nHost: a.example\r\nX: " + std::string(limits::kProxyHeadBytesMax, 'a'),
     Fault::TooLong},
};

TEST(ProxyRequest, RefusesWhatHasTwoReadings) {
  for (const FaultCase& one : kFaultCases) {
    Request request;
    const haetae::test::GuardedBytes stream(as_bytes(one.text));
    EXPECT_EQ(read_request(stream.bytes(), request), Progress::Done) << one.what;
    EXPECT_EQ(request.fault, one.fault) << one.what;
  }
}

TEST(ProxyRequest, NeedsMoreUntilTheHeadIsWhole) {
  const std::string head = "GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n";
  for (std::size_t size = 0; size < head.size(); ++size) {
    Request request;
    const haetae::test::GuardedBytes stream(as_bytes(head).first(size));
    EXPECT_EQ(read_request(stream.bytes(), request), Progress::NeedMore) << size;
  }
}

TEST(ProxyRequest, WritesThePathAndOneHostAndNoHopFields) {
  EXPECT_EQ(rewritten("GET http://u:p@A.example:81/x?y#z HTTP/1.1\r\nHost: other.example\r\n"
                      "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nX: 2\r\n"
                      "Proxy-Authorization: Basic eA==\r\nProxy-Connection: close\r\nTE: gzip\r\n"
                      "\r\n"),
            "GET /x?y HTTP/1.1\r\nHost: A.example:81\r\nX: 2\r\n\r\n");
  EXPECT_EQ(rewritten("GET http://a.example?q HTTP/1.1\r\nHost: a.example\r\n\r\n"),
            "GET /?q HTTP/1.1\r\nHost: a.example\r\n\r\n");
  EXPECT_EQ(rewritten("OPTIONS http://a.example HTTP/1.1\r\nHost: a.example\r\n\r\n"),
            "OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n");
}

TEST(ProxyRequest, NobodyNamesAwayHowLongTheBodyIs) {
  EXPECT_EQ(rewritten("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n"
                      "Connection: Content-Length, Host\r\n\r\n"),
            "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\n");
}

TEST(ProxyRequest, AsksForTheCodingsThatAreUndone) {
  const std::string_view head =
      "GET / HTTP/1.1\r\nHost: a.example\r\nAccept-Encoding: gzip;q=1.0, sdch, br, *\r\n\r\n";
  EXPECT_EQ(rewritten(head, {.limits_codings = true}),
            "GET / HTTP/1.1\r\nHost: a.example\r\nAccept-Encoding: gzip;q=1.0, br\r\n\r\n");
  EXPECT_EQ(rewritten("GET / HTTP/1.1\r\nHost: a.example\r\nAccept-Encoding: sdch\r\n\r\n",
                      {.limits_codings = true}),
            "GET / HTTP/1.1\r\nHost: a.example\r\nAccept-Encoding: identity\r\n\r\n");
}

TEST(ProxyRequest, AWebSocketKeepsItsUpgrade) {
  EXPECT_EQ(rewritten("GET /ws HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\n"
                      "Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n"),
            "GET /ws HTTP/1.1\r\nHost: a.example\r\nSec-WebSocket-Key: x\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_EQ(rewritten("GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                      "Upgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n"),
            "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
}

}  // namespace
}  // namespace haetae::proxy
