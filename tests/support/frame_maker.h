#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/assert.h"
#include "base/bytes.h"

// Frames from the inside out, right or wrong as a test wants them:
//   ethernet(kIpv4Type, ipv4("192.0.2.1", "198.51.100.1", 6, tcp(40000, 443, octets("hello"))))
// Shares no code with lib/wire, so that one cannot hide the other's faults. Checksums are 0.
namespace haetae::test {

using Octets = std::vector<std::uint8_t>;

inline constexpr std::uint16_t kIpv4Type = 0x0800;
inline constexpr std::uint16_t kIpv6Type = 0x86dd;

inline Octets octets(std::string_view text) {
  return {text.begin(), text.end()};
}

// Writes numbers in network order.
class OctetWriter {
 public:
  OctetWriter& u8(unsigned value) {
    out_.push_back(static_cast<std::uint8_t>(value));
    return *this;
  }
  OctetWriter& u16(std::size_t value) {
    return u8(static_cast<unsigned>(value >> 8 & 0xff)).u8(static_cast<unsigned>(value & 0xff));
  }
  OctetWriter& u32(std::uint32_t value) { return u16(value >> 16).u16(value & 0xffff); }
  OctetWriter& raw(Bytes bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  OctetWriter& address(std::string_view text) {
    const auto address = IpAddress::from_text(text);
    HAETAE_ASSERT(address.has_value());
    return raw(address->wire());
  }
  operator Octets() const { return out_; }

 private:
  Octets out_;
};

inline Octets joined(const Octets& first, const Octets& second) {
  return OctetWriter().raw(first).raw(second);
}

struct TcpFields {
  std::uint32_t sequence = 1;
  std::uint32_t acknowledgement = 2;
  unsigned flags = 0x18;       // PSH, ACK
  Octets options = {};         // a multiple of four
  int data_offset_words = -1;  // -1: what is true
};

inline Octets tcp(unsigned source, unsigned destination, const Octets& payload,
                  const TcpFields& fields = {}) {
  const auto words = static_cast<unsigned>(5 + fields.options.size() / 4);
  const unsigned told =
      fields.data_offset_words < 0 ? words : static_cast<unsigned>(fields.data_offset_words);
  return OctetWriter()
      .u16(source)
      .u16(destination)
      .u32(fields.sequence)
      .u32(fields.acknowledgement)
      .u8(told << 4)
      .u8(fields.flags)
      .u16(65535)
      .u32(0)
      .raw(fields.options)
      .raw(payload);
}

// told_bytes: the length field; -1: what is true.
inline Octets udp(unsigned source, unsigned destination, const Octets& payload,
                  int told_bytes = -1) {
  const std::size_t told = told_bytes < 0 ? 8 + payload.size() : std::size_t(told_bytes);
  return OctetWriter().u16(source).u16(destination).u16(told).u16(0).raw(payload);
}

struct Ipv4Fields {
  unsigned id = 7;
  std::size_t fragment_offset = 0;  // octets
  bool more_fragments = false;
  Octets options = {};    // a multiple of four
  int total_bytes = -1;   // -1: what is true
  int header_words = -1;  // -1: what is true
  unsigned version = 4;
};

inline Octets ipv4(std::string_view source, std::string_view destination, unsigned protocol,
                   const Octets& payload, const Ipv4Fields& fields = {}) {
  const std::size_t header_bytes = 20 + fields.options.size();
  const unsigned words = static_cast<unsigned>(
      fields.header_words < 0 ? header_bytes / 4 : std::size_t(fields.header_words));
  const std::size_t total = fields.total_bytes < 0 ? header_bytes + payload.size()
                                                   : static_cast<std::size_t>(fields.total_bytes);
  return OctetWriter()
      .u8(fields.version << 4 | words)
      .u8(0)
      .u16(total)
      .u16(fields.id)
      .u16(fields.fragment_offset / 8 | (fields.more_fragments ? 0x2000 : 0))
      .u8(64)
      .u8(protocol)
      .u16(0)
      .address(source)
      .address(destination)
      .raw(fields.options)
      .raw(payload);
}

// told_bytes: the payload length field; -1: what is true.
inline Octets ipv6(std::string_view source, std::string_view destination, unsigned next,
                   const Octets& payload, int told_bytes = -1) {
  const std::size_t told = told_bytes < 0 ? payload.size() : std::size_t(told_bytes);
  return OctetWriter()
      .u32(0x60000000)
      .u16(told)
      .u8(next)
      .u8(64)
      .address(source)
      .address(destination)
      .raw(payload);
}

// An extension header of `size_bytes` octets, a multiple of eight, before what follows it.
inline Octets extension(unsigned next, std::size_t size_bytes, const Octets& rest) {
  return OctetWriter()
      .u8(next)
      .u8(static_cast<unsigned>(size_bytes / 8 - 1))
      .raw(Octets(size_bytes - 2))
      .raw(rest);
}

inline Octets fragment_header(unsigned next, std::size_t offset, bool more, std::uint32_t id,
                              const Octets& rest) {
  return OctetWriter().u8(next).u8(0).u16(offset | (more ? 1 : 0)).u32(id).raw(rest);
}

// From 02:00:00:00:00:01 to 02:00:00:00:00:02.
inline Octets ethernet(unsigned type, const Octets& payload) {
  const Octets macs{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
  return OctetWriter().raw(macs).u16(type).raw(payload);
}

// What stands behind the EtherType of a tag: the tag itself and the next EtherType.
inline Octets vlan(unsigned id, unsigned type, const Octets& payload) {
  return OctetWriter().u16(id).u16(type).raw(payload);
}

}  // namespace haetae::test
