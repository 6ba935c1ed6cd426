#pragma once

#include <cstddef>

// Limits of the parsers that read the start of a flow: TLS, QUIC and HTTP.
namespace haetae::limits {

// A ClientHello. Browsers send 0.5 to 2 KB, servers take some 128 KB at most; a longer one is
// malformed. Costs nothing but the octets that are looked at: none are kept.
inline constexpr std::size_t kHelloBytesMax = 128 * 1024;
// Octets of a server_name, ALPN or supported_versions extension that are looked at: room for the
// longest name with what is around it. Costs that much in each reader of a hello. What a longer
// server_name holds is no host; of a longer list only the start counts.
inline constexpr std::size_t kHelloExtensionBytesMax = 288;
// Extensions of one ClientHello; some 20 are usual. With more it is malformed. Each costs some 10
// ns.
inline constexpr std::size_t kHelloExtensionsMax = 256;
// Warning alerts in front of a ClientHello, which servers step over. With more it is no hello.
inline constexpr std::size_t kHelloAlertsMax = 8;
// Octets of the list of protocols (ALPN) kept beside a hello for who wants to see more than flags.
inline constexpr std::size_t kAlpnKeptBytesMax = 64;

// The head of an HTTP request. Servers take 8 to 64 KB; a longer one is malformed.
inline constexpr std::size_t kHttpHeadBytesMax = 64 * 1024;
// Lines of one head, some 15 to 40 are usual; servers take about 100. With more it is malformed.
// The work on a head that comes octet by octet is at most this times its size.
inline constexpr std::size_t kHttpLinesMax = 256;
// A method: the longest registered one has 16 octets. A longer first word is no HTTP.
inline constexpr std::size_t kHttpMethodBytesMax = 32;
// Different hosts of one head that are told to who judges it; there should be one. That there were
// more is told, too.
inline constexpr std::size_t kHttpHostsMax = 8;

// A packet's plaintext fits this: the longest UDP datagram.
inline constexpr std::size_t kQuicPlaintextBytesMax = 65'527;

}  // namespace haetae::limits
