// The heads of HTTP/1 requests, and where their bodies end.
#include "wire/http_head.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "support/allocation_count.h"
#include "support/guarded_bytes.h"
#include "wire/host.h"

namespace haetae::wire {
namespace {

using haetae::test::GuardedBytes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A head with the stream that its views point into.
struct Read {
  explicit Read(std::string_view text) : stream(as_bytes(text)) {
    progress = read_http_head(stream, head);
  }
  std::vector<std::string> hosts() const {
    std::vector<std::string> all;
    for (const HttpHost& host : head.hosts()) {
      all.emplace_back(as_text(host.text));
      if (host.port != 0) all.back() += "|" + std::to_string(host.port);
    }
    return all;
  }
  std::string_view path() const { return as_text(head.path); }

  GuardedBytes stream;
  HttpRequestHead head;
  Progress progress;
};

TEST(HttpHead, ReadsWhatABrowserSends) {
  const std::string text =
      "GET /watch?v=1&q=a%20b HTTP/1.1\r\n"
      "Host: www.Example.com:8080\r\n"
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
      "Accept: text/html,*/*;q=0.8\r\n"
      "Connection: keep-alive\r\n"
      "\r\n";
  const Read read(text + "GET /next");
  ASSERT_EQ(read.progress, Progress::Done);
  EXPECT_EQ(as_text(read.head.method), "GET");
  EXPECT_EQ(as_text(read.head.target), "/watch?v=1&q=a%20b");
  EXPECT_EQ(read.path(), "/watch?v=1&q=a%20b");
  EXPECT_EQ(read.head.form, HttpForm::Origin);
  EXPECT_EQ(read.head.version_major, 1);
  EXPECT_EQ(read.head.version_minor, 1);
  EXPECT_THAT(read.hosts(), ElementsAre("www.Example.com|8080"));
  EXPECT_FALSE(read.head.is_connect || read.head.is_websocket || read.head.is_http2);
  EXPECT_EQ(read.head.framing, HttpFraming::None);
  EXPECT_EQ(read.head.size_bytes, text.size());
}

TEST(HttpHead, NeedsMoreUntilItsEmptyLineAndKnowsTheHostOnceItsLineIsThere) {
  const std::string text =
      "POST http://www.example.com/form HTTP/1.1\r\nCookie: a=b\r\nHost: www.example.org\r\n"
      "Content-Length: 5\r\n\r\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    const Read read(std::string_view(text).substr(0, size));
    ASSERT_EQ(read.progress, Progress::NeedMore) << size;
    const std::size_t known = (size > text.find("\r\nCookie") + 1 ? 1U : 0U) +
                              (size > text.find("\r\nContent") + 1 ? 1U : 0U);
    ASSERT_EQ(read.head.hosts().size(), known) << size;
  }
  EXPECT_THAT(Read(text).hosts(), ElementsAre("www.example.com", "www.example.org"));
}

TEST(HttpHead, KnowsEveryFormOfATarget) {
  struct Case {
    const char* what;
    const char* line;
    HttpForm form;
    const char* path;
    std::vector<std::string> hosts;
  };
  const Case cases[] = {
      {"a path", "GET /a?b HTTP/1.1", HttpForm::Origin, "/a?b", {}},
      {"a path that holds a URL",
       "GET /a?u=http://b.example/ HTTP/1.1",
       HttpForm::Origin,
       "/a?u=http://b.example/",
       {}},
      {"a URL", "GET http://a.example/b?c HTTP/1.1", HttpForm::Absolute, "/b?c", {"a.example"}},
      {"a URL with a port",
       "GET http://a.example:81/ HTTP/1.1",
       HttpForm::Absolute,
       "/",
       {"a.example|81"}},
      {"a URL without path",
       "GET http://a.example HTTP/1.1",
       HttpForm::Absolute,
       "",
       {"a.example"}},
      {"a URL with a query alone",
       "GET http://a.example?b HTTP/1.1",
       HttpForm::Absolute,
       "?b",
       {"a.example"}},
      {"a URL with a user",
       "GET http://u:p@a.example/ HTTP/1.1",
       HttpForm::Absolute,
       "/",
       {"a.example"}},
      {"a URL with two at signs",
       "GET http://u@b.example@a.example/ HTTP/1.1",
       HttpForm::Absolute,
       "/",
       {"a.example"}},
      {"a URL with a backslash, of two readings",
       "GET http://a.example\\@b.example/ HTTP/1.1",
       HttpForm::Absolute,
       "/",
       {"a.example", "b.example"}},
      {"another scheme", "GET wss://a.example/b HTTP/1.1", HttpForm::Absolute, "/b", {"a.example"}},
      {"an IPv6 address",
       "GET http://[2001:db8::1]:8080/ HTTP/1.1",
       HttpForm::Absolute,
       "/",
       {"[2001:db8::1]|8080"}},
      {"a port that is none",
       "GET http://a.example:XXX/ HTTP/1.1",
       HttpForm::Absolute,
       "/",
       {"a.example"}},
      {"a tunnel", "CONNECT a.example:443 HTTP/1.1", HttpForm::Authority, "", {"a.example|443"}},
      {"a tunnel to an address",
       "CONNECT [2001:db8::1]:443 HTTP/1.1",
       HttpForm::Authority,
       "",
       {"[2001:db8::1]|443"}},
      {"a tunnel to an address without brackets",
       "CONNECT 2001:db8::1 HTTP/1.1",
       HttpForm::Authority,
       "",
       {"2001:db8::1"}},
      {"an asterisk", "OPTIONS * HTTP/1.1", HttpForm::Asterisk, "", {}},
      {"a word", "GET index.html HTTP/1.1", HttpForm::Odd, "", {}},
      {"no target", "GET HTTP/1.1", HttpForm::Odd, "", {}},
      {"a target with blanks", "GET /a b HTTP/1.1", HttpForm::Origin, "/a b", {}},
      {"an unknown method", "FROB /a HTTP/1.1", HttpForm::Origin, "/a", {}},
      {"a method in small letters", "get /a HTTP/1.1", HttpForm::Origin, "/a", {}},
      {"several blanks and tabs", "GET \t /a \t HTTP/1.1 ", HttpForm::Origin, "/a", {}},
      {"a protocol in small letters", "GET /a http/1.1", HttpForm::Origin, "/a", {}},
      {"HTTP/0.9", "GET /a", HttpForm::Origin, "/a", {}},
      {"HTTP/0.9 to a proxy", "GET http://a.example/b", HttpForm::Absolute, "/b", {"a.example"}},
  };
  for (const Case& c : cases) {
    const Read read(std::string(c.line) + "\r\n\r\n");
    ASSERT_EQ(read.progress, Progress::Done) << c.what;
    EXPECT_EQ(read.head.form, c.form) << c.what;
    EXPECT_EQ(read.path(), c.path) << c.what;
    EXPECT_EQ(read.hosts(), c.hosts) << c.what;
    EXPECT_EQ(read.head.is_connect, c.form == HttpForm::Authority) << c.what;
  }
}

TEST(HttpHead, TellsEveryHostThatAServerMightTake) {
  struct Case {
    const char* what;
    const char* rest;  // of the head, behind its request line
    std::vector<std::string> hosts;
  };
  const Case cases[] = {
      {"one", "Host: a.example\r\n\r\n", {"a.example"}},
      {"no blank", "Host:a.example\r\n\r\n", {"a.example"}},
      {"tabs and blanks", "Host:\t a.example \t\r\n\r\n", {"a.example"}},
      {"letters of either case", "hOSt: A.Example\r\n\r\n", {"A.Example"}},
      {"line feeds alone", "Host: a.example\n\n", {"a.example"}},
      {"blanks before the colon", "Host \t: a.example\r\n\r\n", {"a.example"}},
      {"a final dot", "Host: a.example.\r\n\r\n", {"a.example."}},
      {"a port", "Host: a.example:81\r\n\r\n", {"a.example|81"}},
      {"a port that is empty", "Host: a.example:\r\n\r\n", {"a.example"}},
      {"a port that is none", "Host: a.example:99999\r\n\r\n", {"a.example"}},
      {"an IPv6 address", "Host: [2001:db8::1]:81\r\n\r\n", {"[2001:db8::1]|81"}},
      {"an IPv6 address without brackets", "Host: 2001:db8::1\r\n\r\n", {"2001:db8::1"}},
      {"none", "Accept: */*\r\n\r\n", {}},
      {"an empty one", "Host:\r\n\r\n", {}},
      {"the same one twice", "Host: a.example\r\nHost: A.EXAMPLE\r\n\r\n", {"a.example"}},
      {"two", "Host: a.example\r\nX: y\r\nHost: b.example\r\n\r\n", {"a.example", "b.example"}},
      {"an empty one and one", "Host:\r\nHost: b.example\r\n\r\n", {"b.example"}},
      {"one on the next line", "Host:\r\n a.example\r\n\r\n", {"a.example"}},
      {"one that goes on on the next line",
       "Host: a.example\r\n\tb.example\r\n\r\n",
       {"a.example", "b.example"}},
      {"one behind blanks at the head's start", " Host: a.example\r\n\r\n", {"a.example"}},
      {"one behind blanks after another field", "X: y\r\n Host: a.example\r\n\r\n", {"a.example"}},
      {"one behind a bare CR",
       "X: y\rHost: b.example\r\nHost: a.example\r\n\r\n",
       {"b.example", "a.example"}},
      {"one behind a line of two CRs",
       "Host: a.example\r\n\r\r\nHost: b.example\r\n\r\n",
       {"a.example", "b.example"}},
      {"one behind a line of blanks",
       "Host: a.example\r\n \r\nHost: b.example\r\n\r\n",
       {"a.example", "b.example"}},
      {"a list", "Host: a.example, b.example\r\n\r\n", {"a.example, b.example"}},
      {"a line without colon before it", "nonsense\r\nHost: a.example\r\n\r\n", {"a.example"}},
      {"a field of a longer name", "X-Host: a.example\r\nHosts: b.example\r\n\r\n", {}},
  };
  for (const Case& c : cases) {
    const Read read(std::string("GET / HTTP/1.1\r\n") + c.rest);
    ASSERT_EQ(read.progress, Progress::Done) << c.what;
    EXPECT_EQ(read.hosts(), c.hosts) << c.what;
    EXPECT_EQ(read.head.size_bytes, read.stream.bytes().size()) << c.what;
  }
  EXPECT_THAT(Read("GET http://a.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n").hosts(),
              ElementsAre("a.example", "b.example"));
  EXPECT_THAT(Read("CONNECT a.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n").hosts(),
              ElementsAre("a.example|443", "b.example|443"));
  EXPECT_THAT(Read("GET / HTTP/1.1\rHost: a.example\r\n\r\n").hosts(), ElementsAre("a.example"));
}

TEST(HttpHead, IsReadBehindEmptyLines) {
  const Read read("\r\n\n\r\nGET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
  ASSERT_EQ(read.progress, Progress::Done);
  EXPECT_THAT(read.hosts(), ElementsAre("a.example"));
  EXPECT_EQ(read.head.size_bytes, read.stream.bytes().size());
  EXPECT_EQ(Read("\r\n\r\n").progress, Progress::NeedMore);
}

TEST(HttpHead, KnowsWebSocketsAndHttp2) {
  const Read socket(
      "GET /chat HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: h2c, WebSocket\r\n"
      "\r\n");
  EXPECT_TRUE(socket.head.is_websocket);
  EXPECT_FALSE(socket.head.is_http2);
  const Read http2("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  ASSERT_EQ(http2.progress, Progress::Done);
  EXPECT_TRUE(http2.head.is_http2);
  EXPECT_THAT(http2.hosts(), IsEmpty());
}

TEST(HttpHead, SaysEarlyWhatIsNoHttp) {
  struct Case {
    const char* what;
    std::string_view stream;
  };
  const Case cases[] = {
      {"TLS", std::string_view("\x16\x03\x01\x02\x00", 5)},
      {"a zero octet", std::string_view("\0", 1)},
      {"BitTorrent",
       "\x13"
       "BitTorrent protocol"},
      {"a blank", " GET / HTTP/1.1\r\n\r\n"},
      {"a response", "HTTP/1.1 200 OK\r\n"},
      {"SSH", "SSH-2.0-OpenSSH_9.2p1\r\n"},
      {"SMTP", "EHLO mail.example\r\n"},
      {"IRC", "NICK minji\r\n"},
      {"FTP", "USER anonymous\r\n"},
      {"RTSP", "OPTIONS rtsp://a.example/b RTSP/1.0\r\n"},
      {"SIP", "REGISTER sip:a.example SIP/2.0\r\n"},
      {"a field where a request was due", "Host: a.example\r\n"},
      {"a method of 33 octets", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG"},
      {"a method alone", "GET\r\n"},
      {"a target that starts with a control octet", "GET \x01"},
      {"HTTP/0.9 of another method", "POST /a\r\n"},
      {"HTTP/0.9 of no path", "GET a\r\n"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Read(c.stream).progress, Progress::NotThis) << c.what;
  }
  EXPECT_EQ(Read("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF").progress, Progress::NeedMore);
}

TEST(HttpHead, KnowsHowFarTheBodyGoes) {
  struct Case {
    const char* what;
    const char* fields;
    HttpFraming framing;
    std::uint64_t body_bytes = 0;
  };
  using enum HttpFraming;
  const Case cases[] = {
      {"nothing told", "", None},
      {"a length", "Content-Length: 12\r\n", Length, 12},
      {"a length of none", "Content-Length: 0\r\n", None},
      {"the same length twice", "Content-Length: 12\r\nContent-Length: 12\r\n", Length, 12},
      {"a list of one length", "Content-Length: 12, 12\r\n", Length, 12},
      {"the longest length", "Content-Length: 18446744073709551615\r\n", Length, ~0ULL},
      {"two lengths", "Content-Length: 12\r\nContent-Length: 13\r\n", Ambiguous},
      {"a list of two lengths", "Content-Length: 12, 13\r\n", Ambiguous},
      {"a list that ends with a comma", "Content-Length: 12,\r\n", Ambiguous},
      {"no number", "Content-Length: ABC\r\n", Ambiguous},
      {"a sign", "Content-Length: +12\r\n", Ambiguous},
      {"a number below zero", "Content-Length: -12\r\n", Ambiguous},
      {"digits and more", "Content-Length: 12x\r\n", Ambiguous},
      {"an empty length", "Content-Length:\r\n", Ambiguous},
      {"a length beyond 64 bits", "Content-Length: 18446744073709551616\r\n", Ambiguous},
      {"a length on the next line", "Content-Length:\r\n 12\r\n", Ambiguous},
      {"a length that goes on", "Content-Length: 1\r\n 2\r\n", Ambiguous},
      {"a length behind blanks", "X: y\r\n Content-Length: 12\r\n", Ambiguous},
      {"blanks before the colon", "Content-Length : 12\r\n", Ambiguous},
      {"a length behind a bare CR", "X: y\rContent-Length: 12\r\n", Ambiguous},
      {"chunks", "Transfer-Encoding: chunked\r\n", Chunked},
      {"chunks in capitals", "transfer-encoding: CHUNKED\r\n", Chunked},
      {"packed chunks", "Transfer-Encoding: gzip, chunked\r\n", Chunked},
      {"packed chunks in two fields", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
       Chunked},
      {"chunks and a length", "Transfer-Encoding: chunked\r\nContent-Length: 12\r\n", Ambiguous},
      {"a length and chunks", "Content-Length: 12\r\nTransfer-Encoding: chunked\r\n", Ambiguous},
      {"chunks in chunks", "Transfer-Encoding: chunked, chunked\r\n", Ambiguous},
      {"chunks that are packed", "Transfer-Encoding: chunked, gzip\r\n", Ambiguous},
      {"packed alone", "Transfer-Encoding: gzip\r\n", Ambiguous},
      {"an unknown coding", "Transfer-Encoding: xchunked\r\n", Ambiguous},
      {"identity", "Transfer-Encoding: identity\r\n", Ambiguous},
      {"an empty coding", "Transfer-Encoding:\r\n", Ambiguous},
      {"chunks on the next line", "Transfer-Encoding:\r\n chunked\r\n", Ambiguous},
      {"a line of blanks", " \r\n", Ambiguous},
      {"a line of two CRs", "\r\r\n", Ambiguous},
  };
  for (const Case& c : cases) {
    const Read read(std::string("POST / HTTP/1.1\r\n") + c.fields + "\r\n");
    ASSERT_EQ(read.progress, Progress::Done) << c.what;
    EXPECT_EQ(read.head.framing, c.framing) << c.what;
    EXPECT_EQ(read.head.body_bytes, c.body_bytes) << c.what;
  }
  const Read old("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(old.head.framing, Ambiguous) << "HTTP/1.0 has no chunks";
}

TEST(HttpHead, KeepsItsLimits) {
  const std::string start = "GET / HTTP/1.1\r\n";
  std::string lines = start;
  for (std::size_t i = 2; i < limits::kHttpLinesMax; ++i) lines += "X: y\r\n";
  EXPECT_EQ(Read(lines + "\r\n").progress, Progress::Done);
  const Read many(lines + "Host: a.example\r\n");
  EXPECT_EQ(many.progress, Progress::Malformed);
  EXPECT_THAT(many.hosts(), ElementsAre("a.example"));

  const std::string host = start + "Host: a.example\r\nX: ";
  const std::string filled = host + std::string(limits::kHttpHeadBytesMax - host.size() - 4, 'x');
  EXPECT_EQ(Read(filled + "\r\n\r\n").progress, Progress::Done);
  EXPECT_EQ(Read(filled).progress, Progress::NeedMore);
  EXPECT_EQ(Read(filled + "x\r\n\r\n").progress, Progress::Malformed);
  EXPECT_EQ(Read(filled + "xxxxx").progress, Progress::Malformed);
  EXPECT_EQ(Read(std::string(limits::kHttpHeadBytesMax, '\n')).progress, Progress::Malformed);

  std::string hosts = start;
  for (std::size_t i = 0; i < limits::kHttpHostsMax; ++i) {
    hosts += "Host: a" + std::to_string(i) + ".example\r\n";
  }
  EXPECT_FALSE(Read(hosts + "\r\n").head.has_more_hosts);
  const Read more(hosts + "Host: b.example\r\n\r\n");
  EXPECT_TRUE(more.head.has_more_hosts);
  EXPECT_EQ(more.hosts().size(), limits::kHttpHostsMax);
}

// What is left of a stream behind its first head and body.
struct BodyEnd {
  Progress progress;
  std::string behind;
};

BodyEnd find_end(std::string_view fields, std::string_view rest, std::size_t piece_bytes) {
  const Read read("POST / HTTP/1.1\r\n" + std::string(fields) + "\r\n");
  HttpBodyReader body(read.head);
  HttpBodyReader::Step step = body.feed({});
  while (step.progress == Progress::NeedMore && !rest.empty()) {
    const GuardedBytes piece(as_bytes(rest.substr(0, piece_bytes)));
    step = body.feed(piece);
    rest.remove_prefix(step.bytes);
  }
  return {step.progress, std::string(rest)};
}

TEST(HttpBody, EndsWhereTheNextRequestStarts) {
  struct Case {
    const char* what;
    const char* fields;
    const char* rest;
    Progress progress;
    const char* behind;
  };
  const char* const chunked = "Transfer-Encoding: chunked\r\n";
  const Case cases[] = {
      {"no body", "", "GET /", Progress::Done, "GET /"},
      {"a length", "Content-Length: 5\r\n", "12345GET /", Progress::Done, "GET /"},
      {"a part of a length", "Content-Length: 5\r\n", "123", Progress::NeedMore, ""},
      {"chunks", chunked, "5\r\n12345\r\nb\r\n12345678901\r\n0\r\n\r\nGET /", Progress::Done,
       "GET /"},
      {"chunks of line feeds alone", chunked, "5\n12345\n0\n\nGET /", Progress::Done, "GET /"},
      {"extensions and zeros", chunked, "0005;a=b\r\n12345\r\n000 \r\n\r\nGET /", Progress::Done,
       "GET /"},
      {"a trailer section", chunked, "0\r\nA: b\r\nC: d\r\n\r\nGET /", Progress::Done, "GET /"},
      {"no chunks at all", chunked, "0\r\n\r\n", Progress::Done, ""},
      {"a part of a chunk", chunked, "5\r\n123", Progress::NeedMore, ""},
      {"an unfinished trailer section", chunked, "0\r\nA: b\r\n", Progress::NeedMore, ""},
  };
  for (const Case& c : cases) {
    for (const std::size_t piece : {1, 3, 1000}) {
      const BodyEnd end = find_end(c.fields, c.rest, piece);
      EXPECT_EQ(end.progress, c.progress) << c.what << " " << piece;
      EXPECT_EQ(end.behind, c.behind) << c.what << " " << piece;
    }
  }
  for (const char* const bad :
       {"x\r\n", "\r\n", "-1\r\n", "5x\r\n", "5\r\n123456\r\n", "11112222333344445\r\n"}) {
    EXPECT_EQ(find_end(chunked, bad, 2).progress, Progress::Malformed) << bad;
  }
}

TEST(HttpHead, AllocatesNothing) {
  const std::string text = "GET http://a.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n";
  HttpRequestHead head;
  const std::uint64_t before = haetae::test::allocation_count();
  const Progress progress = read_http_head(as_bytes(text), head);
  EXPECT_EQ(haetae::test::allocation_count(), before);
  EXPECT_EQ(progress, Progress::Done);
}

}  // namespace
}  // namespace haetae::wire
