#include "wire/quic_frames.h"

#include <algorithm>
#include <cstring>

#include "wire/quic_varint.h"

namespace haetae::wire {
namespace {

enum FrameType : std::uint8_t {
  kPadding = 0x00,
  kPing = 0x01,
  kAck = 0x02,
  kAckWithEcn = 0x03,
  kCrypto = 0x06,
  kConnectionClose = 0x1c,
};
constexpr std::uint8_t kGooglePing = 0x07;
constexpr std::uint8_t kGoogleCrypto = 0x08;
constexpr std::uint64_t kStreamEnd = std::uint64_t{1} << 62;

}  // namespace

QuicCryptoReader::QuicCryptoReader(Bytes plaintext, QuicEra era) noexcept
    : in_(plaintext),
      is_google_(era == QuicEra::GoogleQ050 || era == QuicEra::GoogleT050 ||
                 era == QuicEra::GoogleT051) {}

Progress QuicCryptoReader::next(QuicCryptoFrame& out) noexcept {
  while (in_.left() > 0) {
    const bool is_crypto = is_google_ ? read_google_frame(out) : read_frame(out);
    if (is_crypto) return Progress::Done;
  }
  return in_.ok() ? Progress::NotThis : Progress::Malformed;
}

// Reads or steps over one frame. True: it is a CRYPTO frame and was read.
bool QuicCryptoReader::read_frame(QuicCryptoFrame& out) noexcept {
  switch (read_varint(in_)) {
    case kPadding: skip_padding(); break;
    case kPing: break;
    case kAck: skip_ack(false); break;
    case kAckWithEcn: skip_ack(true); break;
    case kCrypto: return read_crypto(out);
    case kConnectionClose:
      read_varint(in_);  // why
      read_varint(in_);  // the frame that was the cause
      in_.skip(read_varint(in_));
      break;
    default: in_.fail();
  }
  return false;
}

bool QuicCryptoReader::read_google_frame(QuicCryptoFrame& out) noexcept {
  switch (in_.u8()) {
    case kPadding: skip_padding(); break;
    case kGooglePing: break;
    case kGoogleCrypto: return read_crypto(out);
    default: in_.skip(in_.left());
  }
  return false;
}

bool QuicCryptoReader::read_crypto(QuicCryptoFrame& out) noexcept {
  out.offset = read_varint(in_);
  out.octets = in_.take(read_varint(in_));
  if (out.octets.size() >= kStreamEnd - out.offset) in_.fail();
  return in_.ok();
}

// Most of an Initial is padding, and most of that stands at its end: octets that all equal the one
// before them.
void QuicCryptoReader::skip_padding() noexcept {
  const Bytes rest = in_.rest();
  if (rest.empty() || rest.front() != 0) return;
  if (std::memcmp(rest.data(), rest.data() + 1, rest.size() - 1) == 0) {
    in_.skip(rest.size());
    return;
  }
  const auto end = std::ranges::find_if(rest, [](std::uint8_t octet) { return octet != 0; });
  in_.skip(static_cast<std::size_t>(end - rest.begin()));
}

// RFC 9000, section 19.3. Ranges of no octets at all are what bounds the loop: each takes two.
void QuicCryptoReader::skip_ack(bool has_ecn_counts) noexcept {
  read_varint(in_);  // the largest number acknowledged
  read_varint(in_);  // the delay
  std::uint64_t ranges = read_varint(in_);
  read_varint(in_);  // the first range
  for (; ranges > 0 && in_.ok(); --ranges) {
    read_varint(in_);
    read_varint(in_);
  }
  for (int counts = has_ecn_counts ? 3 : 0; counts > 0; --counts) read_varint(in_);
}

}  // namespace haetae::wire
