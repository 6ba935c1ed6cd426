#include "wire/quic_opener.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <span>
#include <stdexcept>

#include "base/assert.h"
#include "wire/writer.h"

namespace haetae::wire {
namespace {

constexpr std::size_t kSampleBytes = 16;
constexpr std::size_t kTagBytes = 16;
// The sample starts where the number would end if it had all four octets (RFC 9001, section 5.4.2).
constexpr std::size_t kNumberBytesMax = 4;
constexpr std::size_t kDigestBlockBytes = 64;

using Salt = std::array<std::uint8_t, 20>;
constexpr Salt kDraft22Salt{0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a,
                            0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a};
constexpr Salt kDraft23Salt{0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
                            0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02};
constexpr Salt kDraft29Salt{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
                            0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99};
constexpr Salt kVersion1Salt{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                             0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
constexpr Salt kVersion2Salt{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                             0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};
// Google's versions stand in no RFC; these are Chromium's (net/third_party/quiche,
// crypto_utils.cc).
constexpr Salt kGoogleQ050Salt{0x50, 0x45, 0x74, 0xef, 0xd0, 0x66, 0xfe, 0x2f, 0x9d, 0x94,
                               0x5c, 0xfc, 0xdb, 0xd3, 0xa7, 0xf0, 0xd3, 0xb5, 0x6b, 0x45};
constexpr Salt kGoogleT050Salt{0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80,
                               0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10};
constexpr Salt kGoogleT051Salt{0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50,
                               0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d};

// RFC 9001, sections 5.1 and 5.2; RFC 9369, sections 3.3.1 and 3.3.2. Labels as they stand on the
// wire, with the prefix of RFC 8446, section 7.1.
struct Derivation {
  const Salt& salt;
  std::string_view key;
  std::string_view iv;
  std::string_view header_key;
};
constexpr std::string_view kClientLabel = "tls13 client in";

Derivation derivation_of(QuicEra era) noexcept {
  const auto before_version2 = [](const Salt& salt) {
    return Derivation{salt, "tls13 quic key", "tls13 quic iv", "tls13 quic hp"};
  };
  HAETAE_ASSERT(era != QuicEra::Unknown);
  switch (era) {
    case QuicEra::Unknown: break;
    case QuicEra::Draft22: return before_version2(kDraft22Salt);
    case QuicEra::Draft23: return before_version2(kDraft23Salt);
    case QuicEra::Draft29: return before_version2(kDraft29Salt);
    case QuicEra::Version1: return before_version2(kVersion1Salt);
    case QuicEra::GoogleQ050: return before_version2(kGoogleQ050Salt);
    case QuicEra::GoogleT050: return before_version2(kGoogleT050Salt);
    case QuicEra::GoogleT051: return before_version2(kGoogleT051Salt);
    case QuicEra::Version2:
      return {kVersion2Salt, "tls13 quicv2 key", "tls13 quicv2 iv", "tls13 quicv2 hp"};
  }
  return before_version2(kVersion1Salt);
}

bool prepare(EVP_MD_CTX* context, const char* algorithm) {
  EVP_MD* const digest = EVP_MD_fetch(nullptr, algorithm, nullptr);
  const bool done = digest != nullptr && EVP_DigestInit_ex2(context, digest, nullptr) == 1;
  EVP_MD_free(digest);
  return done;
}

bool prepare(EVP_CIPHER_CTX* context, const char* algorithm, bool encrypts) {
  EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, algorithm, nullptr);
  const bool done = cipher != nullptr && EVP_CipherInit_ex2(context, cipher, nullptr, nullptr,
                                                            encrypts ? 1 : 0, nullptr) == 1;
  EVP_CIPHER_free(cipher);
  return done;
}

// Lets OpenSSL read octets that are authenticated only, or open `in` into `out`.
bool update(EVP_CIPHER_CTX* context, std::uint8_t* out, Bytes in) noexcept {
  int written = 0;
  return EVP_DecryptUpdate(context, out, &written, in.data(), static_cast<int>(in.size())) == 1;
}

}  // namespace

void QuicOpener::Free::operator()(EVP_CIPHER_CTX* context) const noexcept {
  EVP_CIPHER_CTX_free(context);
}
void QuicOpener::Free::operator()(EVP_MD_CTX* context) const noexcept {
  EVP_MD_CTX_free(context);
}

QuicOpener::QuicOpener()
    : sha256_(EVP_MD_CTX_new()),
      header_cipher_(EVP_CIPHER_CTX_new()),
      payload_cipher_(EVP_CIPHER_CTX_new()) {
  const bool has_room = sha256_ && header_cipher_ && payload_cipher_;
  if (!has_room || !prepare(sha256_.get(), "SHA256") ||
      !prepare(header_cipher_.get(), "AES-128-ECB", true) ||
      !prepare(payload_cipher_.get(), "AES-128-GCM", false)) {
    throw std::runtime_error(
        "OpenSSL offers no SHA-256 or AES-128-GCM, so no QUIC can be read; look for a restricted "
        "provider in openssl.cnf");
  }
}
QuicOpener::~QuicOpener() = default;

void QuicOpener::digest(Bytes first, Bytes second, Secret& out) noexcept {
  EVP_MD_CTX* const context = sha256_.get();
  const bool done = EVP_DigestInit_ex2(context, nullptr, nullptr) == 1 &&
                    EVP_DigestUpdate(context, first.data(), first.size()) == 1 &&
                    EVP_DigestUpdate(context, second.data(), second.size()) == 1 &&
                    EVP_DigestFinal_ex(context, out.data(), nullptr) == 1;
  HAETAE_ASSERT(done);
}

// RFC 2104 over OpenSSL's SHA-256. Its own HMAC copies contexts and keys to the heap in every call,
// which is most of what such a short one costs.
QuicOpener::Secret QuicOpener::hmac(Bytes key, Bytes message) noexcept {
  HAETAE_ASSERT(key.size() <= kDigestBlockBytes);
  std::array<std::uint8_t, kDigestBlockBytes> inner{};
  std::array<std::uint8_t, kDigestBlockBytes> outer{};
  std::ranges::copy(key, inner.begin());
  std::ranges::copy(key, outer.begin());
  for (std::uint8_t& octet : inner) octet ^= 0x36;
  for (std::uint8_t& octet : outer) octet ^= 0x5c;
  Secret result;
  digest(inner, message, result);
  digest(outer, result, result);
  return result;
}

// HKDF-Expand-Label without context (RFC 8446, section 7.1), for what one round of HKDF-Expand
// gives (RFC 5869, section 2.3).
void QuicOpener::expand_label(const Secret& secret, std::string_view label,
                              MutableBytes out) noexcept {
  HAETAE_ASSERT(out.size() <= secret.size());
  std::array<std::uint8_t, 32> room;
  WireWriter info(room);
  info.u16(static_cast<std::uint16_t>(out.size()));
  info.u8(static_cast<std::uint8_t>(label.size()));
  info.bytes(as_bytes(label));
  info.u8(0);
  info.u8(1);  // the round
  HAETAE_ASSERT(info.ok());
  const Secret expanded = hmac(secret, info.written());
  std::ranges::copy(Bytes(expanded).first(out.size()), out.begin());
}

QuicKeys QuicOpener::client_keys(QuicEra era, Bytes destination_id) noexcept {
  const Derivation derivation = derivation_of(era);
  Secret client;
  expand_label(hmac(derivation.salt, destination_id), kClientLabel, client);
  QuicKeys keys;
  expand_label(client, derivation.key, keys.key);
  expand_label(client, derivation.iv, keys.iv);
  expand_label(client, derivation.header_key, keys.header_key);
  return keys;
}

QuicOpener::Key QuicOpener::header_mask(const Key& key, Bytes sample) noexcept {
  EVP_CIPHER_CTX* const context = header_cipher_.get();
  Key mask;
  int written = 0;
  const bool done =
      EVP_EncryptInit_ex2(context, nullptr, key.data(), nullptr, nullptr) == 1 &&
      EVP_EncryptUpdate(context, mask.data(), &written, sample.data(), kSampleBytes) == 1;
  HAETAE_ASSERT(done && written == kSampleBytes);
  return mask;
}

std::optional<Bytes> QuicOpener::open(const QuicPacket& packet, const QuicKeys& keys,
                                      MutableBytes out) noexcept {
  const Bytes octets = packet.octets;
  const std::size_t number_at = packet.number_offset;
  if (packet.type != QuicPacketType::Initial ||
      octets.size() < number_at + kNumberBytesMax + kSampleBytes) {
    return std::nullopt;
  }
  const Key mask =
      header_mask(keys.header_key, octets.subspan(number_at + kNumberBytesMax, kSampleBytes));
  const auto first = static_cast<std::uint8_t>(octets[0] ^ (mask[0] & 0x0f));
  const std::size_t number_bytes = (first & 3U) + 1U;
  std::array<std::uint8_t, kNumberBytesMax> number;
  std::array<std::uint8_t, 12> nonce = keys.iv;
  for (std::size_t i = 0; i < number_bytes; ++i) {
    number[i] = octets[number_at + i] ^ mask[1 + i];
    nonce[nonce.size() - number_bytes + i] ^= number[i];
  }

  const Bytes sealed = octets.subspan(number_at + number_bytes);
  const Bytes ciphertext = sealed.first(sealed.size() - kTagBytes);
  std::array<std::uint8_t, kTagBytes> tag;
  std::ranges::copy(sealed.last(kTagBytes), tag.begin());
  if (ciphertext.size() > out.size()) return std::nullopt;

  // The header is authenticated as it was before its protection: in three pieces, so that it need
  // not be copied.
  EVP_CIPHER_CTX* const context = payload_cipher_.get();
  int written = 0;
  const bool opened =
      EVP_DecryptInit_ex2(context, nullptr, keys.key.data(), nonce.data(), nullptr) == 1 &&
      update(context, nullptr, Bytes(&first, 1)) &&
      update(context, nullptr, octets.subspan(1, number_at - 1)) &&
      update(context, nullptr, Bytes(number).first(number_bytes)) &&
      update(context, out.data(), ciphertext) &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context, out.data() + ciphertext.size(), &written) == 1;
  if (opened) return out.first(ciphertext.size());
  // Who uses OpenSSL next on this thread would take our failure for its own.
  ERR_clear_error();
  return std::nullopt;
}

}  // namespace haetae::wire
