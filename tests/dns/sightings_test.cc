#include "dns/sightings.h"

#include <gtest/gtest.h>

#include <memory>

#include "lan/neighbours.h"
#include "support/policy_maker.h"

namespace haetae::dns {
namespace {

using policy::MacSight;

constexpr Time kStart{std::chrono::hours(24 * 365 * 50)};
constexpr std::uint32_t kEth0 = 2, kGuests = 3;  // as the kernel counts them
constexpr lan::LinkId kEth0Id = 0, kGuestsId = 1;

IpAddress ip(std::string_view text) {
  return *IpAddress::from_text(text);
}

class NoSearch final : public NeighbourSearch {
 public:
  void look_for(std::uint32_t, const IpAddress&) noexcept override {}
};

// A house with a parent's phone, known by its MAC, and a network for guests beside it.
struct House {
  House() {
    policy::Recognition phone;
    phone.who = {.device = 0, .profile = 0};
    phone.mac = parent;
    maker.profile("parent");
    maker.devices.resize(1);
    maker.recognitions.push_back(phone);
    made = maker.make();
    neighbours.learn(kEth0Id, at, parent, kStart);
    sightings = std::make_unique<Sightings>(&lan, *made);
  }

  Sightings::Look look(const IpAddress& address, std::uint32_t interface = kEth0) {
    sightings->refresh(*made, false);
    return sightings->look(address, interface);
  }

  static std::shared_ptr<const lan::Links> links_of_house() {
    const auto link = [](std::uint32_t index, lan::LinkId id, const char* prefix) {
      const Cidr cidr = *Cidr::from_text(prefix);
      return lan::Link{
          .index = index, .id = id, .shows_macs = true, .addresses = {{ip("192.0.2.1"), cidr}}};
    };
    return std::make_shared<lan::Links>(
        std::vector<lan::Link>{link(kEth0, kEth0Id, "192.0.2.0/24"),
                               link(kGuests, kGuestsId, "198.51.100.0/24")},
        std::vector<std::string>{"eth0", "guests"});
  }

  const MacAddress parent = MacAddress::from_number(0x020000000001);
  const MacAddress child = MacAddress::from_number(0x020000000002);
  const IpAddress at = ip("192.0.2.7");
  test::PolicyMaker maker;
  std::shared_ptr<const policy::Policy> made;
  lan::Neighbours neighbours{HashKey{1, 2}};
  Snapshot<lan::Links> links{links_of_house()};
  NoSearch search;
  Lan lan{links, neighbours.table(), search};
  std::unique_ptr<Sightings> sightings;
};

TEST(Sightings, OfWhomTheKernelHoldsAreSettled) {
  House house;
  const auto look = house.look(house.at);
  EXPECT_EQ(look.sighting.mac_sight, MacSight::Seen);
  EXPECT_EQ(look.sighting.mac, house.parent);
  EXPECT_FALSE(look.is_unsettled);
}

TEST(Sightings, FromMemoryAreBelievedWhileTheyAreLookedAt) {
  House house;
  house.neighbours.lose(kEth0Id, house.at, false, kStart + seconds(60));
  const auto look = house.look(house.at);
  EXPECT_EQ(look.sighting.mac_sight, MacSight::Seen);
  EXPECT_TRUE(look.is_unsettled);
}

TEST(Sightings, OfWhoDidNotAnswerAreNotBelievedUntilTheyDo) {
  House house;
  house.neighbours.lose(kEth0Id, house.at, true, kStart + seconds(60));
  auto look = house.look(house.at);
  EXPECT_EQ(look.sighting.mac_sight, MacSight::Missing) << "a child on the address of who is away";
  EXPECT_TRUE(look.is_unsettled) << "somebody is there: it is asked who";
  house.neighbours.learn(kEth0Id, house.at, house.parent, kStart + seconds(61));
  EXPECT_EQ(house.look(house.at).sighting.mac_sight, MacSight::Seen);

  house.neighbours.lose(kEth0Id, house.at, true, kStart + seconds(70));
  house.neighbours.learn(kEth0Id, house.at, house.child, kStart + seconds(71));
  look = house.look(house.at);
  EXPECT_EQ(look.sighting.mac_sight, MacSight::TakenOver);
  EXPECT_FALSE(look.is_unsettled);
}

TEST(Sightings, OfStrangersWhoDidNotAnswerKeepNobodyWaiting) {
  House house;
  const IpAddress stranger = ip("192.0.2.99");
  EXPECT_TRUE(house.look(stranger).is_unsettled);
  house.neighbours.lose(kEth0Id, stranger, true, kStart);
  const auto look = house.look(stranger);
  EXPECT_EQ(look.sighting.mac_sight, MacSight::Missing);
  EXPECT_FALSE(look.is_unsettled);
}

TEST(Sightings, OfAnAddressOfAnotherLinkAreOutOfPlace) {
  House house;
  EXPECT_EQ(house.look(house.at, kGuests).sighting.mac_sight, MacSight::Missing);
  EXPECT_EQ(house.look(ip("203.0.113.9")).sighting.mac_sight, MacSight::Hidden)
      << "behind a router";
}

}  // namespace
}  // namespace haetae::dns
