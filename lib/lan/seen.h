#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/time.h"

namespace haetae::lan {

using SeenAt = std::chrono::sys_seconds;

// An address that a device was seen with.
struct SeenAddress {
  IpAddress address;
  std::string link;  // the interface's name
  SeenAt first;
  SeenAt last;
  MacAddress owner{};  // the first that held the address; the device itself, as a rule
  SeenAt owner_last;
  friend bool operator==(const SeenAddress&, const SeenAddress&) = default;
};

// A device of the network, whether the configuration knows it or not. Nothing of what it asks.
struct SeenDevice {
  MacAddress mac{};
  std::string link;  // where it was seen last
  std::string name;  // what it called itself to the DHCP server; may be empty
  SeenAt first;
  SeenAt last;
  std::vector<SeenAddress> addresses{};
  friend bool operator==(const SeenDevice&, const SeenDevice&) = default;
};
using SeenDevices = std::vector<SeenDevice>;

// The form in which they are kept: text that a person can read, a line a device and one for each of
// its addresses below it. At most limits::kSeenBytesMax.
std::string to_text(const SeenDevices& devices);

struct SeenRead {
  SeenDevices devices;
  std::size_t bad_lines = 0;  // left out
  bool is_whole = false;      // the last line is there
};
// Takes what can be read of a file that may be cut off or broken anywhere.
SeenRead read_seen(std::string_view text);

// A host name as DHCP servers write it down: letters, digits, hyphens, dots and underscores, at
// most 63; nothing of what else a device may have put there to fool a terminal. Empty if little is
// left.
std::string plain_host_name(std::string_view name);

}  // namespace haetae::lan
