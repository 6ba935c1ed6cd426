#include "policy/identities.h"

#include <gtest/gtest.h>

#include "support/allocation_count.h"
#include "support/policy_maker.h"

namespace haetae::policy {
namespace {

constexpr ProfileId kLittle = 1;
constexpr ProfileId kBig = 2;
constexpr ProfileId kGuests = 3;
constexpr ProfileId kStaff = 4;
constexpr DeviceId kTablet = 0;   // by MAC
constexpr DeviceId kPhone = 1;    // by MAC, with its address beside it
constexpr DeviceId kPrinter = 2;  // by address alone
constexpr DeviceId kLaptop = 3;   // by credential and MAC
constexpr DeviceId kRoom = 4;     // by a prefix

MacAddress mac(std::string_view text) {
  return *MacAddress::from_text(text);
}

Identities house() {
  const std::vector<Recognition> all = {
      {.who = {kTablet, kLittle}, .mac = mac("02:00:00:00:00:01")},
      {.who = {kPhone, kBig},
       .mac = mac("02:00:00:00:00:02"),
       .places = {*Cidr::from_text("192.0.2.11"), *Cidr::from_text("2001:db8::11")}},
      {.who = {kPrinter, kBig}, .places = {*Cidr::from_text("192.0.2.12")}},
      {.who = {kLaptop, kStaff}, .credential = "laptop", .mac = mac("02:00:00:00:00:04")},
      {.who = {kRoom, kStaff}, .places = {*Cidr::from_text("192.0.2.64/26")}},
      {.who = {kUnknownDevice, kGuests}, .places = {*Cidr::from_text("192.0.2.0/24")}},
      {.who = {kUnknownDevice, kStaff}, .places = {*Cidr::from_text("192.0.2.96/28")}},
      {.who = {kUnknownDevice, kLittle}, .interface = "br-kids"},
      {.who = {kUnknownDevice, kGuests}, .interface = "eth0.20"},
      {.who = {kUnknownDevice, kBig}, .interface = "br-kids"},  // the first one counts
  };
  return Identities(all);
}

struct Case {
  const char* what;
  const char* address;
  const char* interface;
  MacSight sight;
  const char* mac;
  const char* credential;
  DeviceId device;
  std::optional<ProfileId> profile;
  KnownBy known_by;
};

constexpr const char* kNoMac = "00:00:00:00:00:00";
constexpr const char* kStranger = "02:00:00:00:00:99";
constexpr const char* kTabletMac = "02:00:00:00:00:01";
constexpr const char* kPhoneMac = "02:00:00:00:00:02";
constexpr const char* kElsewhere = "198.51.100.1";

constexpr Case kCases[] = {
    {"a credential comes before a MAC", "192.0.2.11", "", MacSight::Seen, kTabletMac, "laptop",
     kLaptop, kStaff, KnownBy::Credential},
    {"an unknown credential says nothing", "192.0.2.50", "", MacSight::Seen, kTabletMac, "other",
     kTablet, kLittle, KnownBy::Mac},
    {"a credential is the whole text", kElsewhere, "", MacSight::Hidden, kNoMac, "lap",
     kUnknownDevice, std::nullopt, KnownBy::Nothing},
    {"a MAC comes before an address", "192.0.2.12", "", MacSight::Seen, kTabletMac, "", kTablet,
     kLittle, KnownBy::Mac},
    {"a known MAC stays itself on an address that was another's", "192.0.2.12", "",
     MacSight::TakenOver, kTabletMac, "", kTablet, kLittle, KnownBy::Mac},
    {"a MAC is known at any address", "2001:db8::dead", "", MacSight::Seen, kTabletMac, "", kTablet,
     kLittle, KnownBy::Mac},
    {"a device with MAC and address is known by either", "192.0.2.77", "", MacSight::Seen,
     kPhoneMac, "", kPhone, kBig, KnownBy::Mac},
    {"where no MAC can be seen the address counts, though a MAC is written", "192.0.2.11", "",
     MacSight::Hidden, kNoMac, "", kPhone, kBig, KnownBy::Address},
    {"an unknown MAC that takes a parent's address stays unknown", "192.0.2.11", "", MacSight::Seen,
     kStranger, "", kUnknownDevice, kGuests, KnownBy::Network},
    {"over IPv6 too", "2001:db8::11", "", MacSight::Seen, kStranger, "", kUnknownDevice,
     std::nullopt, KnownBy::Nothing},
    {"and so does a parent's address whose MAC nobody finds", "192.0.2.11", "", MacSight::Missing,
     kNoMac, "", kUnknownDevice, kGuests, KnownBy::Network},
    {"an address without a MAC beside it stands for the first who holds it", "192.0.2.12", "",
     MacSight::Seen, kStranger, "", kPrinter, kBig, KnownBy::Address},
    {"but not for who takes it over", "192.0.2.12", "", MacSight::TakenOver, kStranger, "",
     kUnknownDevice, kGuests, KnownBy::Network},
    {"nor for who hides its MAC", "192.0.2.12", "", MacSight::Missing, kNoMac, "", kUnknownDevice,
     kGuests, KnownBy::Network},
    {"a prefix is a device like an address", "192.0.2.70", "", MacSight::Seen, kStranger, "", kRoom,
     kStaff, KnownBy::Address},
    {"with the same care", "192.0.2.70", "", MacSight::TakenOver, kStranger, "", kUnknownDevice,
     kGuests, KnownBy::Network},
    {"a network inside a device's prefix is the longer word", "192.0.2.100", "", MacSight::Seen,
     kStranger, "", kUnknownDevice, kStaff, KnownBy::Network},
    {"a network takes whoever is in it, MAC or no MAC", "192.0.2.200", "", MacSight::Missing,
     kNoMac, "", kUnknownDevice, kGuests, KnownBy::Network},
    {"an address comes before the interface", "192.0.2.12", "br-kids", MacSight::Hidden, kNoMac, "",
     kPrinter, kBig, KnownBy::Address},
    {"and so does a network's prefix", "192.0.2.200", "br-kids", MacSight::Hidden, kNoMac, "",
     kUnknownDevice, kGuests, KnownBy::Network},
    {"an interface comes before the default", kElsewhere, "br-kids", MacSight::Seen, kStranger, "",
     kUnknownDevice, kLittle, KnownBy::Interface},
    {"a VLAN's interface is one like another", kElsewhere, "eth0.20", MacSight::Hidden, kNoMac, "",
     kUnknownDevice, kGuests, KnownBy::Interface},
    {"an interface that no network names says nothing", kElsewhere, "eth0", MacSight::Seen,
     kStranger, "", kUnknownDevice, std::nullopt, KnownBy::Nothing},
    {"a MAC comes before the interface", kElsewhere, "br-kids", MacSight::Seen, kPhoneMac, "",
     kPhone, kBig, KnownBy::Mac},
};

TEST(Identities, AreFoundByTheStrongestEvidence) {
  const Identities identities = house();
  for (const Case& c : kCases) {
    const Sighting sighting{.address = *IpAddress::from_text(c.address),
                            .interface = identities.interface_of(c.interface),
                            .mac_sight = c.sight,
                            .mac = mac(c.mac),
                            .credential = c.credential};
    const std::size_t before = test::allocation_count();
    const std::optional<Identity> who = identities.find(sighting);
    EXPECT_EQ(test::allocation_count(), before) << c.what;
    ASSERT_EQ(who.has_value(), c.profile.has_value()) << c.what;
    if (!who) continue;
    EXPECT_EQ(who->device, c.device) << c.what;
    EXPECT_EQ(who->profile, *c.profile) << c.what;
    EXPECT_EQ(who->known_by, c.known_by) << c.what;
  }
}

TEST(Identities, DoNotTakeAForwardersAddressForADevices) {
  const Identities identities = house();
  const auto find = [&](const char* address, Sighting sighting = {}) {
    sighting.address = *IpAddress::from_text(address);
    sighting.is_forwarded = true;
    return identities.find(sighting);
  };
  // The printer's address, as somebody may have written it who set the forwarder up.
  EXPECT_EQ(find("192.0.2.12")->device, kUnknownDevice);
  EXPECT_EQ(find("192.0.2.12")->profile, kGuests) << "its network still counts";
  EXPECT_EQ(find("192.0.2.70")->device, kUnknownDevice) << "nor a prefix";
  EXPECT_FALSE(find("2001:db8::11").has_value());
  // What it tells of the client counts as ever.
  const Sighting by_mac{.mac_sight = MacSight::Seen, .mac = mac(kTabletMac)};
  EXPECT_EQ(find("192.0.2.12", by_mac)->device, kTablet);
  EXPECT_EQ(find("192.0.2.12", {.credential = "laptop"})->device, kLaptop);
  const Sighting by_stranger{.mac_sight = MacSight::Seen, .mac = mac(kStranger)};
  EXPECT_EQ(find("192.0.2.12", by_stranger)->device, kUnknownDevice);
}

TEST(Identities, FindNobodyWhereNobodyIsWritten) {
  const Identities nobody;
  EXPECT_FALSE(nobody.find({.address = *IpAddress::from_text("192.0.2.1"),
                            .interface = 0,
                            .mac_sight = MacSight::Seen,
                            .mac = mac(kTabletMac),
                            .credential = "laptop"}));
  EXPECT_FALSE(nobody.asks_for_macs());
  EXPECT_FALSE(nobody.asks_for_mac(*IpAddress::from_text("192.0.2.1")));
}

TEST(Identities, AskForAMacOnlyWhereItCouldChangeTheAnswer) {
  const auto asks = [](std::vector<Recognition> all, const char* address) {
    return Identities(all).asks_for_mac(*IpAddress::from_text(address));
  };
  const Recognition by_mac{.who = {0, kBig}, .mac = mac(kTabletMac)};
  const Recognition by_address{.who = {0, kBig}, .places = {*Cidr::from_text("192.0.2.7")}};
  const Recognition by_prefix{.who = {0, kBig}, .places = {*Cidr::from_text("192.0.2.64/26")}};
  const Recognition by_id{.who = {0, kBig}, .credential = "laptop"};
  const Recognition network{.who = {.profile = kBig}, .places = {*Cidr::from_text("192.0.2.0/24")}};
  EXPECT_TRUE(asks({by_mac}, "198.51.100.1")) << "anybody may be the device with that MAC";
  EXPECT_TRUE(asks({by_address}, "192.0.2.7")) << "the address may have been taken over";
  EXPECT_FALSE(asks({by_address}, "192.0.2.8")) << "no device is written there";
  EXPECT_TRUE(asks({by_prefix}, "192.0.2.65"));
  EXPECT_FALSE(asks({by_prefix, network}, "192.0.2.8")) << "a network takes whoever is in it";
  EXPECT_FALSE(asks({by_id}, "192.0.2.8"));
  EXPECT_TRUE(Identities(std::vector{by_address}).asks_for_macs());
  EXPECT_FALSE(Identities(std::vector{by_id, network}).asks_for_macs());
}

TEST(Identities, OfAPolicyFallBackToTheDefaultProfile) {
  haetae::test::PolicyMaker maker;
  maker.profile("big");
  maker.default_profile = maker.profile("little");
  maker.devices = {{"tablet", 0}};
  maker.recognitions = {{.who = {0, 0}, .places = {*Cidr::from_text("192.0.2.7")}}};
  const auto policy = maker.make();
  EXPECT_EQ(policy->identify({.address = *IpAddress::from_text("192.0.2.7")}).device, 0u);
  const Identity other = policy->identify({.address = *IpAddress::from_text("192.0.2.8")});
  EXPECT_EQ(other.device, kUnknownDevice);
  EXPECT_EQ(other.profile, maker.default_profile);
  EXPECT_EQ(other.known_by, KnownBy::Nothing);
}

}  // namespace
}  // namespace haetae::policy
