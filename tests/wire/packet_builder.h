#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/name.h"
#include "wire/dns_message.h"

namespace haetae::wire::test {

// Writes DNS messages octet by octet, right or wrong as a test wants them. It shares no code with
// lib/wire's writer, so that one cannot hide the other's faults.
class PacketBuilder {
 public:
  struct Counts {
    std::uint16_t questions = 1;
    std::uint16_t answers = 0;
    std::uint16_t authorities = 0;
    std::uint16_t additionals = 0;
  };

  explicit PacketBuilder(std::uint16_t flags, Counts counts) {
    u16(0x1234).u16(flags);
    u16(counts.questions).u16(counts.answers).u16(counts.authorities).u16(counts.additionals);
  }

  PacketBuilder& u8(unsigned value) {
    octets_.push_back(static_cast<std::uint8_t>(value));
    return *this;
  }
  PacketBuilder& u16(unsigned value) { return u8(value >> 8).u8(value & 0xff); }
  PacketBuilder& u32(std::uint32_t value) { return u16(value >> 16).u16(value & 0xffff); }
  PacketBuilder& raw(Bytes octets) {
    for (const std::uint8_t octet : octets) octets_.push_back(octet);
    return *this;
  }
  PacketBuilder& raw(std::initializer_list<std::uint8_t> octets) {
    return raw(Bytes(octets.begin(), octets.size()));
  }
  // A name of plain labels in the letter case given: "Www.Example.com".
  PacketBuilder& name(std::string_view text) { return labels(text).u8(0); }
  // The same without the root, for a pointer to follow.
  PacketBuilder& labels(std::string_view text) {
    while (!text.empty()) {
      const std::string_view label = text.substr(0, text.find('.'));
      u8(static_cast<unsigned>(label.size())).raw(as_bytes(label));
      text.remove_prefix(std::min(text.size(), label.size() + 1));
    }
    return *this;
  }
  PacketBuilder& pointer(std::size_t target) { return u16(static_cast<unsigned>(0xc000 | target)); }
  PacketBuilder& question(std::string_view text, RRType type) {
    return name(text).u16(static_cast<unsigned>(type)).u16(1);
  }
  // What stands between a record's owner and its data, the data's length too.
  PacketBuilder& fixed(RRType type, std::uint32_t ttl_s, std::size_t rdata_bytes) {
    return u16(static_cast<unsigned>(type))
        .u16(1)
        .u32(ttl_s)
        .u16(static_cast<unsigned>(rdata_bytes));
  }
  PacketBuilder& opt(std::uint16_t payload_bytes, std::uint32_t flags, Bytes options = {}) {
    u8(0).u16(41).u16(payload_bytes).u32(flags);
    return u16(static_cast<unsigned>(options.size())).raw(options);
  }

  std::size_t size() const { return octets_.size(); }
  Bytes bytes() const { return octets_; }
  operator Bytes() const { return octets_; }

 private:
  std::vector<std::uint8_t> octets_;
};

inline constexpr std::uint16_t kQueryFlags = Header::kRecursionDesired;
inline constexpr std::uint16_t kAnswerFlags =
    Header::kResponse | Header::kRecursionDesired | Header::kRecursionAvailable;

}  // namespace haetae::wire::test
