#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <expected>
#include <string>
#include <vector>

#include "base/unpack.h"

namespace haetae::daemon {

// Hands a pcapng file on so that libpcap can read it whole. libpcap knows one link type and one
// snap length for all of a file and gives up where an interface has another, as it is wherever a
// loopback was captured beside a network card. So here every interface becomes one of
// kPacketWithLink, and the link type that a packet really has comes before its octets. Blocks that
// hold no packet, like names and statistics, are left out.
// Anything but pcapng passes as it is, and so does what is malformed: libpcap says why.
// Format: draft-ietf-opsawg-pcapng, section 4.
class PcapngLinks : public OctetSource {
 public:
  // LINKTYPE_USER0: nobody else may use it.
  static constexpr std::uint16_t kPacketWithLink = 147;
  // What stands before each packet: its LINKTYPE_ number, big endian.
  static constexpr std::uint32_t kLinkBytes = 4;

  // source: the file's octets, unpacked. Outlives this.
  explicit PcapngLinks(OctetSource& source) : source_(source) {}

  std::expected<std::size_t, std::string> read(MutableBytes out) override;
  const std::string& label() const noexcept override { return source_.label(); }
  // Whether packets have their link before them. Known after the first read().
  bool is_pcapng() const noexcept { return is_pcapng_; }

 private:
  using Done = std::expected<void, std::string>;

  struct Interface {
    std::uint16_t link;
    std::uint32_t snap_bytes;
  };
  struct Captured {
    std::uint32_t interface;
    Bytes time;  // as it stands in the block, 8 octets
    Bytes octets;
    std::uint32_t original_bytes;
  };

  Done start();
  Done refill(std::size_t wanted);
  Done next_blocks();
  Done next_block();
  Done take_block(std::uint32_t type, std::size_t size);
  Done take_interface(std::size_t size);
  void take_packet(std::size_t size, bool is_old);
  void take_simple_packet(std::size_t size);
  void write_packet(const Captured& packet);
  Done skip(std::size_t size);
  void pass() noexcept { passes_ = true; }

  Bytes held() const noexcept { return Bytes(in_).subspan(in_begin_, in_end_ - in_begin_); }
  std::uint16_t u16(std::size_t at) const noexcept { return number<std::uint16_t>(at); }
  std::uint32_t u32(std::size_t at) const noexcept { return number<std::uint32_t>(at); }
  // A number of what is held, and one to be handed on, in the byte order of the section.
  template <typename T>
  T number(std::size_t at) const noexcept {
    T value{};
    std::memcpy(&value, held().subspan(at, sizeof value).data(), sizeof value);
    return is_swapped() ? std::byteswap(value) : value;
  }
  template <typename T>
  void put(MutableBytes out, T value) const noexcept {
    if (is_swapped()) value = std::byteswap(value);
    std::memcpy(out.data(), &value, sizeof value);
  }
  bool is_swapped() const noexcept {
    return big_endian_ != (std::endian::native == std::endian::big);
  }
  void append(Bytes octets) { out_.insert(out_.end(), octets.begin(), octets.end()); }

  OctetSource& source_;
  bool is_started_ = false;
  bool is_pcapng_ = false;
  bool passes_ = false;  // what comes is no longer looked at
  bool big_endian_ = false;
  std::string failure_;  // of a block, to be told once those before it were handed on
  std::vector<Interface> interfaces_;
  std::vector<std::uint8_t> in_;  // read and not yet looked at: from begin to end
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  std::vector<std::uint8_t> out_;  // to be handed on: from begin to its end
  std::size_t out_begin_ = 0;
};

}  // namespace haetae::daemon
