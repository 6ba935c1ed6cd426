#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "wire/quic_packet.h"

struct evp_cipher_ctx_st;
struct evp_md_ctx_st;

namespace haetae::wire {

// What protects a client's Initial packets (RFC 9001, section 5.2): made of the connection id that
// the client chose for its first packet, so everybody on the way can make them.
struct QuicKeys {
  std::array<std::uint8_t, 16> key;
  std::array<std::uint8_t, 12> iv;
  std::array<std::uint8_t, 16> header_key;
};

// Opens clients' Initial packets. Keeps OpenSSL's contexts, so that a packet costs arithmetic and
// no allocation; one for each thread.
class QuicOpener {
 public:
  // Throws std::runtime_error if this OpenSSL lacks SHA-256 or AES-128.
  QuicOpener();
  ~QuicOpener();
  QuicOpener(const QuicOpener&) = delete;
  QuicOpener& operator=(const QuicOpener&) = delete;

  // Keys of a client whose first Initial went to `destination_id`. After a Retry the client starts
  // anew with the id that the Retry brought as source id (RFC 9001, section 5.2): who follows a
  // flow tries the id of the flow's first packet, then the id of the packet at hand.
  // era: not Unknown.
  QuicKeys client_keys(QuicEra era, Bytes destination_id) noexcept;

  // Removes header protection and opens the packet (RFC 9001, sections 5.3 and 5.4): the plaintext
  // in `out`, whose size is at least the packet's. Nothing if the packet is no Initial, is too
  // short, does not fit, or its tag is wrong: other keys, or a packet that somebody made up. What
  // stands in `out` then is to be forgotten.
  // The packet number is taken as it stands: a client cannot shorten those of its first flight.
  std::optional<Bytes> open(const QuicPacket& packet, const QuicKeys& keys,
                            MutableBytes out) noexcept;
  // The same with the keys of the packet's own destination id.
  std::optional<Bytes> open(const QuicPacket& packet, MutableBytes out) noexcept {
    if (packet.era == QuicEra::Unknown) return std::nullopt;
    return open(packet, client_keys(packet.era, packet.destination_id), out);
  }

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* context) const noexcept;
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  using Secret = std::array<std::uint8_t, 32>;
  using Key = std::array<std::uint8_t, 16>;

  void digest(Bytes first, Bytes second, Secret& out) noexcept;
  Secret hmac(Bytes key, Bytes message) noexcept;
  void expand_label(const Secret& secret, std::string_view label, MutableBytes out) noexcept;
  Key header_mask(const Key& key, Bytes sample) noexcept;

  std::unique_ptr<evp_md_ctx_st, Free> sha256_;
  std::unique_ptr<evp_cipher_ctx_st, Free> header_cipher_;
  std::unique_ptr<evp_cipher_ctx_st, Free> payload_cipher_;
};

}  // namespace haetae::wire
