#include "inspect/flow_key.h"

namespace haetae::inspect {
namespace {

// Which end comes first does not matter, as long as both directions agree.
bool is_before(const IpAddress& a, std::uint16_t a_port, const IpAddress& b,
               std::uint16_t b_port) noexcept {
  const AddressWords a_words = words_of(a);
  const AddressWords b_words = words_of(b);
  if (a_words.second != b_words.second) return a_words.second < b_words.second;
  if (a_words.first != b_words.first) return a_words.first < b_words.first;
  return a_port <= b_port;
}

// Mixed in, so that also a poor key makes good hashes.
constexpr std::uint64_t kOdd1 = 0x8ebc6af09c88c6e3ULL;
constexpr std::uint64_t kOdd2 = 0x589965cc75374cc3ULL;
constexpr std::uint64_t kOdd3 = 0x1d8e4e27c47d124fULL;

}  // namespace

FlowSide side_of(const wire::Packet& packet) noexcept {
  const bool source_is_low =
      is_before(packet.source, packet.source_port, packet.destination, packet.destination_port);
  if (source_is_low) {
    return {{packet.source, packet.destination, packet.source_port, packet.destination_port,
             packet.protocol},
            true};
  }
  return {{packet.destination, packet.source, packet.destination_port, packet.source_port,
           packet.protocol},
          false};
}

std::uint64_t hash_of(const FlowKey& flow, const HashKey& key) noexcept {
  const AddressWords low = words_of(flow.low);
  const AddressWords high = words_of(flow.high);
  const std::uint64_t rest = std::uint64_t{flow.low_port} | std::uint64_t{flow.high_port} << 16 |
                             std::uint64_t{flow.protocol} << 32;
  const std::uint64_t by_low = fold(low.first ^ key.first ^ kOdd1, low.second ^ key.second ^ kOdd2);
  const std::uint64_t by_high =
      fold(high.first ^ key.second ^ kOdd2, high.second ^ key.first ^ kOdd3);
  return fold(by_low ^ rest ^ kOdd3, by_high ^ key.first ^ kOdd1);
}

}  // namespace haetae::inspect
