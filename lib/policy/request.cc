#include "policy/request.h"

namespace haetae::policy {

std::string_view to_text(Kind kind) noexcept {
  switch (kind) {
    case Kind::DnsName: return "dns_name";
    case Kind::DnsAnswer: return "dns_answer";
    case Kind::TlsName: return "tls_name";
    case Kind::QuicName: return "quic_name";
    case Kind::HttpUrl: return "http_url";
    case Kind::HttpBody: return "http_body";
    case Kind::Address: return "address";
  }
  return "";
}

std::string_view to_text(Technique technique) noexcept {
  switch (technique) {
    case Technique::None: return "";
    case Technique::DnsOverTls: return "dns_over_tls";
    case Technique::DnsOverQuic: return "dns_over_quic";
    case Technique::PrivateRelay: return "private_relay";
    case Technique::Ech: return "ech";
    case Technique::Tor: return "tor";
    case Technique::WireGuard: return "wireguard";
    case Technique::OpenVpn: return "openvpn";
  }
  return "";
}

std::string_view to_text(KnownBy known_by) noexcept {
  switch (known_by) {
    case KnownBy::Credential: return "credential";
    case KnownBy::Mac: return "mac";
    case KnownBy::Address: return "address";
    case KnownBy::Network: return "network";
    case KnownBy::Interface: return "interface";
    case KnownBy::Nothing: return "nothing";
  }
  return "";
}

}  // namespace haetae::policy
