#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "policy/request.h"
#include "wire/tls_hello.h"

// Ways round the filter that show by what a flow says first, or by its port. Those that show by a
// name or an address stand in lists of category `bypass`. IPsec is not among them: telephones carry
// Wi-Fi calls, and with them emergency calls, through it.
namespace haetae::inspect {

// Of a TLS or QUIC hello to this port.
policy::Technique technique_of(const wire::TlsHello& hello, std::uint16_t server_port) noexcept;

// Of a datagram, or of a stream's first octets: WireGuard and OpenVPN begin alike everywhere.
policy::Technique technique_of_datagram(Bytes datagram) noexcept;
policy::Technique technique_of_stream(Bytes stream) noexcept;

}  // namespace haetae::inspect
