// The first message of a TLS client.
#include "wire/tls_hello.h"

#include <gmock/gmock.h>

#include <string>

#include "support/allocation_count.h"
#include "support/guarded_bytes.h"
#include "support/hello_maker.h"

namespace haetae::wire {
namespace {

using namespace haetae::test;

std::string name_in(const Host& host) {
  return host.kind == HostKind::Name ? host.name.to_text() : "";
}

Progress read(const Octets& stream, TlsHello& out) {
  const GuardedBytes guarded(stream);
  return read_tls_hello(guarded, out);
}

Progress read_message(const Octets& message, TlsHello& out) {
  const GuardedBytes guarded(message);
  return read_client_hello(guarded, out);
}

HelloMaker with_extensions(std::vector<HelloExtension> extensions) {
  HelloMaker maker;
  maker.extensions = std::move(extensions);
  return maker;
}

TEST(TlsHello, SaysWhatTheClientWants) {
  TlsHello hello;
  ASSERT_EQ(read(in_records(browser_hello("WWW.Example.com"), 16'384), hello), Progress::Done);
  EXPECT_EQ(name_in(hello.server_name), "www.example.com");
  EXPECT_EQ(hello.second_server_name.kind, HostKind::None);
  EXPECT_TRUE(hello.has_ech);
  EXPECT_TRUE(hello.offers_tls13);
  EXPECT_EQ(hello.legacy_version, 0x0303);
  EXPECT_TRUE(hello.offers(Alpn::H2));
  EXPECT_TRUE(hello.offers(Alpn::Http11));
  EXPECT_FALSE(hello.offers(Alpn::H3));
  EXPECT_FALSE(hello.offers(Alpn::Other));
  EXPECT_EQ(as_text(hello.alpn_list()), "\2h2\10http/1.1");
}

TEST(TlsHello, SaysSoWhereTheClientNamesNobody) {
  TlsHello hello;
  ASSERT_EQ(read(in_records(with_extensions({filler(13, 18)}).message(), 512), hello),
            Progress::Done);
  EXPECT_EQ(hello.server_name.kind, HostKind::None);
  EXPECT_FALSE(hello.has_ech);
  EXPECT_FALSE(hello.offers_tls13);
  EXPECT_TRUE(hello.alpn.none());

  HelloMaker old;
  old.has_extensions = false;
  ASSERT_EQ(read(in_records(old.message(), 512), hello), Progress::Done);
  EXPECT_EQ(hello.server_name.kind, HostKind::None);
}

// No octet early is the name unknown, no octet short is "no name".
TEST(TlsHello, NeedsMoreUntilTheLastOctetAndKnowsTheNameOnceItIsThere) {
  const Octets stream = in_records(browser_hello("www.example.com"), 700);
  const std::string text(as_text(stream));
  const std::size_t name_end = text.find("www.example.com") + 15;
  ASSERT_LT(name_end, stream.size() - 300);
  for (std::size_t size = 0; size < stream.size(); ++size) {
    TlsHello hello;
    const GuardedBytes prefix(Bytes(stream).first(size));
    ASSERT_EQ(read_tls_hello(prefix, hello), Progress::NeedMore) << size;
    ASSERT_EQ(hello.server_name.kind, size < name_end ? HostKind::None : HostKind::Name) << size;
  }
}

TEST(TlsHello, ReadsTheSameHoweverRecordsAndSegmentsFall) {
  const Octets message = browser_hello("www.example.com");
  for (const std::size_t record : {1, 3, 100, 517, 16'384}) {
    const Octets stream = in_records(message, record);
    for (const std::size_t segment : {1, 7, 536, 1448, 65'535}) {
      TlsHello hello;
      TlsHelloReader reader;
      Progress progress = Progress::NeedMore;
      for (std::size_t at = 0; at < stream.size(); at += segment) {
        ASSERT_EQ(progress, Progress::NeedMore);
        const GuardedBytes piece(Bytes(stream).subspan(at, std::min(segment, stream.size() - at)));
        progress = reader.feed(piece, hello);
      }
      ASSERT_EQ(progress, Progress::Done) << record << " " << segment;
      EXPECT_EQ(name_in(hello.server_name), "www.example.com");
      EXPECT_EQ(as_text(hello.alpn_list()), "\2h2\10http/1.1");
      EXPECT_TRUE(hello.has_ech && hello.offers_tls13);
    }
  }
}

TEST(TlsHello, IsReadWhateverVersionItsRecordsTell) {
  constexpr std::uint16_t kVersions[] = {0x0300, 0x0301, 0x0303, 0x0304, 0x0000, 0x0aff};
  for (const std::uint16_t version : kVersions) {
    TlsHello hello;
    const Octets stream = in_records(browser_hello("www.example.com"), 300, version);
    EXPECT_EQ(read(stream, hello), Progress::Done) << version;
  }
}

TEST(TlsHello, IsReadBehindEmptyRecordsAndWarnings) {
  const Octets alert{21, 3, 1, 0, 2, 1, 112};
  const Octets empty{22, 3, 1, 0, 0};
  Octets stream = alert;
  append(stream, empty);
  append(stream, in_records(browser_hello("www.example.com"), 600));
  stream.insert(stream.begin() + 7 + 5 + 605, empty.begin(), empty.end());
  TlsHello hello;
  ASSERT_EQ(read(stream, hello), Progress::Done);
  EXPECT_EQ(name_in(hello.server_name), "www.example.com");
}

TEST(TlsHello, TellsHostsApartFromWhatCannotBeOne) {
  struct Case {
    const char* what;
    std::string_view sent;
    HostKind kind;
    const char* text;
  };
  const Case cases[] = {
      {"a name", "example.com", HostKind::Name, "example.com"},
      {"a name with a final dot", "example.com.", HostKind::Name, "example.com"},
      {"capitals", "EXAMPLE.com", HostKind::Name, "example.com"},
      {"an underscore", "a_b.example", HostKind::Name, "a_b.example"},
      {"an A-label", "xn--9n2bp8q.example", HostKind::Name, "xn--9n2bp8q.example"},
      {"an IPv4 address", "192.0.2.1", HostKind::Address, "192.0.2.1"},
      {"an IPv4 address with a final dot", "192.0.2.1.", HostKind::Address, "192.0.2.1"},
      {"an IPv6 address", "2001:db8::1", HostKind::Address, "2001:db8::1"},
      {"an IPv6 address in brackets", "[2001:db8::1]", HostKind::Address, "2001:db8::1"},
      {"no octets", "", HostKind::Odd, ""},
      {"a dot", ".", HostKind::Odd, ""},
      {"an empty label", "a..example", HostKind::Odd, ""},
      {"two final dots", "example.com..", HostKind::Odd, ""},
      {"a blank", "exa mple.com", HostKind::Odd, ""},
      {"a zero octet", std::string_view("example.com\0.net", 16), HostKind::Odd, ""},
      {"an address and a zero octet", std::string_view("192.0.2.1\0.a", 12), HostKind::Odd, ""},
      {"an escape of presentation form", "ex\\097mple.com", HostKind::Odd, ""},
      {"UTF-8", "\xed\x95\xb4\xed\x83\x9c.example", HostKind::Odd, ""},
      {"a port", "example.com:443", HostKind::Odd, ""},
      {"a wildcard", "*.example.com", HostKind::Odd, ""},
  };
  for (const Case& c : cases) {
    TlsHello hello;
    const Octets message = with_extensions({server_name(c.sent), filler(13, 4)}).message();
    EXPECT_EQ(read_message(message, hello), Progress::Done) << c.what;
    EXPECT_EQ(hello.server_name.kind, c.kind) << c.what;
    EXPECT_EQ(name_in(hello.server_name), c.kind == HostKind::Name ? c.text : "") << c.what;
    if (c.kind == HostKind::Address) {
      EXPECT_EQ(hello.server_name.address.to_text(), c.text) << c.what;
    }
  }
}

TEST(TlsHello, StepsOverNamesOfOtherTypes) {
  Octets entries = host_entry("other", 7);
  append(entries, host_entry("www.example.com"));
  append(entries, host_entry("", 9));
  TlsHello hello;
  EXPECT_EQ(read_message(with_extensions({server_names(entries)}).message(), hello),
            Progress::Done);
  EXPECT_EQ(name_in(hello.server_name), "www.example.com");
}

TEST(TlsHello, TellsBothNamesOfOneThatHasTwo) {
  const auto expect_both = [](const Octets& message) {
    TlsHello hello;
    EXPECT_EQ(read_message(message, hello), Progress::Malformed);
    EXPECT_EQ(name_in(hello.server_name), "good.example");
    EXPECT_EQ(name_in(hello.second_server_name), "bad.example");
  };
  expect_both(with_extensions({server_name("good.example"), filler(13, 4),
                               server_name("bad.example"), filler(10, 4)})
                  .message());
  Octets entries = host_entry("good.example");
  append(entries, host_entry("bad.example"));
  expect_both(with_extensions({server_names(entries)}).message());
}

TEST(TlsHello, KnowsItsProtocols) {
  struct Case {
    const char* protocol;
    Alpn alpn;
  };
  const Case cases[] = {
      {"http/1.0", Alpn::Http10}, {"http/1.1", Alpn::Http11}, {"h2", Alpn::H2},
      {"h3", Alpn::H3},           {"h3-29", Alpn::H3},        {"dot", Alpn::Dot},
      {"doq", Alpn::Doq},         {"doq-i02", Alpn::Doq},     {"acme-tls/1", Alpn::AcmeTls},
      {"h2c", Alpn::Other},       {"h30", Alpn::Other},       {"", Alpn::Other},
  };
  for (const Case& c : cases) {
    TlsHello hello;
    ASSERT_EQ(read_message(with_extensions({protocols({c.protocol})}).message(), hello),
              Progress::Done);
    EXPECT_TRUE(hello.offers(c.alpn)) << c.protocol;
    EXPECT_EQ(hello.alpn.count(), 1U) << c.protocol;
  }
}

TEST(TlsHello, KnowsTls13AndItsDrafts) {
  const auto offers = [](std::initializer_list<std::uint16_t> versions) {
    TlsHello hello;
    EXPECT_EQ(read_message(with_extensions({supported_versions(versions)}).message(), hello),
              Progress::Done);
    return hello.offers_tls13;
  };
  EXPECT_TRUE(offers({0x0304}));
  EXPECT_TRUE(offers({0x7a7a, 0x0303, 0x7f1c}));
  EXPECT_FALSE(offers({0x0303, 0x0302}));
  EXPECT_FALSE(offers({}));
}

// Changes octets of a good message or stream.
struct Change {
  const char* what;
  void (*apply)(Octets&);
};

TEST(TlsHello, RefusesWhatIsNoHello) {
  const Change changes[] = {
      {"another record type", [](Octets& o) { o[0] = 23; }},
      {"another message", [](Octets& o) { o[5] = 2; }},
      {"a record of DTLS", [](Octets& o) { o[1] = 0xfe; }},
      {"a record that is longer than TLS has", [](Octets& o) { o[3] = 0x60; }},
      {"a hello of SSL 2.0", [](Octets& o) { o = {0x80, 0x2e, 1, 3, 1, 0, 0x15, 0, 0, 0, 0x10}; }},
      {"HTTP", [](Octets& o) { o = Octets{'G', 'E', 'T', ' ', '/'}; }},
      {"an alert of another size", [](Octets& o) { o = {21, 3, 1, 0, 3, 1, 0, 0}; }},
  };
  const Octets good = in_records(browser_hello("www.example.com"), 4000);
  for (const Change& change : changes) {
    Octets stream = good;
    change.apply(stream);
    TlsHello hello;
    EXPECT_EQ(read(stream, hello), Progress::NotThis) << change.what;
  }
  TlsHello hello;
  EXPECT_EQ(read({'S'}, hello), Progress::NotThis) << "told at the first octet";
  EXPECT_EQ(read({22, 0xfe}, hello), Progress::NotThis) << "told at the second octet";
  EXPECT_EQ(read({}, hello), Progress::NeedMore);
}

TEST(TlsHello, RefusesMessagesThatDoNotAddUp) {
  // Message octets: 4 of head, 2 + 32, the session id's length at 38, the suites' at 71.
  const Change changes[] = {
      {"a session id of more than 32 octets", [](Octets& o) { o[38] = 33; }},
      {"an odd number of octets of suites", [](Octets& o) { o[72] = 5; }},
      {"no suites", [](Octets& o) { o[71] = o[72] = 0; }},
      {"suites beyond the message's end", [](Octets& o) { o[71] = 0xff; }},
      {"no compression method", [](Octets& o) { o[79] = 0; }},
      {"extensions that end before the message", [](Octets& o) { --o[82]; }},
      {"extensions that end behind the message", [](Octets& o) { ++o[82]; }},
      {"an extension that ends behind the others", [](Octets& o) { ++o[o.size() - 5]; }},
      {"a message of 16 MB", [](Octets& o) { o[1] = 0xff; }},
      {"a message that is too short to be one", [](Octets& o) { o[2] = o[3] = 0; }},
  };
  const Octets good = with_extensions({server_name("www.example.com"), filler(13, 4)}).message();
  for (const Change& change : changes) {
    Octets message = good;
    change.apply(message);
    TlsHello hello;
    EXPECT_EQ(read_message(message, hello), Progress::Malformed) << change.what;
  }
}

TEST(TlsHello, RefusesListsOfNamesThatDoNotAddUp) {
  const Change changes[] = {
      {"no list", [](Octets& o) { o = {}; }},
      {"an empty list", [](Octets& o) { o = {0, 0}; }},
      {"a list that is shorter than the extension", [](Octets& o) { --o[1]; }},
      {"a list that is longer than the extension", [](Octets& o) { ++o[1]; }},
      {"a name that is longer than the list", [](Octets& o) { ++o[4]; }},
      {"a name that is shorter than the list", [](Octets& o) { --o[4]; }},
  };
  for (const Change& change : changes) {
    HelloExtension names = server_name("www.example.com");
    change.apply(names.body);
    TlsHello hello;
    EXPECT_EQ(read_message(with_extensions({names}).message(), hello), Progress::Malformed)
        << change.what;
  }
}

TEST(TlsHello, RefusesOtherRecordsInsideOfTheMessage) {
  constexpr std::uint8_t kTypes[] = {20, 21, 23};
  for (const std::uint8_t type : kTypes) {
    Octets stream = in_records(browser_hello("www.example.com"), 500);
    stream[505] = type;
    TlsHello hello;
    EXPECT_EQ(read(stream, hello), Progress::Malformed) << int{type};
  }
}

TEST(TlsHello, DoesNotLookBehindTheMessage) {
  Octets stream = in_records(browser_hello("www.example.com"), 4000);
  append(stream, Octets(20, 0xff));
  TlsHello hello;
  EXPECT_EQ(read(stream, hello), Progress::Done);
  TlsHello again;
  TlsHelloReader reader;
  EXPECT_EQ(reader.feed(stream, again), Progress::Done);
  EXPECT_EQ(reader.feed(stream, again), Progress::Done) << "and stays so";
}

TEST(TlsHello, KeepsItsLimits) {
  HelloMaker many;
  for (std::size_t i = 0; i < limits::kHelloExtensionsMax; ++i) {
    many.extensions.push_back(filler(static_cast<std::uint16_t>(1000 + i), 0));
  }
  TlsHello hello;
  EXPECT_EQ(read_message(many.message(), hello), Progress::Done);
  many.extensions.push_back(filler(999, 0));
  EXPECT_EQ(read_message(many.message(), hello), Progress::Malformed);

  HelloMaker large = with_extensions({filler(1, 65'000), filler(2, 65'000), filler(3, 8000)});
  large.suites.resize(60'000);
  EXPECT_EQ(read_message(large.message(), hello), Progress::Malformed);

  Octets entries = host_entry(std::string(300, 'x'), 7);
  append(entries, host_entry("www.example.com"));
  const Octets long_names = with_extensions({server_names(entries)}).message();
  EXPECT_EQ(read_message(long_names, hello), Progress::Done);
  EXPECT_EQ(hello.server_name.kind, HostKind::Odd) << "however it is cut:";
  TlsHello again;
  ClientHelloReader reader;
  for (const std::uint8_t octet : long_names) reader.feed(Bytes(&octet, 1), again);
  EXPECT_EQ(again.server_name.kind, HostKind::Odd);

  const Octets warning{21, 3, 1, 0, 2, 1, 0};
  Octets alerts;
  for (std::size_t i = 0; i < limits::kHelloAlertsMax; ++i) append(alerts, warning);
  EXPECT_EQ(read(alerts, hello), Progress::NeedMore);
  append(alerts, warning);
  EXPECT_EQ(read(alerts, hello), Progress::NotThis);
}

TEST(TlsHello, KeepsOnlyTheStartOfALongListOfProtocols) {
  HelloExtension list = protocols({"h2"});
  for (int i = 0; i < 40; ++i) append(list.body, with_length(as_bytes("protocol-x"), 1));
  append(list.body, with_length(as_bytes("h3"), 1));
  list.body[0] = static_cast<std::uint8_t>((list.body.size() - 2) >> 8);
  list.body[1] = static_cast<std::uint8_t>(list.body.size() - 2);
  TlsHello hello;
  EXPECT_EQ(read_message(with_extensions({list}).message(), hello), Progress::Done);
  EXPECT_EQ(hello.alpn_list().size(), limits::kAlpnKeptBytesMax);
  EXPECT_TRUE(hello.offers(Alpn::H2) && hello.offers(Alpn::Other));
  EXPECT_FALSE(hello.offers(Alpn::H3)) << "it stands beyond what is looked at";
}

TEST(TlsHello, AllocatesNothing) {
  const Octets stream = in_records(browser_hello("www.example.com"), 100);
  TlsHello hello;
  const std::uint64_t before = allocation_count();
  const Progress progress = read_tls_hello(stream, hello);
  const std::uint64_t after = allocation_count();
  EXPECT_EQ(progress, Progress::Done);
  EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace haetae::wire
