#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "wire/host.h"
#include "wire/progress.h"

// Google's QUIC before TLS ("QUIC Crypto" and "QUIC Wire Layout Specification", chromium.org/quic).
// Nobody sends it any more but old apps.
namespace haetae::wire {

// The first octets of the handshake in a client's packet of version Q024 to Q046, which is not
// encrypted. Done: `handshake` starts with a client's message (CHLO), of which more may be in later
// packets. NotThis: anything else, among it a client's later packets. Malformed: such a packet that
// is cut. Never NeedMore.
Progress read_gquic_packet(Bytes datagram, Bytes& handshake) noexcept;

// The host that a client's message (CHLO) names, from the message's start on: over Q050 it is what
// the CRYPTO frames carry. Done: the name was read, or the message has none (kind None); what
// follows is not looked at: a tag can only come once, for tags stand in order. NotThis: another
// message. Malformed: tags that are not in order, values that end before they start, or too many of
// them.
Progress read_chlo(Bytes handshake, Host& server_name) noexcept;

}  // namespace haetae::wire
