#include "inspect/tunnels.h"

#include <algorithm>
#include <array>

#include "wire/reader.h"

namespace haetae::inspect {
namespace {

using policy::Technique;

// DNS over TLS (RFC 7858, section 3.1) and over QUIC (RFC 9250, section 4.1.1).
constexpr std::uint16_t kDnsSecurePort = 853;
// Where relays of Tor listen, if nobody tells them to listen elsewhere.
constexpr std::uint16_t kTorPort = 9001;

// Apple's Private Relay, and names that stand in front of encrypted hellos for all who share them.
struct KnownName {
  Name name;
  Technique technique;
};
const std::array<KnownName, 3>& known_names() noexcept {
  static const std::array kNames{
      KnownName{name_of("mask.icloud.com"), Technique::PrivateRelay},
      KnownName{name_of("mask-h2.icloud.com"), Technique::PrivateRelay},
      KnownName{name_of("cloudflare-ech.com"), Technique::Ech},
  };
  return kNames;
}

// "www.", 8 to 20 letters and digits of base32, ".com" or ".net": what Tor makes up for its hellos.
bool is_made_up_by_tor(const Name& name) noexcept {
  if (name.label_count() != 3 || as_text(name.label(0)) != "www") return false;
  const std::string_view end = as_text(name.label(2));
  const Bytes middle = name.label(1);
  const auto is_base32 = [](std::uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
  };
  return (end == "com" || end == "net") && middle.size() >= 8 && middle.size() <= 20 &&
         std::ranges::all_of(middle, is_base32);
}

// A handshake's first and second message (WireGuard, "Protocol & Cryptography", section 5.4).
bool is_wireguard(Bytes datagram) noexcept {
  constexpr std::size_t kInitiationBytes = 148;
  constexpr std::size_t kResponseBytes = 92;
  if (datagram.size() != kInitiationBytes && datagram.size() != kResponseBytes) return false;
  wire::WireReader in(datagram);
  const std::uint8_t type = in.u8();
  return in.u24() == 0 && type == (datagram.size() == kInitiationBytes ? 1 : 2);
}

// A client's hard reset, key 0: alone, or with what tls-auth and tls-crypt put before its end.
bool is_openvpn(Bytes packet) noexcept {
  constexpr std::uint8_t kResetV2 = 7 << 3;
  constexpr std::size_t kSessionEnd = 1 + 8;
  constexpr std::size_t kPlainBytes = kSessionEnd + 1 + 4;
  constexpr std::size_t kCryptBytes = kSessionEnd + 8 + 32 + 5;
  constexpr std::array<std::size_t, 3> kDigestBytes{20, 32, 64};  // SHA-1, SHA-256, SHA-512
  if (packet.empty() || packet.front() != kResetV2) return false;
  const auto number_at = [&](std::size_t offset) {
    wire::WireReader in(packet);
    in.skip(offset);
    return in.u32();
  };
  // Nothing is acknowledged yet, and it is the first packet.
  if (packet.size() == kPlainBytes) {
    return packet[kSessionEnd] == 0 && number_at(kSessionEnd + 1) == 0;
  }
  if (packet.size() == kCryptBytes && number_at(kSessionEnd) == 1) return true;
  return std::ranges::any_of(kDigestBytes, [&](std::size_t digest) {
    return packet.size() == kPlainBytes + digest + 8 && number_at(kSessionEnd + digest) == 1;
  });
}

}  // namespace

Technique technique_of(const wire::TlsHello& hello, std::uint16_t server_port) noexcept {
  if (hello.offers(wire::Alpn::Doq)) return Technique::DnsOverQuic;
  if (hello.offers(wire::Alpn::Dot) || server_port == kDnsSecurePort) return Technique::DnsOverTls;
  if (hello.server_name.kind != wire::HostKind::Name) return Technique::None;
  const Name& name = hello.server_name.name;
  for (const KnownName& known : known_names()) {
    // Without an encrypted hello behind it the outer name is a site like others.
    if (known.technique == Technique::Ech && !hello.has_ech) continue;
    if (name == known.name) return known.technique;
  }
  if (server_port == kTorPort && is_made_up_by_tor(name)) return Technique::Tor;
  return Technique::None;
}

Technique technique_of_datagram(Bytes datagram) noexcept {
  if (is_wireguard(datagram)) return Technique::WireGuard;
  return is_openvpn(datagram) ? Technique::OpenVpn : Technique::None;
}

Technique technique_of_stream(Bytes stream) noexcept {
  // OpenVPN puts a length before each packet.
  constexpr std::size_t kLengthBytes = 2;
  if (stream.size() <= kLengthBytes) return Technique::None;
  const std::size_t size = std::size_t{stream[0]} << 8 | stream[1];
  const Bytes rest = stream.subspan(kLengthBytes);
  return size <= rest.size() && is_openvpn(rest.first(size)) ? Technique::OpenVpn : Technique::None;
}

}  // namespace haetae::inspect
