#include "daemon/pcapng_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "daemon/capture_limits.h"

namespace haetae::daemon {
namespace {

// Block types. A section's reads the same in both byte orders.
constexpr std::uint32_t kSection = 0x0a0d0d0a;
constexpr std::uint32_t kInterface = 1;
constexpr std::uint32_t kOldPacket = 2;
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;

// A block: type, size, body, size again.
constexpr std::size_t kHeadBytes = 8;
constexpr std::size_t kFrameBytes = 12;
// Of an enhanced packet's block, without the packet: interface, time, two lengths.
constexpr std::size_t kPacketFieldsBytes = 20;
// More octets of a packet are left out, as a snap length would: libpcap takes no more.
constexpr std::size_t kPacketBytesMax = 256 * 1024 - PcapngLinks::kLinkBytes;

// Handed on together.
constexpr std::size_t kBatchBytes = 64 * 1024;

constexpr std::size_t aligned(std::size_t size) {
  return (size + 3) / 4 * 4;
}

bool holds_something(std::uint32_t type) {
  return type == kSection || type == kInterface || type == kOldPacket || type == kSimplePacket ||
         type == kEnhancedPacket;
}

}  // namespace

std::expected<std::size_t, std::string> PcapngLinks::read(MutableBytes out) {
  if (!is_started_) {
    if (const Done done = start(); !done) return std::unexpected(done.error());
  }
  if (out_begin_ == out_.size() && !passes_) {
    if (const Done done = next_blocks(); !done) return std::unexpected(done.error());
  }
  const Bytes ready = Bytes(out_).subspan(out_begin_);
  const Bytes from = ready.empty() ? held() : ready;
  if (from.empty()) return source_.read(out);
  const std::size_t size = std::min(from.size(), out.size());
  std::copy_n(from.begin(), size, out.begin());
  (ready.empty() ? in_begin_ : out_begin_) += size;
  return size;
}

PcapngLinks::Done PcapngLinks::start() {
  is_started_ = true;
  in_.resize(limits::kPcapngBlockBytesMax);
  if (const Done done = refill(kHeadBytes); !done) return done;
  if (held().size() < kHeadBytes || u32(0) != kSection) {
    pass();
    return {};
  }
  is_pcapng_ = true;
  out_.reserve(kBatchBytes + limits::kPcapngBlockBytesMax);
  return {};
}

// Reads on until `wanted` octets are held, or the source ends.
PcapngLinks::Done PcapngLinks::refill(std::size_t wanted) {
  while (held().size() < wanted) {
    if (in_.size() - in_begin_ < wanted) {
      std::memmove(in_.data(), in_.data() + in_begin_, held().size());
      in_end_ -= in_begin_;
      in_begin_ = 0;
    }
    // Small enough to be in the processor's cache when it is looked at.
    const MutableBytes room = MutableBytes(in_).subspan(in_end_);
    const auto size = source_.read(room.first(std::min(room.size(), kBatchBytes)));
    if (!size) return std::unexpected(size.error());
    if (*size == 0) return {};
    in_end_ += *size;
  }
  return {};
}

// Waits for one block that is handed on; takes those with it that have come already, so that a pipe
// is as prompt as its writer. What is wrong with a later one is told when it is its turn.
PcapngLinks::Done PcapngLinks::next_blocks() {
  if (!failure_.empty()) return std::unexpected(failure_);
  out_.clear();
  out_begin_ = 0;
  const auto is_next_here = [this] {
    return held().size() >= kFrameBytes && held().size() >= u32(4) && out_.size() < kBatchBytes;
  };
  while (!passes_ && (out_.empty() || is_next_here())) {
    const Done done = next_block();
    if (done) continue;
    if (out_.empty()) return done;
    failure_ = done.error();
    break;
  }
  return {};
}

PcapngLinks::Done PcapngLinks::next_block() {
  constexpr std::uint8_t kMagicStart = 0x1a;  // 0x1a2b3c4d in the order of the section
  if (const Done done = refill(kFrameBytes); !done) return done;
  // No block is shorter: here is the end, or what is cut.
  if (held().size() < kFrameBytes) {
    pass();
    return {};
  }
  const std::uint32_t type = u32(0);
  if (type == kSection) big_endian_ = held()[kHeadBytes] == kMagicStart;
  const std::size_t size = u32(4);
  if (size < kFrameBytes || size != aligned(size)) {
    pass();
    return {};
  }
  return holds_something(type) ? take_block(type, size) : skip(size);
}

PcapngLinks::Done PcapngLinks::take_block(std::uint32_t type, std::size_t size) {
  if (size > limits::kPcapngBlockBytesMax) {
    return std::unexpected(fmt::format(
        "{}: a block of {} octets is longer than any packet that is read", label(), size));
  }
  if (const Done done = refill(size); !done) return done;
  if (held().size() < size) {
    pass();
    return {};
  }
  switch (type) {
    case kInterface:
      if (const Done done = take_interface(size); !done) return done;
      break;
    case kEnhancedPacket: take_packet(size, false); break;
    case kOldPacket: take_packet(size, true); break;
    case kSimplePacket: take_simple_packet(size); break;
    default:
      interfaces_.clear();
      append(held().first(size));
      break;
  }
  if (!passes_) in_begin_ += size;
  return {};
}

// Link type, two octets reserved, snap length, options.
PcapngLinks::Done PcapngLinks::take_interface(std::size_t size) {
  constexpr std::size_t kLinkAt = kHeadBytes;
  constexpr std::size_t kSnapAt = kHeadBytes + 4;
  if (size < kFrameBytes + 8) {
    pass();
    return {};
  }
  if (interfaces_.size() == limits::kPcapngInterfacesMax) {
    return std::unexpected(fmt::format("{}: the capture names more than {} interfaces", label(),
                                       limits::kPcapngInterfacesMax));
  }
  interfaces_.push_back({.link = u16(kLinkAt), .snap_bytes = u32(kSnapAt)});
  append(held().first(size));
  const MutableBytes block = MutableBytes(out_).last(size);
  put<std::uint16_t>(block.subspan(kLinkAt), kPacketWithLink);
  put<std::uint32_t>(block.subspan(kSnapAt), 0);  // none
  return {};
}

// Interface, time, captured and original length, octets, options. The old form has the interface
// in two octets, and a count of drops behind it.
void PcapngLinks::take_packet(std::size_t size, bool is_old) {
  constexpr std::size_t kOctetsAt = kHeadBytes + kPacketFieldsBytes;
  constexpr std::size_t kFixedBytes = kFrameBytes + kPacketFieldsBytes;
  if (size < kFixedBytes) return pass();
  const std::uint32_t interface = is_old ? u16(8) : u32(8);
  const std::uint32_t captured = u32(20);
  if (interface >= interfaces_.size() || captured > size - kFixedBytes) return pass();
  write_packet({.interface = interface,
                .time = held().subspan(12, 8),
                .octets = held().subspan(kOctetsAt, captured),
                .original_bytes = u32(24)});
}

// Original length and octets, of the first interface, at no time.
void PcapngLinks::take_simple_packet(std::size_t size) {
  constexpr std::array<std::uint8_t, 8> kNoTime{};
  constexpr std::size_t kOctetsAt = kHeadBytes + 4;
  if (size < kFrameBytes + 4 || interfaces_.empty()) return pass();
  const std::uint32_t original = u32(8);
  const std::uint32_t snap = interfaces_[0].snap_bytes;
  const std::size_t kept = snap == 0 ? original : std::min(original, snap);
  const std::size_t captured = std::min(kept, size - kFrameBytes - 4);
  write_packet({.interface = 0,
                .time = kNoTime,
                .octets = held().subspan(kOctetsAt, captured),
                .original_bytes = original});
}

void PcapngLinks::write_packet(const Captured& packet) {
  const Bytes octets = packet.octets.first(std::min(packet.octets.size(), kPacketBytesMax));
  const std::size_t padded = aligned(octets.size());
  const auto size =
      static_cast<std::uint32_t>(kFrameBytes + kPacketFieldsBytes + kLinkBytes + padded);
  const auto with_link = [](std::size_t bytes) {
    return static_cast<std::uint32_t>(std::min<std::size_t>(bytes + kLinkBytes, UINT32_MAX));
  };
  const std::uint16_t link = interfaces_[packet.interface].link;
  const std::array<std::uint8_t, kLinkBytes> link_octets{0, 0, static_cast<std::uint8_t>(link >> 8),
                                                         static_cast<std::uint8_t>(link)};
  std::array<std::uint8_t, kHeadBytes + kPacketFieldsBytes + kLinkBytes> head;
  const MutableBytes fields(head);
  put<std::uint32_t>(fields.subspan(0), kEnhancedPacket);
  put<std::uint32_t>(fields.subspan(4), size);
  put<std::uint32_t>(fields.subspan(8), packet.interface);
  std::ranges::copy(packet.time, fields.begin() + 12);
  put<std::uint32_t>(fields.subspan(20), with_link(octets.size()));
  put<std::uint32_t>(fields.subspan(24), with_link(packet.original_bytes));
  std::ranges::copy(link_octets, fields.begin() + 28);
  append(head);
  append(octets);
  std::array<std::uint8_t, 2 * sizeof size> tail{};  // up to three octets of padding, and the size
  const MutableBytes end = MutableBytes(tail).first(padded - octets.size() + sizeof size);
  put(end.last(sizeof size), size);
  append(end);
}

PcapngLinks::Done PcapngLinks::skip(std::size_t size) {
  while (size > 0) {
    if (const Done done = refill(1); !done) return done;
    if (held().empty()) return {};
    const std::size_t some = std::min(size, held().size());
    in_begin_ += some;
    size -= some;
  }
  return {};
}

}  // namespace haetae::daemon
