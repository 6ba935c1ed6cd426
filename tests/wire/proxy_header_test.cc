// The PROXY protocol, version 2.
#include "wire/proxy_header.h"

#include <gmock/gmock.h>

#include <vector>

#include "base/limits.h"
#include "support/guarded_bytes.h"

namespace haetae::wire {
namespace {

using haetae::test::GuardedBytes;
using Octets = std::vector<std::uint8_t>;

const Octets kSignature{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
constexpr std::uint8_t kLocal = 0x20;
constexpr std::uint8_t kProxy = 0x21;
// 192.0.2.33 port 40000 asked 198.51.100.1 port 53.
const Octets kV4{192, 0, 2, 33, 198, 51, 100, 1, 0x9c, 0x40, 0, 53};
// 2001:db8::21 port 40001 asked 2001:db8::53 port 53.
const Octets kV6{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0,    0x21, 0x20, 0x01,
                 0x0d, 0xb8, 0,    0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53, 0x9c, 0x41, 0,    53};

void append(Octets& to, const Octets& what) {
  to.insert(to.end(), what.begin(), what.end());
}

Octets header(std::uint8_t command, std::uint8_t family, const Octets& body) {
  Octets octets = kSignature;
  append(octets, {command, family, static_cast<std::uint8_t>(body.size() >> 8),
                  static_cast<std::uint8_t>(body.size())});
  append(octets, body);
  return octets;
}

Octets with_values(Octets body, const Octets& values) {
  append(body, values);
  return header(kProxy, 0x12, body);
}

std::expected<ProxyHeader, ParseError> parse(const Octets& octets) {
  return parse_proxy_header(GuardedBytes(octets));
}

TEST(ProxyHeader, TellsWhoAsksOverEveryProtocol) {
  struct Case {
    const char* what;
    std::uint8_t family;
    const Octets& body;
    const char* address;
    std::uint16_t port;
  };
  const Case cases[] = {
      {"a datagram over IPv4", 0x12, kV4, "192.0.2.33", 40000},
      {"a stream over IPv4", 0x11, kV4, "192.0.2.33", 40000},
      {"a datagram over IPv6", 0x22, kV6, "2001:db8::21", 40001},
      {"a stream over IPv6", 0x21, kV6, "2001:db8::21", 40001},
  };
  for (const Case& c : cases) {
    const Octets octets = header(kProxy, c.family, c.body);
    const auto read = parse(octets);
    ASSERT_TRUE(read.has_value()) << c.what;
    ASSERT_TRUE(read->source.has_value()) << c.what;
    EXPECT_EQ(read->source->address.to_text(), c.address) << c.what;
    EXPECT_EQ(read->source->port, c.port) << c.what;
    EXPECT_EQ(read->size_bytes, octets.size()) << c.what;
  }
}

TEST(ProxyHeader, HoldsMappedIpv4AsIpv4) {
  Octets body(36);
  body[10] = body[11] = 0xff;
  body[12] = 192;
  body[14] = 2;
  body[15] = 7;
  const auto read = parse(header(kProxy, 0x22, body));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->source->address, *IpAddress::from_text("192.0.2.7"));
}

TEST(ProxyHeader, EndsWhereItsLengthSaysWhateverFollows) {
  Octets octets = header(kProxy, 0x12, kV4);
  const std::size_t size = octets.size();
  append(octets, {0xff, 0xff, 0xff});
  const auto read = parse(octets);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->size_bytes, size);
}

TEST(ProxyHeader, OfABalancersOwnQueryNamesNobody) {
  for (const auto& [what, octets] : {
           std::pair("nothing but the fixed part", header(kLocal, 0x00, {})),
           std::pair("an address that is to be ignored", header(kLocal, 0x11, kV4)),
           std::pair("a family that nobody knows", header(kLocal, 0xff, {1, 2, 3})),
       }) {
    const auto read = parse(octets);
    ASSERT_TRUE(read.has_value()) << what;
    EXPECT_FALSE(read->source.has_value()) << what;
    EXPECT_EQ(read->size_bytes, octets.size()) << what;
  }
}

TEST(ProxyHeader, NeedsItsLastOctet) {
  const Octets whole = with_values(kV4, {0x04, 0, 2, 1, 2, 0xe0, 0, 0});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = parse(Octets(whole.begin(), whole.begin() + static_cast<long>(size)));
    ASSERT_FALSE(read.has_value()) << size;
    EXPECT_EQ(read.error(), ParseError::Truncated) << size;
  }
  EXPECT_TRUE(parse(whole).has_value());
}

