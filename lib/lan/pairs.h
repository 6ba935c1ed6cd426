#pragma once

#include <vector>

#include "base/address.h"
#include "lan/links.h"

namespace haetae::lan {

// Who holds an address of the network around us, or held it last.
struct Pair {
  LinkId link = kNoLink;
  IpAddress address;
  MacAddress mac;
  bool is_taken_over = false;  // another MAC held the address before
  friend bool operator==(const Pair&, const Pair&) = default;
};
using Pairs = std::vector<Pair>;

}  // namespace haetae::lan
