#include "lan/seen.h"

#include <gtest/gtest.h>

namespace haetae::lan {
namespace {

SeenAt at(int number) {
  return SeenAt(seconds(1'764'100'000 + number));
}

SeenDevices two_devices() {
  const MacAddress one = *MacAddress::from_text("02:00:00:00:00:01");
  const MacAddress other = *MacAddress::from_text("02:00:00:00:00:02");
  return {{one,
           "br-lan",
           "minjis-tablet",
           at(0),
           at(9),
           {{*IpAddress::from_text("192.0.2.21"), "br-lan", at(0), at(9), one, at(9)},
            {*IpAddress::from_text("2001:db8::21"), "br-lan", at(1), at(8), other, at(2)}}},
          {other, "eth0.20", "", at(3), at(4), {}}};
}

TEST(Seen, IsReadAsItWasWritten) {
  const SeenRead read = read_seen(to_text(two_devices()));
  EXPECT_TRUE(read.is_whole);
  EXPECT_EQ(read.bad_lines, 0u);
  EXPECT_EQ(read.devices, two_devices());
}

TEST(Seen, CutOffAnywhereGivesWhatIsWholeAndSaysSo) {
  const std::string whole = to_text(two_devices());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const SeenRead read = read_seen(std::string_view(whole).substr(0, size));
    EXPECT_FALSE(read.is_whole) << size;
    ASSERT_LE(read.devices.size(), 2u);
    for (const SeenDevice& device : read.devices) {
      EXPECT_TRUE(device.mac == two_devices()[0].mac || device.mac == two_devices()[1].mac);
      for (const SeenAddress& address : device.addresses) {
        EXPECT_TRUE(address == two_devices()[0].addresses[0] ||
                    address == two_devices()[0].addresses[1])
            << size;
      }
    }
  }
}

TEST(Seen, LeavesOutBrokenLinesAndTheAddressesBelowThem) {
  const SeenRead read = read_seen(
      "haetae devices 1\n"
      "device 02:00:00:00:00 1 2 br-lan\n"
      "address 192.0.2.1 1 2 br-lan\n"
      "device 02:00:00:00:00:02 1 2 br-lan\n"
      "address 192.0.2.2 1 2 br-lan\n"
      "address 192.0.2.3 x 2 br-lan\n"
      "end 1\n");
  EXPECT_TRUE(read.is_whole);
  EXPECT_EQ(read.bad_lines, 3u);
  ASSERT_EQ(read.devices.size(), 1u);
  EXPECT_EQ(read.devices[0].addresses.size(), 1u);
}

}  // namespace
}  // namespace haetae::lan