TEST(ProxyHeader, RefusesWhatTheProtocolDoesNotKnow) {
  const Octets good = header(kProxy, 0x12, kV4);
  for (std::size_t at = 0; at < kSignature.size(); ++at) {
    Octets octets = good;
    octets[at] ^= 0x01;
    EXPECT_FALSE(parse(octets).has_value()) << "signature, octet " << at;
  }
  struct Case {
    const char* what;
    Octets octets;
  };
  const Case cases[] = {
      {"version 1", header(0x11, 0x12, kV4)},
      {"version 3", header(0x31, 0x12, kV4)},
      {"a command that is neither LOCAL nor PROXY", header(0x22, 0x12, kV4)},
      {"a client without an address", header(kProxy, 0x00, {})},
      {"an address without a protocol", header(kProxy, 0x10, kV4)},
      {"a protocol that nobody knows", header(kProxy, 0x13, kV4)},
      {"a socket of this machine", header(kProxy, 0x31, Octets(216, 'x'))},
      {"a family that nobody knows", header(kProxy, 0x42, kV4)},
      {"no addresses", header(kProxy, 0x12, {})},
      {"addresses that are cut", header(kProxy, 0x12, Octets(kV4.begin(), kV4.end() - 1))},
      {"IPv6 addresses that are cut", header(kProxy, 0x22, kV4)},
      {"version 1 as text", Octets{'P', 'R', 'O', 'X', 'Y', ' ', 'T', 'C', 'P', '4',  ' ',
                                   '1', '9', '2', '.', '0', '.', '2', '.', '1', '\r', '\n'}},
  };
  for (const Case& c : cases) {
    const auto read = parse(c.octets);
    ASSERT_FALSE(read.has_value()) << c.what;
    EXPECT_EQ(read.error(), ParseError::BadValue) << c.what;
  }
}

TEST(ProxyHeader, StepsOverAdditionalValues) {
  // ALPN, unique id, an empty one, padding; then types of our own.
  for (const Octets& values : {Octets{}, Octets{0x01, 0, 2, 'h', '2'}, Octets{0x05, 0, 1, 9},
                               Octets{0x04, 0, 0}, Octets{0xe4, 0, 3, 1, 2, 3, 0xef, 0, 0}}) {
    EXPECT_TRUE(parse(with_values(kV4, values)).has_value());
  }
}

TEST(ProxyHeader, RefusesAdditionalValuesThatDoNotFillIt) {
  for (const Octets& values : {Octets{0x04}, Octets{0x04, 0}, Octets{0x04, 0, 1},
                               Octets{0x04, 0xff, 0xff, 1, 2, 3}, Octets{0x04, 0, 0, 0x04}}) {
    const auto read = parse(with_values(kV4, values));
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error(), ParseError::BadValue);
  }
}

// The same header with CRC32c, computed bit by bit.
Octets with_crc(Octets octets, std::size_t crc_at) {
  std::uint32_t crc = 0xffffffff;
  for (const std::uint8_t octet : octets) {
    crc ^= octet;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc;
  for (int i = 0; i < 4; ++i) {
    octets[crc_at + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
  }
  return octets;
}

TEST(ProxyHeader, ChecksItsChecksumOverAllOfIt) {
  // Between two other values.
  const Octets plain = with_values(kV4, {0x04, 0, 1, 7, 0x03, 0, 4, 0, 0, 0, 0, 0xe0, 0, 2, 8, 9});
  constexpr std::size_t kCrcAt = 16 + 12 + 4 + 3;
  const Octets good = with_crc(plain, kCrcAt);
  ASSERT_NE(plain, good);
  EXPECT_TRUE(parse(good).has_value());
  Octets followed = good;
  append(followed, {1, 2, 3});
  EXPECT_TRUE(parse(followed).has_value()) << "what follows is not under the checksum";
  for (std::size_t at = 16; at < good.size(); ++at) {
    if (at == kCrcAt - 3) continue;  // of another type it is no checksum
    Octets octets = good;
    octets[at] ^= 0x10;
    EXPECT_FALSE(parse(octets).has_value()) << "octet " << at;
  }
}

TEST(ProxyHeader, RefusesAChecksumOfAnotherShape) {
  EXPECT_FALSE(parse(with_values(kV4, {0x03, 0, 0})).has_value());
  EXPECT_FALSE(parse(with_values(kV4, {0x03, 0, 3, 0, 0, 0})).has_value());
  EXPECT_FALSE(parse(with_values(kV4, {0x03, 0, 5, 0, 0, 0, 0, 0})).has_value());
  const Octets twice = with_values(kV4, {0x03, 0, 4, 0, 0, 0, 0, 0x03, 0, 4, 0, 0, 0, 0});
  EXPECT_FALSE(parse(with_crc(twice, 31)).has_value()) << "which of two is right?";
}

TEST(ProxyHeader, TellsItsSizeFromItsFixedPart) {
  const Octets whole = header(kProxy, 0x22, kV6);
  const GuardedBytes fixed(Bytes(whole).first(kProxyFixedBytes));
  EXPECT_EQ(proxy_header_bytes(fixed), whole.size());
  EXPECT_EQ(proxy_header_bytes(Bytes(whole).first(kProxyFixedBytes - 1)).error(),
            ParseError::Truncated);
  EXPECT_EQ(proxy_header_bytes(header(0x51, 0x12, kV4)).error(), ParseError::BadValue);
}

TEST(ProxyHeader, HasALimit) {
  const auto of_size = [](std::size_t size) {
    Octets values(size - 16 - kV4.size());
    values[0] = 0x04;
    values[1] = static_cast<std::uint8_t>((values.size() - 3) >> 8);
    values[2] = static_cast<std::uint8_t>(values.size() - 3);
    return with_values(kV4, values);
  };
  EXPECT_TRUE(parse(of_size(limits::kProxyHeaderBytesMax)).has_value());
  const Octets longer = of_size(limits::kProxyHeaderBytesMax + 1);
  EXPECT_EQ(parse(longer).error(), ParseError::BadValue);
  EXPECT_EQ(proxy_header_bytes(longer).error(), ParseError::BadValue)
      << "told before the octets are waited for";
}

}  // namespace
}  // namespace haetae::wire
