#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace haetae::test {

using Octets = std::vector<std::uint8_t>;

inline void append(Octets& to, Bytes what) {
  for (const std::uint8_t octet : what) to.push_back(octet);
}

inline void append_number(Octets& to, std::size_t value, int octets) {
  for (int i = octets - 1; i >= 0; --i) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// `what` with its length in so many octets before it.
inline Octets with_length(Bytes what, int length_octets) {
  Octets octets;
  append_number(octets, what.size(), length_octets);
  append(octets, what);
  return octets;
}

struct HelloExtension {
  std::uint16_t type;
  Octets body;
};

inline Octets host_entry(std::string_view host, std::uint8_t type = 0) {
  Octets entry{type};
  append(entry, with_length(as_bytes(host), 2));
  return entry;
}

inline HelloExtension server_names(const Octets& entries) {
  return {0, with_length(entries, 2)};
}
inline HelloExtension server_name(std::string_view host) {
  return server_names(host_entry(host));
}
inline HelloExtension protocols(std::initializer_list<std::string_view> names) {
  Octets list;
  for (const std::string_view name : names) append(list, with_length(as_bytes(name), 1));
  return {16, with_length(list, 2)};
}
inline HelloExtension supported_versions(std::initializer_list<std::uint16_t> versions) {
  Octets list;
  for (const std::uint16_t version : versions) append_number(list, version, 2);
  return {43, with_length(list, 1)};
}
// Of a size and no meaning: a key share, padding.
inline HelloExtension filler(std::uint16_t type, std::size_t bytes) {
  return {type, Octets(bytes, 0x5a)};
}

// A ClientHello, as far as it is made of lengths that are right.
struct HelloMaker {
  std::vector<HelloExtension> extensions;
  Octets session_id = Octets(32, 0x11);
  Octets suites{0x13, 0x01, 0x13, 0x02, 0xc0, 0x2b};
  bool has_extensions = true;

  // Handshake octets, as in CRYPTO frames.
  Octets message() const {
    Octets body{3, 3};
    body.resize(2 + 32, 0x22);
    append(body, with_length(session_id, 1));
    append(body, with_length(suites, 2));
    append(body, Octets{1, 0});
    Octets all;
    for (const HelloExtension& extension : extensions) {
      append_number(all, extension.type, 2);
      append(all, with_length(extension.body, 2));
    }
    if (has_extensions) append(body, with_length(all, 2));
    Octets whole{1};
    append(whole, with_length(body, 3));
    return whole;
  }
};

// What a browser sends: some 20 extensions, a post-quantum key share, the name in the middle.
inline Octets browser_hello(std::string_view host) {
  HelloMaker maker;
  maker.extensions = {filler(0x2a2a, 0),   filler(51, 1263),
                      filler(23, 0),       server_name(host),
                      filler(13, 18),      protocols({"h2", "http/1.1"}),
                      filler(0xfe0d, 282), supported_versions({0x1a1a, 0x0304, 0x0303}),
                      filler(10, 12)};
  return maker.message();
}

// Handshake octets in TLS records of at most so many octets each.
inline Octets in_records(Bytes message, std::size_t record_bytes, std::uint16_t version = 0x0301) {
  Octets stream;
  for (std::size_t at = 0; at < message.size(); at += record_bytes) {
    const Bytes piece = message.subspan(at, std::min(record_bytes, message.size() - at));
    stream.push_back(22);
    append_number(stream, version, 2);
    append(stream, with_length(piece, 2));
  }
  return stream;
}

}  // namespace haetae::test
