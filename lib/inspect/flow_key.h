#pragma once

#include <cstdint>

#include "base/address.h"
#include "base/address_hash.h"
#include "base/mix.h"
#include "base/name_hash.h"
#include "wire/packet.h"

namespace haetae::inspect {

// A flow's five-tuple. Its two ends stand in an order of their own, so both directions have one
// key.
struct FlowKey {
  IpAddress low;
  IpAddress high;
  std::uint16_t low_port = 0;
  std::uint16_t high_port = 0;
  std::uint8_t protocol = 0;

  friend bool operator==(const FlowKey& a, const FlowKey& b) noexcept {
    const AddressWords a_low = words_of(a.low);
    const AddressWords b_low = words_of(b.low);
    const AddressWords a_high = words_of(a.high);
    const AddressWords b_high = words_of(b.high);
    const std::uint64_t differ = (a_low.first ^ b_low.first) | (a_low.second ^ b_low.second) |
                                 (a_high.first ^ b_high.first) | (a_high.second ^ b_high.second);
    return differ == 0 && a.low_port == b.low_port && a.high_port == b.high_port &&
           a.protocol == b.protocol;
  }
};

// A packet's flow, and at which of its ends the packet's source stands.
struct FlowSide {
  FlowKey key;
  bool source_is_low;
};
FlowSide side_of(const wire::Packet& packet) noexcept;

// 64 bits with a secret key: nobody can choose flows that meet in a table.
std::uint64_t hash_of(const FlowKey& flow, const HashKey& key) noexcept;

}  // namespace haetae::inspect
