#include "wire/netlink.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <vector>

#include "support/guarded_bytes.h"

// The messages below were taken from a Linux 6.18 kernel in a network namespace.
namespace haetae::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

const Octets kReachableV4{0x4c, 0, 0, 0, 0x1c, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0, 0, 2, 0,    0,
                          0,    2, 0, 0, 0,    2, 0, 0, 1, 8, 0, 1, 0, 0xc0, 0, 2, 7, 0x0a, 0,
                          2,    0, 2, 0, 0,    0, 0, 1, 0, 0, 8, 0, 4, 0,    4, 0, 0, 0,    0x14,
                          0,    3, 0, 0, 0,    0, 0, 0, 0, 0, 0, 0, 0, 0,    0, 3, 0, 0,    0};
const Octets kReachableV6{0x58, 0, 0, 0, 0x1c, 0, 0, 0, 0, 0, 0,    0, 0,    0, 0,    0, 0x0a, 0,
                          0,    0, 2, 0, 0,    0, 2, 0, 0, 1, 0x14, 0, 1,    0, 0x20, 1, 0x0d, 0xb8,
                          0,    0, 0, 0, 0,    0, 0, 0, 0, 0, 0,    7, 0x0a, 0, 2,    0, 2,    0,
                          0,    0, 0, 1, 0,    0, 8, 0, 4, 0, 4,    0, 0,    0, 0x14, 0, 3,    0,
                          0,    0, 0, 0, 0,    0, 0, 0, 0, 0, 0,    0, 3,    0, 0,    0};
const Octets kFailed{0x40, 0,    0, 0,    0x1c, 0, 0, 0, 0,    0, 0, 0, 0,    0, 0, 0,
                     2,    0,    0, 0,    2,    0, 0, 0, 0x20, 0, 0, 1, 8,    0, 1, 0,
                     0xc0, 0,    2, 0x63, 8,    0, 4, 0, 6,    0, 0, 0, 0x14, 0, 3, 0,
                     0xa1, 0x18, 0, 0,    0x31, 1, 0, 0, 0,    0, 0, 0, 1,    0, 0, 0};
const Octets kNoSuchEntry{0x38, 0,    0,    0,    2,    0,    0,    0, 9, 0, 0,    0, 0x8e, 5,
                          0xa0, 0xcb, 0xfe, 0xff, 0xff, 0xff, 0x24, 0, 0, 0, 0x1e, 0, 1,    0,
                          9,    0,    0,    0,    0,    0,    0,    0, 2, 0, 0,    0, 2,    0,
                          0,    0,    0,    0,    0,    0,    8,    0, 1, 0, 0xc0, 0, 2,    0x64};
const Octets kNewAddress{
    0x50, 0,    0,    0,    0x14, 0,    0,    0,    0x22, 0x51, 7, 0x6b, 0x27, 2,    0,    0,
    2,    0x18, 0x80, 0,    2,    0,    0,    0,    8,    0,    1, 0,    0xc0, 0,    2,    1,
    8,    0,    2,    0,    0xc0, 0,    2,    1,    9,    0,    3, 0,    0x65, 0x74, 0x68, 0x30,
    0,    0,    0,    0,    8,    0,    8,    0,    0x80, 0,    0, 0,    0x14, 0,    6,    0,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x46, 0xd7, 3, 0,    0x46, 0xd7, 3,    0};

NetlinkMessage read_one(const Octets& octets) {
  const test::GuardedBytes guarded(octets);
  NetlinkReader reader(guarded.bytes());
  NetlinkMessage message;
  EXPECT_TRUE(reader.next(message));
  NetlinkMessage none;
  EXPECT_FALSE(reader.next(none));
  EXPECT_EQ(reader.malformed(), 0u);
  return message;
}

TEST(Netlink, ReadsANeighbourOfEitherFamily) {
  const auto v4 = std::get<NeighbourMessage>(read_one(kReachableV4));
  EXPECT_EQ(v4.interface, 2u);
  EXPECT_EQ(v4.address.to_text(), "192.0.2.7");
  EXPECT_EQ(v4.mac->to_text(), "02:00:00:00:00:01");
  EXPECT_FALSE(v4.has_failed);
  const auto v6 = std::get<NeighbourMessage>(read_one(kReachableV6));
  EXPECT_EQ(v6.address.to_text(), "2001:db8::7");
  EXPECT_EQ(v6.mac->to_text(), "02:00:00:00:00:01");
}

