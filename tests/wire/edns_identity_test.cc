// What forwarders add to queries to say who asked.
#include "wire/edns_identity.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "base/limits.h"
#include "support/guarded_bytes.h"
#include "wire/packet_builder.h"

namespace haetae::wire {
namespace {

using haetae::test::GuardedBytes;
using Octets = std::vector<std::uint8_t>;

Octets octets_of(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST(MacOption, IsSixOctets) {
  const GuardedBytes good(Octets{2, 0, 0, 0, 0xab, 1});
  EXPECT_EQ(parse_mac_option(good)->to_text(), "02:00:00:00:ab:01");
  for (std::size_t size = 0; size <= 20; ++size) {
    if (size == 6) continue;
    EXPECT_EQ(parse_mac_option(GuardedBytes(Octets(size, 7))).error(), ParseError::BadValue)
        << size << " octets: dnsmasq sends what the network's hardware has";
  }
}

TEST(MacTextOption, IsWhatDnsmasqWrites) {
  struct Case {
    const char* text;
    const char* mac;
  };
  for (const Case& c :
       {Case{"02:00:00:00:00:01", "02:00:00:00:00:01"},
        Case{"aB:Cd:EF:01:23:45", "ab:cd:ef:01:23:45"},
        Case{"02-00-00-00-00-01", "02:00:00:00:00:01"}, Case{"AgAAAAAB", "02:00:00:00:00:01"},
        Case{"q83vASNF", "ab:cd:ef:01:23:45"}, Case{"////++++", "ff:ff:ff:fb:ef:be"}}) {
    const GuardedBytes value(octets_of(c.text));
    const auto mac = parse_mac_text_option(value);
    ASSERT_TRUE(mac.has_value()) << c.text;
    EXPECT_EQ(mac->to_text(), c.mac);
  }
}

TEST(MacTextOption, RefusesEverythingElse) {
  for (const char* text : {"", "02:00:00:00:00", "02:00:00:00:00:1", "02:00:00:00:00:0g",
                           "02:00:00:00:00:01:", "020000000001", "AgAAAAA=", "AgAAAAA", "AgAA\nAAB",
                           "AgAAAAABC", "nominum-device-7"}) {
    EXPECT_EQ(parse_mac_text_option(GuardedBytes(octets_of(text))).error(), ParseError::BadValue)
        << text;
  }
  // Every prefix of a good one but the one that is long enough to be base64, and is none.
  const Octets good = octets_of("02:00:00:00:00:01");
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(parse_mac_text_option(GuardedBytes(Bytes(good).first(size))).has_value()) << size;
  }
}

TEST(CpeIdOption, IsAShortText) {
  for (const std::string& text :
       {std::string("cpe-17"), std::string("x"), std::string("room 3, 2nd floor"),
        std::string("\xea\xb5\x90\xec\x8b\xa4"), std::string(limits::kClientIdBytesMax, 'a')}) {
    const GuardedBytes value(octets_of(text));
    EXPECT_EQ(parse_cpe_id_option(value), std::string_view(text));
  }
  for (const std::string& text :
       {std::string(), std::string(limits::kClientIdBytesMax + 1, 'a'), std::string("a\nb"),
        std::string("a\0b", 3), std::string("\x7f"), std::string("\x1b[2J")}) {
    EXPECT_EQ(parse_cpe_id_option(GuardedBytes(octets_of(text))).error(), ParseError::BadValue);
  }
}

TEST(UmbrellaDeviceOption, IsOpenDnsAndEightOctets) {
  Octets octets = octets_of("OpenDNS");
  octets.insert(octets.end(), {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef});
  const GuardedBytes value(octets);
  const auto device = parse_umbrella_device_option(value);
  ASSERT_TRUE(device.has_value());
  const auto text = umbrella_device_text(device->first<kUmbrellaDeviceBytes>());
  EXPECT_EQ(std::string_view(text.data(), text.size()), "0123456789abcdef");
  for (std::size_t size = 0; size < octets.size(); ++size) {
    EXPECT_FALSE(parse_umbrella_device_option(GuardedBytes(Bytes(octets).first(size))).has_value());
  }
  octets.push_back(0);
  EXPECT_FALSE(parse_umbrella_device_option(octets).has_value());
  octets.pop_back();
  octets[0] = 'o';
  EXPECT_FALSE(parse_umbrella_device_option(octets).has_value());
}

// Organization, remote IPv4 and device id, as dnsmasq --umbrella writes them.
const Octets kIdent{'O', 'D', 'N', 'S', 1, 0,    0,    0x08, 0x00, 0xbc, 0x61, 0x4e, 0,    0x10,
                    192, 0,   2,   55,  0, 0x40, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

std::expected<UmbrellaIdent, ParseError> parse_ident(const GuardedBytes& value) {
  return parse_umbrella_ident_option(value);
}

TEST(UmbrellaIdentOption, TellsTheAddressAndTheDevice) {
  const GuardedBytes value(kIdent);
  const auto ident = parse_ident(value);
  ASSERT_TRUE(ident.has_value());
  EXPECT_EQ(ident->address->to_text(), "192.0.2.55");
  EXPECT_THAT(ident->device, testing::ElementsAre(0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef));
}

TEST(UmbrellaIdentOption, TellsAnIpv6Address) {
  Octets octets{'O', 'D', 'N', 'S', 1, 0, 0, 0x20, 0x20, 0x01, 0x0d, 0xb8};
  octets.resize(octets.size() + 11);
  octets.push_back(0x21);
  const GuardedBytes value(octets);
  const auto ident = parse_ident(value);
  ASSERT_TRUE(ident.has_value());
  EXPECT_EQ(ident->address->to_text(), "2001:db8::21");
  EXPECT_TRUE(ident->device.empty());
}

TEST(UmbrellaIdentOption, HasTypesOfOneOctetInVersionZero) {
  const GuardedBytes value(
      Octets{'O', 'D', 'N', 'S', 0, 0x3f, 0x10, 192, 0, 2, 55, 0x04, 1, 2, 3, 4});
  const auto ident = parse_ident(value);
  ASSERT_TRUE(ident.has_value());
  EXPECT_EQ(ident->address->to_text(), "192.0.2.55");
}

TEST(UmbrellaIdentOption, IsReadInAllItsPrefixesOrCountsAsCut) {
  // Where a field ends, the rest may be missing; nowhere else.
  for (std::size_t size = 0; size < kIdent.size(); ++size) {
    const bool at_end_of_field = size == 6 || size == 12 || size == 18;
    const GuardedBytes value(Bytes(kIdent).first(size));
    const auto ident = parse_ident(value);
    EXPECT_EQ(ident.has_value(), at_end_of_field) << size;
    if (ident) continue;
    EXPECT_EQ(ident.error(), ParseError::Truncated) << size;
  }
}

TEST(UmbrellaIdentOption, StopsAtFieldsThatNobodyKnowsTheLengthOf) {
  Octets octets(kIdent.begin(), kIdent.begin() + 18);
  octets.insert(octets.end(), {0x20, 0x00, 1, 2, 3, 0, 0x40, 1, 2, 3, 4, 5, 6, 7, 8});
  const GuardedBytes value(octets);
  const auto ident = parse_ident(value);
  ASSERT_TRUE(ident.has_value());
  EXPECT_TRUE(ident->address.has_value());
  EXPECT_TRUE(ident->device.empty()) << "what follows may be part of the unknown";
}

TEST(UmbrellaIdentOption, RefusesAnotherStartOrFieldsThatComeTwice) {
  Octets octets = kIdent;
  octets[0] = 'o';
  EXPECT_EQ(parse_ident(GuardedBytes(octets)).error(), ParseError::BadValue);
  octets = kIdent;
  octets[4] = 2;
  EXPECT_EQ(parse_ident(GuardedBytes(octets)).error(), ParseError::BadValue);
  octets = kIdent;
  octets.insert(octets.end(), {0, 0x10, 192, 0, 2, 56});
  EXPECT_EQ(parse_ident(GuardedBytes(octets)).error(), ParseError::BadValue) << "two addresses";
  octets = kIdent;
  octets.insert(octets.end(), kIdent.end() - 10, kIdent.end());
  EXPECT_EQ(parse_ident(GuardedBytes(octets)).error(), ParseError::BadValue) << "two devices";
}

TEST(Edns, SaysWhetherAnOptionNamesTheClient) {
  const auto names_client = [](unsigned code) {
    const std::uint8_t option[] = {
        0, 10, 0, 1, 9, static_cast<std::uint8_t>(code >> 8), static_cast<std::uint8_t>(code),
        0, 1,  7};
    return parse_edns(1232, 0, option)->names_client;
  };
  for (const unsigned code : {20292, 26946, 65001, 65073, 65074}) {
    EXPECT_TRUE(names_client(code)) << code;
  }
  for (const unsigned code : {3, 8, 10, 12, 20291, 65000, 65002}) {
    EXPECT_FALSE(names_client(code)) << code;
  }
  EXPECT_FALSE(parse_edns(1232, 0, {})->names_client);
}

}  // namespace
}  // namespace haetae::wire
