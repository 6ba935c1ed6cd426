#pragma once

#include <cstdint>
#include <string_view>

namespace haetae::dns {

// Why an upstream server is not asked for now.
enum class ServerFault : std::uint8_t {
  None,
  Unreachable,  // no connection: refused, no route, nobody answers
  Silent,       // takes questions and answers none
  HangsUp,      // closes connections before it answers
  NotTls,       // the handshake fails: no TLS there, or none that we speak
  Malformed,    // what comes is not DNS
  Refuses,      // says REFUSED to everything
  CertificateExpired,
  CertificateNotYetValid,
  CertificateOfOther,    // for another name or address
  CertificateUntrusted,  // nobody whom we trust vouches for it
  CertificateSelfSigned,
  CertificateWrongKey,  // none of the pins
  CertificateBad,       // anything else that is wrong with it
};

// One that a handshake found in the certificate.
bool is_about_certificate(ServerFault fault) noexcept;

// For people: what is wrong, to stand after "is not asked: ", and what to do about it.
std::string_view describe(ServerFault fault) noexcept;
std::string_view remedy(ServerFault fault) noexcept;

}  // namespace haetae::dns