TEST(Netlink, ReadsANeighbourThatDidNotAnswer) {
  const auto failed = std::get<NeighbourMessage>(read_one(kFailed));
  EXPECT_EQ(failed.address.to_text(), "192.0.2.99");
  EXPECT_FALSE(failed.mac);
  EXPECT_TRUE(failed.has_failed);
}

TEST(Netlink, ReadsThatANeighbourIsGoneWhateverItsStateWas) {
  Octets gone = kReachableV4;
  gone[4] = 0x1d;  // RTM_DELNEIGH
  const auto message = std::get<NeighbourMessage>(read_one(gone));
  EXPECT_FALSE(message.mac);
  EXPECT_FALSE(message.has_failed);
}

TEST(Netlink, ReadsAnAddressOfThisMachine) {
  const auto address = std::get<AddressMessage>(read_one(kNewAddress));
  EXPECT_EQ(address.interface, 2u);
  EXPECT_EQ(address.address.to_text(), "192.0.2.1");
  EXPECT_EQ(address.prefix_bits, 24);
  EXPECT_FALSE(address.is_gone);
}

TEST(Netlink, ReadsAFailureWithItsSequenceNumber) {
  const auto end = std::get<EndMessage>(read_one(kNoSuchEntry));
  EXPECT_EQ(end.sequence, 9u);
  EXPECT_EQ(end.error, ENOENT);
}

TEST(Netlink, ReadsManyMessagesOfOneDatagram) {
  Octets both = kReachableV4;
  both.insert(both.end(), kReachableV6.begin(), kReachableV6.end());
  NetlinkReader reader(both);
  NetlinkMessage message;
  EXPECT_TRUE(reader.next(message));
  EXPECT_TRUE(reader.next(message));
  EXPECT_EQ(std::get<NeighbourMessage>(message).address.to_text(), "2001:db8::7");
  EXPECT_FALSE(reader.next(message));
}

TEST(Netlink, LeavesOutWhatIsNoNeighbourOfOurs) {
  struct Case {
    const char* what;
    std::size_t at;
    std::uint8_t octet;
  };
  constexpr Case kCases[] = {
      {"a bridge's own table", 16, 7},
      {"a proxy entry", 26, 8},
      {"an entry without resolution", 24, 0x40},
      {"multicast", 27, 5},
  };
  for (const Case& c : kCases) {
    Octets changed = kReachableV4;
    changed[c.at] = c.octet;
    NetlinkReader reader(changed);
    NetlinkMessage message;
    EXPECT_FALSE(reader.next(message)) << c.what;
    EXPECT_EQ(reader.malformed(), 0u) << c.what;
  }
}

TEST(Netlink, CountsEveryTruncationAndLeavesItsWindowNever) {
  for (const Octets* whole : {&kReachableV4, &kReachableV6, &kFailed, &kNewAddress}) {
    for (std::size_t size = 1; size < whole->size(); ++size) {
      Octets cut(whole->begin(), whole->begin() + static_cast<std::ptrdiff_t>(size));
      const test::GuardedBytes guarded(cut);
      NetlinkReader reader(guarded.bytes());
      NetlinkMessage message;
      EXPECT_FALSE(reader.next(message)) << size;
      EXPECT_EQ(reader.malformed(), 1u) << size;
    }
  }
}

TEST(Netlink, WritesRequestsThatTheKernelUnderstands) {
  std::array<std::uint8_t, kNetlinkRequestBytesMax> out{};
  const auto address = *IpAddress::from_text("192.0.2.7");
  const std::size_t size = write_probe_request(2, address, 7, out);
  const Octets wanted{36, 0, 0, 0, 28, 0, 1, 4, 7, 0, 0, 0, 0, 0, 0,    0, 2, 0,
                      0,  0, 2, 0, 0,  0, 0, 0, 1, 0, 8, 0, 1, 0, 0xc0, 0, 2, 7};
  EXPECT_EQ(Octets(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)), wanted);
  EXPECT_EQ(write_dump_request(NetlinkTable::Links, 1, out), 32u);
  EXPECT_EQ(write_dump_request(NetlinkTable::Addresses, 1, out), 24u);
  EXPECT_EQ(write_dump_request(NetlinkTable::Neighbours, 1, out), 28u);
}

}  // namespace
}  // namespace haetae::wire
