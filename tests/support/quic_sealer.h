#pragma once

#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "base/bytes.h"
#include "hello_maker.h"
#include "wire/quic_opener.h"

namespace haetae::test {

inline void append_varint(Octets& to, std::uint64_t value) {
  HAETAE_ASSERT(value < 1U << 30);
  if (value < 1U << 6) return append_number(to, value, 1);
  if (value < 1U << 14) return append_number(to, value | 0x4000, 2);
  append_number(to, value | 0x80000000, 4);
}

inline Octets crypto_frame(std::uint64_t offset, Bytes octets) {
  Octets frame{6};
  append_varint(frame, offset);
  append_varint(frame, octets.size());
  append(frame, octets);
  return frame;
}

struct InitialToSeal {
  std::uint32_t version = wire::kQuicVersion1;
  Octets destination_id{1, 2, 3, 4, 5, 6, 7, 8};
  Octets source_id{};
  Octets token{};
  std::uint32_t number = 0;
  int number_octets = 1;
};

// Encrypts one block or stream with a fresh context, as simply as OpenSSL lets one.
inline Octets encrypt(const EVP_CIPHER* cipher, Bytes key, Bytes iv, Bytes header, Bytes text,
                      std::size_t tag_bytes) {
  Octets out(text.size() + tag_bytes + 16);
  int written = 0;
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  const auto* const nonce = iv.empty() ? nullptr : iv.data();
  HAETAE_ASSERT(EVP_EncryptInit_ex(context, cipher, nullptr, key.data(), nonce) == 1);
  if (!header.empty()) {
    HAETAE_ASSERT(EVP_EncryptUpdate(context, nullptr, &written, header.data(),
                                    static_cast<int>(header.size())) == 1);
  }
  HAETAE_ASSERT(EVP_EncryptUpdate(context, out.data(), &written, text.data(),
                                  static_cast<int>(text.size())) == 1);
  if (tag_bytes > 0) {
    HAETAE_ASSERT(EVP_EncryptFinal_ex(context, out.data() + written, &written) == 1);
    HAETAE_ASSERT(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_bytes),
                                      out.data() + text.size()) == 1);
  }
  EVP_CIPHER_CTX_free(context);
  out.resize(text.size() + tag_bytes);
  return out;
}

// A protected Initial packet that holds `plaintext`.
inline Octets seal_initial(const InitialToSeal& initial, const wire::QuicKeys& keys,
                           Bytes plaintext) {
  const bool is_version2 = initial.version == wire::kQuicVersion2;
  Octets packet{
      static_cast<std::uint8_t>((is_version2 ? 0xd0 : 0xc0) | (initial.number_octets - 1))};
  append_number(packet, initial.version, 4);
  append(packet, with_length(initial.destination_id, 1));
  append(packet, with_length(initial.source_id, 1));
  append_varint(packet, initial.token.size());
  append(packet, initial.token);
  append_varint(packet, static_cast<std::size_t>(initial.number_octets) + plaintext.size() + 16);
  const std::size_t number_at = packet.size();
  append_number(packet, initial.number, initial.number_octets);
  Octets nonce(keys.iv.begin(), keys.iv.end());
  for (std::size_t i = 0; i < 4; ++i) {
    nonce[nonce.size() - 1 - i] ^= static_cast<std::uint8_t>(initial.number >> (8 * i));
  }
  append(packet, encrypt(EVP_aes_128_gcm(), keys.key, nonce, packet, plaintext, 16));
  const Octets mask = encrypt(EVP_aes_128_ecb(), keys.header_key, {}, {},
                              Bytes(packet).subspan(number_at + 4, 16), 0);
  packet[0] = static_cast<std::uint8_t>(packet[0] ^ (mask[0] & 0x0f));
  for (int i = 0; i < initial.number_octets; ++i) {
    packet[number_at + static_cast<std::size_t>(i)] ^= mask[1 + static_cast<std::size_t>(i)];
  }
  return packet;
}

// The same with the keys of its own destination id.
inline Octets seal_initial(const InitialToSeal& initial, Bytes plaintext) {
  wire::QuicOpener opener;
  const wire::QuicEra era = wire::quic_era(initial.version);
  return seal_initial(initial, opener.client_keys(era, initial.destination_id), plaintext);
}

}  // namespace haetae::test
