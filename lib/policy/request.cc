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

}  // namespace haetae::policy
