#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// The numbers of DNS that Haetae acts on. Every enum may hold values that have no name here: they
// come from the network. Source: the IANA registries, and the RFC named at each.
namespace haetae::wire {

// RFC 1035, section 3.2.2 and later ones. Those with names in their data are complete as far as a
// sender may compress them (RFC 3597, section 4).
enum class RRType : std::uint16_t {
  A = 1,
  Ns = 2,
  Md = 3,
  Mf = 4,
  Cname = 5,
  Soa = 6,
  Mb = 7,
  Mg = 8,
  Mr = 9,
  Null = 10,
  Wks = 11,
  Ptr = 12,
  Hinfo = 13,
  Minfo = 14,
  Mx = 15,
  Txt = 16,
  Rp = 17,
  Afsdb = 18,
  Rt = 21,
  Sig = 24,
  Px = 26,
  Aaaa = 28,  // RFC 3596
  Nxt = 30,
  Srv = 33,
  Naptr = 35,
  Kx = 36,
  Dname = 39,
  Opt = 41,     // RFC 6891
  Ds = 43,      // RFC 4034
  Rrsig = 46,   // RFC 4034
  Nsec = 47,    // RFC 4034
  Dnskey = 48,  // RFC 4034
  Nsec3 = 50,   // RFC 5155
  Nsec3Param = 51,
  Tlsa = 52,
  Svcb = 64,   // RFC 9460
  Https = 65,  // RFC 9460
  Tkey = 249,
  Tsig = 250,  // RFC 8945
  Ixfr = 251,
  Axfr = 252,
  Any = 255,  // RFC 8482
};

enum class RRClass : std::uint16_t { In = 1, Chaos = 3, Hesiod = 4, None = 254, Any = 255 };

enum class Opcode : std::uint8_t {
  Query = 0,
  InverseQuery = 1,
  Status = 2,
  Notify = 4,
  Update = 5
};

// RFC 1035, section 4.1.1; those above 15 need an OPT (RFC 6891, section 6.1.3).
enum class Rcode : std::uint16_t {
  NoError = 0,
  FormErr = 1,
  ServFail = 2,
  NxDomain = 3,
  NotImp = 4,
  Refused = 5,
  YxDomain = 6,
  NotAuth = 9,
  BadVers = 16,
};

// Extended DNS Errors, RFC 8914, section 4, and later registrations.
enum class EdeCode : std::uint16_t {
  Other = 0,
  UnsupportedDnskeyAlgorithm = 1,
  UnsupportedDsDigestType = 2,
  StaleAnswer = 3,
  ForgedAnswer = 4,
  DnssecIndeterminate = 5,
  DnssecBogus = 6,
  SignatureExpired = 7,
  SignatureNotYetValid = 8,
  DnskeyMissing = 9,
  RrsigsMissing = 10,
  NoZoneKeyBitSet = 11,
  NsecMissing = 12,
  CachedError = 13,
  NotReady = 14,
  Blocked = 15,
  Censored = 16,
  Filtered = 17,
  Prohibited = 18,
  StaleNxDomainAnswer = 19,
  NotAuthoritative = 20,
  NotSupported = 21,
  NoReachableAuthority = 22,
  NetworkError = 23,
  InvalidData = 24,
  TooEarly = 26,
  UnsupportedNsec3Iterations = 27,
};

// EDNS option codes. Those from UmbrellaIdent on are what home routers and access networks add to
// say who asked; they are only believed from trusted peers and never forwarded.
enum class EdnsOptionCode : std::uint16_t {
  Reserved = 0,            // RFC 6891
  Nsid = 3,                // RFC 5001
  ClientSubnet = 8,        // RFC 7871
  Cookie = 10,             // RFC 7873
  TcpKeepalive = 11,       // RFC 7828
  Padding = 12,            // RFC 7830
  ExtendedError = 15,      // RFC 8914
  UmbrellaIdent = 20292,   // Cisco, "Umbrella Ident"
  UmbrellaDevice = 26946,  // Cisco, "DeviceID"
  Mac = 65001,             // dnsmasq --add-mac
  MacText = 65073,         // dnsmasq --add-mac=text or base64
  CpeId = 65074,           // dnsmasq --add-cpe-id
};

// RFC 9460, section 14.3.2.
enum class SvcParamKey : std::uint16_t {
  Mandatory = 0,
  Alpn = 1,
  NoDefaultAlpn = 2,
  Port = 3,
  Ipv4Hint = 4,
  Ech = 5,
  Ipv6Hint = 6,
  DohPath = 7,  // RFC 9461
};

enum class Section : std::uint8_t { Answer, Authority, Additional };

inline constexpr std::size_t kHeaderBytes = 12;
// RFC 1035, section 4.2.1: what a client without EDNS can take over UDP.
inline constexpr std::size_t kUdpBytesMin = 512;
// What we offer and send at most over UDP: fits every path (DNS flag day 2020).
inline constexpr std::uint16_t kUdpBytesOffered = 1232;
inline constexpr std::size_t kMessageBytesMax = 65535;

// "A", "HTTPS", "TYPE1234" written and read as in RFC 3597, section 5; any case. For people, never
// on the hot path's way. write_type_text needs kTypeTextBytesMax octets.
std::optional<RRType> type_from_text(std::string_view text) noexcept;
inline constexpr std::size_t kTypeTextBytesMax = 12;
std::string_view write_type_text(RRType type, char (&out)[kTypeTextBytesMax]) noexcept;

}  // namespace haetae::wire
