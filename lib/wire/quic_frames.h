#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "wire/progress.h"
#include "wire/quic_packet.h"
#include "wire/reader.h"

namespace haetae::wire {

// Octets of the handshake stream, and where in it they stand (RFC 9000, section 19.6).
struct QuicCryptoFrame {
  std::uint64_t offset = 0;  // offset + octets.size() < 2^62
  Bytes octets;              // into the plaintext
};

// The CRYPTO frames of an Initial packet's plaintext, in the order they stand there, which is any
// (Chrome shuffles them and puts padding in between).
class QuicCryptoReader {
 public:
  // era: of the packet. Google's have frames of their own.
  explicit QuicCryptoReader(Bytes plaintext, QuicEra era = QuicEra::Version1) noexcept;

  // Done: `out` is the next frame. NotThis: no further one. Malformed: a frame that an Initial may
  // not hold (RFC 9000, section 17.2.2: PADDING, PING, ACK, CRYPTO and CONNECTION_CLOSE of the
  // transport only), or one that is cut; nothing more is read. Frames before it were told and count
  // as sent: a server may have acted on them. Never NeedMore. Of Google's frames those behind one
  // that is neither PADDING, PING nor CRYPTO are not read: a client's first packets hold no other.
  Progress next(QuicCryptoFrame& out) noexcept;

 private:
  bool read_frame(QuicCryptoFrame& out) noexcept;
  bool read_google_frame(QuicCryptoFrame& out) noexcept;
  bool read_crypto(QuicCryptoFrame& out) noexcept;
  void skip_padding() noexcept;
  void skip_ack(bool has_ecn_counts) noexcept;

  WireReader in_;
  bool is_google_;
};

}  // namespace haetae::wire
