#pragma once

#include <boost/asio/ip/address.hpp>

#include "base/address.h"

namespace haetae::daemon {

inline IpAddress address_of(const boost::asio::ip::address& address) {
  return address.is_v4() ? IpAddress::v4(address.to_v4().to_uint())
                         : IpAddress::v6(address.to_v6().to_bytes());
}

}  // namespace haetae::daemon
