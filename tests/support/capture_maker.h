#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

// Capture files, octet by octet, right or wrong as a test wants them.
namespace haetae::test {

// Numbers in the byte order of the machine that is said to have captured.
class CaptureWriter {
 public:
  explicit CaptureWriter(bool big_endian = false) : big_endian_(big_endian) {}

  CaptureWriter& u16(std::uint32_t value) { return number(value, 2); }
  CaptureWriter& u32(std::uint32_t value) { return number(value, 4); }
  CaptureWriter& raw(Bytes octets) {
    out_.append(as_text(octets));
    return *this;
  }
  // Zeros up to a multiple of four.
  CaptureWriter& align() {
    out_.append((4 - out_.size() % 4) % 4, '\0');
    return *this;
  }
  const std::string& text() const { return out_; }

 protected:
  CaptureWriter& number(std::uint32_t value, int octets) {
    for (int i = 0; i < octets; ++i) {
      const int shift = 8 * (big_endian_ ? octets - 1 - i : i);
      out_.push_back(static_cast<char>(value >> shift & 0xff));
    }
    return *this;
  }
  bool big_endian() const { return big_endian_; }

 private:
  bool big_endian_;
  std::string out_;
};

// draft-ietf-opsawg-pcap.
class PcapMaker : public CaptureWriter {
 public:
  struct Fields {
    std::uint32_t link = 1;
    std::uint32_t snap_bytes = 65535;
    std::uint32_t magic = 0xa1b2c3d4;  // 0xa1b23c4d: nanoseconds
    bool big_endian = false;
  };
  explicit PcapMaker(const Fields& fields) : CaptureWriter(fields.big_endian) {
    u32(fields.magic).u16(2).u16(4).u32(0).u32(0).u32(fields.snap_bytes).u32(fields.link);
  }
  PcapMaker() : PcapMaker(Fields{}) {}

  // fraction: micro- or nanoseconds. original_bytes: 0 is what is there.
  PcapMaker& packet(std::uint32_t second, std::uint32_t fraction, Bytes octets,
                    std::uint32_t original_bytes = 0) {
    const auto size = static_cast<std::uint32_t>(octets.size());
    u32(second).u32(fraction).u32(size).u32(original_bytes == 0 ? size : original_bytes);
    raw(octets);
    return *this;
  }
};

// draft-ietf-opsawg-pcapng: one section.
class PcapngMaker : public CaptureWriter {
 public:
  explicit PcapngMaker(bool big_endian = false) : CaptureWriter(big_endian) {
    CaptureWriter body(big_endian);
    body.u32(0x1a2b3c4d).u16(1).u16(0).u32(0xffffffff).u32(0xffffffff);
    block(0x0a0d0d0a, body);
  }

  PcapngMaker& interface(std::uint32_t link, std::uint32_t snap_bytes = 65535) {
    return block(1, CaptureWriter(big_endian()).u16(link).u16(0).u32(snap_bytes));
  }
  // microseconds: since 1970.
  PcapngMaker& packet(std::uint32_t interface, std::uint64_t microseconds, Bytes octets,
                      std::uint32_t original_bytes = 0) {
    const auto size = static_cast<std::uint32_t>(octets.size());
    CaptureWriter body(big_endian());
    body.u32(interface)
        .u32(static_cast<std::uint32_t>(microseconds >> 32))
        .u32(static_cast<std::uint32_t>(microseconds))
        .u32(size)
        .u32(original_bytes == 0 ? size : original_bytes)
        .raw(octets);
    return block(6, body);
  }
  // Any block: its type and what stands between its two lengths.
  PcapngMaker& block(std::uint32_t type, CaptureWriter body) {
    body.align();
    const auto size = static_cast<std::uint32_t>(12 + body.text().size());
    u32(type).u32(size).raw(as_bytes(body.text())).u32(size);
    return *this;
  }
};

}  // namespace haetae::test
