#include "wire/gquic.h"

#include "wire/reader.h"

namespace haetae::wire {
namespace {

constexpr std::uint8_t kHasVersion = 0x01;
constexpr std::uint8_t kIsReset = 0x02;
constexpr std::uint8_t kHasConnectionId = 0x08;
constexpr std::uint8_t kLongHeader = 0x80;
constexpr std::size_t kConnectionIdBytes = 8;
constexpr std::size_t kHashBytes = 12;

// "CHLO" and "SNI" as the numbers they are in messages, which are little endian.
constexpr std::uint32_t kChlo = 0x4f4c4843;
constexpr std::uint32_t kServerName = 0x00494e53;
constexpr std::size_t kTagsMax = 128;  // of one message: what Google's own reader takes

// A version's two digits, for Q0..; 0 for anything else.
std::uint32_t number_of(std::uint32_t version) noexcept {
  const std::uint32_t tens = (version >> 8 & 0xff) - '0';
  const std::uint32_t ones = (version & 0xff) - '0';
  return version >> 16 == 0x5130 && tens <= 9 && ones <= 9 ? tens * 10 + ones : 0;
}

std::uint16_t read_u16(WireReader& in, bool is_big_endian) noexcept {
  const std::uint16_t value = in.u16();
  return is_big_endian ? value : __builtin_bswap16(value);
}

std::uint32_t read_u32_little(WireReader& in) noexcept {
  return __builtin_bswap32(in.u32());
}

// Goes behind the header of versions before Q044 and tells the version's number; 0: no such packet.
std::uint32_t skip_public_header(WireReader& in) noexcept {
  constexpr std::uint8_t kNumberBytes[] = {1, 2, 4, 6};
  const std::uint8_t flags = in.u8();
  const std::uint8_t needed = kHasVersion | kHasConnectionId;
  if ((flags & (needed | kIsReset | kLongHeader)) != needed) return 0;
  in.skip(kConnectionIdBytes);
  const std::uint32_t number = number_of(in.u32());
  in.skip(kNumberBytes[flags >> 4 & 3]);
  return number < 24 || number > 43 ? 0 : number;
}

// The same of later ones, whose header is that of an early draft.
std::uint32_t skip_long_header(WireReader& in) noexcept {
  const auto id_bytes = [](unsigned length) { return length == 0 ? 0U : length + 3; };
  const std::uint8_t first_octet = in.u8();
  const std::uint32_t number = number_of(in.u32());
  const std::uint8_t lengths = in.u8();
  in.skip(id_bytes(lengths >> 4U));
  in.skip(id_bytes(lengths & 0x0fU));
  in.skip((first_octet & 3U) + 1U);
  return number < 44 || number > 46 ? 0 : number;
}

}  // namespace

Progress read_gquic_packet(Bytes datagram, Bytes& handshake) noexcept {
  if (datagram.empty()) return Progress::NotThis;
  WireReader in(datagram);
  const bool is_long = (datagram.front() & kLongHeader) != 0;
  const std::uint32_t number = is_long ? skip_long_header(in) : skip_public_header(in);
  if (number == 0) return Progress::NotThis;
  in.skip(kHashBytes);
  if (number < 34) in.skip(1);  // flags that were private
  // A STREAM frame, 1fdooossB, of the stream that the handshake has: 1, at its start.
  const std::uint8_t type = in.u8();
  const bool has_length = (type & 0x20) != 0;
  if (in.ok() && ((type & 0x80) == 0 || (type & 0x1f) != 0)) return Progress::NotThis;
  if (in.u8() != 1 && in.ok()) return Progress::NotThis;
  handshake = in.take(has_length ? read_u16(in, number >= 39) : in.left());
  if (!in.ok()) return Progress::Malformed;
  WireReader message(handshake);
  return read_u32_little(message) == kChlo ? Progress::Done : Progress::NotThis;
}

Progress read_chlo(Bytes handshake, Host& server_name) noexcept {
  server_name = {};
  WireReader in(handshake);
  const std::uint32_t message_tag = read_u32_little(in);
  if (in.ok() && message_tag != kChlo) return Progress::NotThis;
  const std::size_t tags = read_u16(in, false);
  in.skip(2);
  if (tags > kTagsMax) return Progress::Malformed;
  std::uint32_t last_tag = 0;
  std::uint32_t start = 0;
  for (std::size_t i = 0; i < tags; ++i) {
    const std::uint32_t tag = read_u32_little(in);
    const std::uint32_t end = read_u32_little(in);
    if (!in.ok()) return Progress::NeedMore;
    if (end < start || (i > 0 && tag <= last_tag)) return Progress::Malformed;
    if (tag > kServerName) return Progress::Done;
    if (tag == kServerName) {
      in.skip((tags - i - 1) * 8);
      in.skip(start);
      const Bytes text = in.take(end - start);
      if (!in.ok()) return Progress::NeedMore;
      server_name = read_host(text);
      if (server_name.kind == HostKind::None) server_name.kind = HostKind::Odd;
      return Progress::Done;
    }
    last_tag = tag;
    start = end;
  }
  return in.ok() ? Progress::Done : Progress::NeedMore;
}

}  // namespace haetae::wire
