#include "firewall/stopped.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "support/policy_maker.h"

namespace haetae::firewall {
namespace {

using haetae::test::PolicyMaker;
using testing::ElementsAre;
using testing::IsEmpty;

IpAddress ip(std::string_view text) {
  return *IpAddress::from_text(text);
}
MacAddress mac(std::string_view text) {
  return *MacAddress::from_text(text);
}

std::vector<std::string> texts_of(const AddressRanges& ranges) {
  std::vector<std::string> texts;
  for (const AddressRange& one : ranges) {
    texts.push_back(fmt::format("{}-{}", one.first.to_text(), one.last.to_text()));
  }
  return texts;
}

// A house of a kid, who may not be online now, and a parent; a test says whose devices and networks
// are which.
struct House {
  House() {
    kid = maker.profile("kid");
    parent = maker.profile("parent");
    maker.default_profile = parent;
  }
  void device(config::Device one) {
    const policy::ProfileId profile = one.profile == "kid" ? kid : parent;
    const auto id = static_cast<policy::DeviceId>(config.devices.size());
    policy::Recognition known{.who = {.device = id, .profile = profile}, .mac = one.mac};
    if (one.address) known.places.emplace_back(*one.address, one.address->is_v4() ? 32 : 128);
    if (one.cidr) known.places.push_back(*one.cidr);
    maker.recognitions.push_back(known);
    maker.devices.push_back({one.name, profile});
    config.devices.push_back(std::move(one));
  }
  void network(const config::Network& one) {
    const policy::ProfileId profile = one.profile == "kid" ? kid : parent;
    policy::Recognition known{.who = {.profile = profile}, .interface = one.interface};
    if (one.cidr) known.places.push_back(*one.cidr);
    maker.recognitions.push_back(known);
    config.networks.push_back(one);
  }
  void neighbour(std::string_view address, std::string_view mac_text, lan::LinkId link = 0) {
    pairs.push_back({link, ip(address), mac(mac_text)});
  }
  Sets stopped(const std::vector<bool>& by_profile = {true, false}) {
    const auto policy = maker.make();
    Sets sets;
    EXPECT_EQ(set_stopped({config, *policy, pairs, link_names, inside}, by_profile, sets), 0U);
    return sets;
  }

