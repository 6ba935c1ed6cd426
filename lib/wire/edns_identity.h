#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "base/address.h"
#include "base/bytes.h"
#include "wire/dns_types.h"
#include "wire/parse_error.h"

namespace haetae::wire {

// EDNS options by which a forwarder tells who asked it. Whoever writes a query can add them, so
// what is read here is a claim, and worth as much as the peer that sent it.

constexpr bool is_identity_option(EdnsOptionCode code) noexcept {
  switch (code) {
    case EdnsOptionCode::UmbrellaIdent:
    case EdnsOptionCode::UmbrellaDevice:
    case EdnsOptionCode::Mac:
    case EdnsOptionCode::MacText:
    case EdnsOptionCode::CpeId: return true;
    default: return false;  // the values come from the network, most have no name here
  }
}

// Option Mac, the client's hardware address as its six octets: dnsmasq --add-mac (src/edns0.c,
// add_mac). dnsmasq also sends longer ones, of networks that are no Ethernet: BadValue.
std::expected<MacAddress, ParseError> parse_mac_option(Bytes value) noexcept;

// Option MacText, the same as text: "02:00:00:00:00:01" (dnsmasq --add-mac=text) or its base64,
// "AgAAAAAB" (dnsmasq --add-mac=base64; src/edns0.c, add_dns_client). Other texts, as Nominum's own
// servers send them in this option, name no hardware: BadValue.
std::expected<MacAddress, ParseError> parse_mac_text_option(Bytes value) noexcept;

// Option CpeId, a text by which an access network or a branch calls the router that asks: dnsmasq
// --add-cpe-id. 1 to limits::kClientIdBytesMax octets without control characters, else BadValue.
std::expected<std::string_view, ParseError> parse_cpe_id_option(Bytes value) noexcept;

// A device id of Cisco Umbrella: eight octets. Its text is their sixteen hexadecimal digits in
// lower case, as Umbrella's registration shows it and dnsmasq --umbrella=deviceid: takes it.
inline constexpr std::size_t kUmbrellaDeviceBytes = 8;
inline constexpr std::size_t kUmbrellaDeviceTextBytes = 2 * kUmbrellaDeviceBytes;
std::array<char, kUmbrellaDeviceTextBytes> umbrella_device_text(
    std::span<const std::uint8_t, kUmbrellaDeviceBytes> device) noexcept;

// Option UmbrellaDevice: "OpenDNS" and the device id (Cisco, "Identifying DNS traffic"). The view
// is the eight octets of the id.
std::expected<Bytes, ParseError> parse_umbrella_device_option(Bytes value) noexcept;

// Option UmbrellaIdent: "ODNS", a version, flags, then fields, each a type and a value whose length
// the type tells (Cisco, the same; dnsmasq src/edns0.c, add_umbrella_opt).
struct UmbrellaIdent {
  std::optional<IpAddress> address;  // who asked the forwarder
  Bytes device;                      // kUmbrellaDeviceBytes octets; empty: none
};
// Of version 0 (types of one octet) and 1 (of two). Fields of no interest are stepped over; at a
// type whose length nobody told us reading ends, with what was read so far. Truncated: a field ends
// beyond the value. BadValue: another start or version, or a field that comes twice.
std::expected<UmbrellaIdent, ParseError> parse_umbrella_ident_option(Bytes value) noexcept;

}  // namespace haetae::wire
