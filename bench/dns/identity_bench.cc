// What it costs to know who asks, beside what it costs to look a name up, and what it takes to keep
// so many devices and addresses.
//   dns_identity_bench --benchmark_min_time=0.3
// 10,000 devices, known by their MAC; 200,000 addresses of theirs on two interfaces that the
// network has shown and that are remembered, as many as queries come from. The name is looked up in
// an image of a million names. Memory is what all that is known of devices takes from the heap.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include <random>

#include "base/assert.h"
#include "dns/sightings.h"
#include "lan/neighbours.h"
#include "list/image_builder.h"
#include "policy/decide.h"

namespace haetae::dns {
namespace {

constexpr std::size_t kDevices = 10'000;
constexpr std::size_t kAddresses = 200'000;
constexpr std::size_t kNames = 1'000'000;
constexpr HashKey kKey{5, 6};
constexpr Time kNow{std::chrono::hours{480'000}};
constexpr std::size_t kInterfaces = 2;

std::size_t heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

MacAddress mac_of(std::size_t device) {
  return MacAddress::from_number(0x020000000000ULL + device);
}

// Devices are dealt out to the interfaces. The kernel counts them from 1.
std::size_t interface_of(std::size_t i) {
  return i % kDevices % kInterfaces;
}

// In the interface's prefix, as temporary addresses are: anywhere.
IpAddress address_of(std::size_t i) {
  std::array<std::uint8_t, 16> octets{0x20, 0x01, 0x0d, 0xb8};
  octets[4] = static_cast<std::uint8_t>(interface_of(i));
  const std::uint64_t host = (i + 1) * 0x9e3779b97f4a7c15ULL;
  for (std::size_t k = 0; k < 8; ++k) {
    octets[8 + k] = static_cast<std::uint8_t>(host >> (8 * k));
  }
  return IpAddress::v6(octets);
}

Name listed_name(std::size_t i) {
  return name_of(fmt::format("site-{}.bad{}.example", i * 2654435761U, i % 97));
}

std::shared_ptr<const list::Image> image_of(std::size_t names) {
  list::ImageBuilder builder({3, 4});
  const list::ListId id = builder.add_list({"adult-one", "adult", 0, names});
  for (std::size_t i = 0; i < names; ++i) builder.add(id, list::Rule{listed_name(i)});
  return *list::Image::from_bytes(*builder.to_bytes());
}

struct NoSearch : NeighbourSearch {
  void look_for(std::uint32_t, const IpAddress&) noexcept override {}
};

struct Town {
  Town() {
    const std::size_t before = heap_bytes();
    std::vector<policy::Recognition> devices(kDevices);
    for (std::size_t i = 0; i < kDevices; ++i) {
      devices[i].who = {static_cast<policy::DeviceId>(i), static_cast<policy::ProfileId>(i % 8)};
      devices[i].mac = mac_of(i);
    }
    identities = policy::Identities(devices);
    devices = {};
    neighbours.set_named({.mac = [this](const MacAddress& mac) { return identities.knows(mac); }});
    for (std::size_t i = 0; i < kAddresses; ++i) {
      neighbours.learn(static_cast<lan::LinkId>(interface_of(i)), address_of(i),
                       mac_of(i % kDevices), kNow);
    }
    HAETAE_ASSERT(neighbours.rows() == kAddresses && neighbours.macs() == kDevices);
    neighbours.table().collect();  // the daemon does so every second
    bytes = heap_bytes() - before;
  }

  policy::Identities identities;
  lan::Neighbours neighbours{kKey};
  std::size_t bytes;
};

struct Place {
  IpAddress address;
  std::uint32_t interface;
};

// Every question of a benchmark comes from another address.
std::vector<Place> shuffled_places() {
  std::vector<Place> all;
  for (std::size_t i = 0; i < kAddresses; ++i) {
    all.push_back({address_of(i), static_cast<std::uint32_t>(interface_of(i) + 1)});
  }
  std::ranges::shuffle(all, std::mt19937_64(1));
  return all;
}

lan::Links two_links() {
  std::vector<lan::Link> links(kInterfaces);
  for (std::size_t i = 0; i < kInterfaces; ++i) {
    links[i] = {static_cast<std::uint32_t>(i + 1), static_cast<lan::LinkId>(i), true};
    links[i].addresses = {{address_of(i), Cidr(address_of(i), 64)}};
  }
  return {std::move(links), {"lan0", "lan1"}};
}

void BM_IdentifyByMac(benchmark::State& state) {
  Town town;
  Snapshot<lan::Links> links(std::make_shared<lan::Links>(two_links()));
  NoSearch search;
  const Lan lan{links, town.neighbours.table(), search};
  policy::Policy policy{list::Lists(image_of(1), nullptr)};
  policy.identities = town.identities;
  const Sightings sightings(&lan, policy);
  const std::vector<Place> places = shuffled_places();
  std::size_t i = 0;
  std::size_t known = 0;
  for (auto _ : state) {
    const Place& place = places[i++ % kAddresses];
    const Sightings::Look look = sightings.look(place.address, place.interface);
    const policy::Identity who = policy.identify(look.sighting);
    known += who.known_by == policy::KnownBy::Mac;
  }
  if (known != i) state.SkipWithError("a device was not known");
  state.counters["MB"] = static_cast<double>(town.bytes) / 1e6;
}
BENCHMARK(BM_IdentifyByMac);

void BM_LookUpName(benchmark::State& state) {
  policy::Policy policy(list::Lists(image_of(kNames), nullptr));
  policy.mark_spans.assign(1, {});
  policy::Scratch scratch(policy);
  std::vector<Name> names;
  std::mt19937_64 random(1);
  for (std::size_t i = 0; i < kAddresses; ++i) names.push_back(listed_name(random() % kNames));
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(scratch.look_up(policy, names[i++ % kAddresses]));
  }
}
BENCHMARK(BM_LookUpName);

}  // namespace
}  // namespace haetae::dns

BENCHMARK_MAIN();