  PolicyMaker maker;
  policy::ProfileId kid = 0;
  policy::ProfileId parent = 0;
  config::Config config;
  lan::Pairs pairs;
  std::vector<std::string> link_names{"br-lan", "eth0"};
  std::vector<std::string> inside{"br-lan"};
};

constexpr std::string_view kTablet = "02:00:00:00:00:01";
constexpr std::string_view kLaptop = "02:00:00:00:00:02";

TEST(Stopped, IsADeviceByItsMacAndEveryAddressThatItWasSeenWith) {
  House house;
  house.device({.name = "Tablet", .mac = mac(kTablet), .profile = "kid"});
  house.neighbour("192.168.7.21", kTablet);
  house.neighbour("2001:db8:7::1:2:3", kTablet);
  house.neighbour("192.168.7.31", kLaptop);
  const Sets sets = house.stopped();
  EXPECT_THAT(sets.stopped_macs, ElementsAre(mac(kTablet)));
  EXPECT_THAT(texts_of(sets.stopped),
              ElementsAre("192.168.7.21-192.168.7.21", "2001:db8:7::1:2:3-2001:db8:7::1:2:3"));
}

TEST(Stopped, IsNobodyWhileNoProfileIs) {
  House house;
  house.device(
      {.name = "Tablet", .mac = mac(kTablet), .address = ip("192.168.7.21"), .profile = "kid"});
  const Sets sets = house.stopped({false, false});
  EXPECT_THAT(sets.stopped_macs, IsEmpty());
  EXPECT_THAT(sets.stopped, IsEmpty());
}

TEST(Stopped, IsAStrangerOfTheDefaultProfile) {
  House house;
  house.device({.name = "Laptop", .mac = mac(kLaptop), .profile = "parent"});
  house.maker.default_profile = house.kid;
  house.neighbour("192.168.7.150", "02:00:00:00:00:99");
  house.neighbour("192.168.7.31", kLaptop);
  const Sets sets = house.stopped();
  EXPECT_THAT(sets.stopped_macs, IsEmpty()) << "a router of others may stand behind one MAC";
  EXPECT_THAT(texts_of(sets.stopped), ElementsAre("192.168.7.150-192.168.7.150"));
}

TEST(Stopped, IsANetworkButForTheDevicesInItThatAreOthers) {
  House house;
  house.network({.cidr = *Cidr::from_text("192.168.7.0/24"), .profile = "kid"});
  house.device({.name = "Printer", .address = ip("192.168.7.10"), .profile = "parent"});
  house.device({.name = "Laptop", .mac = mac(kLaptop), .profile = "parent"});
  house.neighbour("192.168.7.31", kLaptop);
  EXPECT_THAT(texts_of(house.stopped().stopped),
              ElementsAre("192.168.7.0-192.168.7.9", "192.168.7.11-192.168.7.30",
                          "192.168.7.32-192.168.7.255"));
}

TEST(Stopped, LeavesAStopInsideAFreeNetworkInsideAStoppedOne) {
  House house;
  house.network({.cidr = *Cidr::from_text("10.0.0.0/8"), .profile = "kid"});
  house.network({.cidr = *Cidr::from_text("10.1.0.0/16"), .profile = "parent"});
  house.device({.name = "Room", .cidr = *Cidr::from_text("10.1.0.0/30"), .profile = "kid"});
  house.device({.name = "Last", .cidr = *Cidr::from_text("10.1.255.252/30"), .profile = "kid"});
  EXPECT_THAT(texts_of(house.stopped().stopped),
              ElementsAre("10.0.0.0-10.1.0.3", "10.1.255.252-10.255.255.255"));
}

TEST(Stopped, KeepsTheTwoFamiliesApartWhereANetworkHoldsBoth) {
  House house;
  house.network({.cidr = *Cidr::from_text("::/0"), .profile = "kid"});
  house.network({.cidr = *Cidr::from_text("10.0.0.0/8"), .profile = "parent"});
  EXPECT_THAT(
      texts_of(house.stopped().stopped),
      ElementsAre("::-::fffe:ffff:ffff", "0.0.0.0-9.255.255.255", "11.0.0.0-255.255.255.255",
                  "::1:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
}

TEST(Stopped, IsWhoeverHoldsAnAddressNow) {
  House house;
  house.device({.name = "Tablet", .mac = mac(kTablet), .profile = "kid"});
  house.device(
      {.name = "Laptop", .mac = mac(kLaptop), .address = ip("192.168.7.31"), .profile = "parent"});
  house.neighbour("192.168.7.31", kTablet);
  EXPECT_THAT(texts_of(house.stopped().stopped), ElementsAre("192.168.7.31-192.168.7.31"));
}

TEST(Stopped, LeavesNeighboursOfTheOutsideAlone) {
  House house;
  house.maker.default_profile = house.kid;
  constexpr lan::LinkId kOutside = 1;
  house.neighbour("198.51.100.1", "02:00:00:00:00:98", kOutside);
  EXPECT_THAT(house.stopped().stopped, IsEmpty());
}

TEST(Stopped, TellsWhatThereWasNoRoomFor) {
  House house;
  house.maker.default_profile = house.kid;
  const auto policy = house.maker.make();
  for (std::uint32_t i = 0; i < kStoppedRangesMax + 3; ++i) {
    house.pairs.push_back({0, IpAddress::v4(0x0a000000 + 2 * i), mac("02:00:00:00:00:99")});
  }
  Sets sets;
  EXPECT_EQ(set_stopped({house.config, *policy, house.pairs, house.link_names, house.inside},
                        {true, false}, sets),
            3U);
  EXPECT_EQ(sets.stopped.size(), kStoppedRangesMax);
}

TEST(House, IsTheNetworksOfTheInside) {
  lan::LinkBook book;
  book.set_link(2, "br-lan", true);
  book.add_address(2, {ip("192.168.7.1"), *Cidr::from_text("192.168.7.0/24")});
  book.add_address(2, {ip("2001:db8:7::1"), *Cidr::from_text("2001:db8:7::/64")});
  book.set_link(3, "eth0", true);
  book.add_address(3, {ip("198.51.100.7"), *Cidr::from_text("198.51.100.0/24")});
  Sets sets;
  set_house(book.links(), {"br-lan"}, sets);
  EXPECT_THAT(texts_of(sets.house),
              ElementsAre("169.254.0.0-169.254.255.255", "192.168.7.0-192.168.7.255",
                          "2001:db8:7::-2001:db8:7:0:ffff:ffff:ffff:ffff",
                          "fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
}

TEST(Ranges, JoinPrefixesThatLieInOneAnother) {
  EXPECT_THAT(texts_of(ranges_of({*Cidr::from_text("10.0.0.0/8"), *Cidr::from_text("10.2.0.0/16"),
                                  *Cidr::from_text("10.0.0.0/24")})),
              ElementsAre("10.0.0.0-10.255.255.255"));
}

}  // namespace
}  // namespace haetae::firewall
