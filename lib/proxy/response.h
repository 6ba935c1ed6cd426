#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "content/self_labels.h"
#include "proxy/head_text.h"
#include "proxy/hop_fields.h"
#include "wire/progress.h"

namespace haetae::proxy {

// How far a body goes (RFC 9112, section 6.3).
enum class Framing : std::uint8_t { None, Length, Chunked, UntilClose };

// A response's head. Views point into the stream that it was read from.
struct Response {
  std::uint16_t status = 0;
  std::string_view after_version;  // " 200 OK"
  std::string_view fields;         // the field lines, the empty one included
  std::size_t size_bytes = 0;
  HopFields hops;
  Framing framing = Framing::None;
  std::uint64_t body_bytes = 0;  // of framing Length
  std::optional<std::uint64_t> content_length;
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view upgrade;
  content::SelfLabels labels;  // Rating, PICS-Label and the like
  bool asks_credentials = false;
  bool keeps_alive = false;  // the server's connection can be used again
  // Chunks of HTTP/1.0, which has none (RFC 9112, section 6.1): both connections end behind it.
  bool has_faulty_framing = false;

  bool is_interim() const noexcept { return status < 200 && status != 101; }
};

// Reads the head at the stream's start. is_head: it answers a HEAD. Done: it is whole, and says one
// thing only. Malformed: not as RFC 9112 wants it, too long, or there are two readings of where its
// body ends. NotThis is never given: what does not start with "HTTP/1." is Malformed.
wire::Progress read_response(Bytes stream, bool is_head, Response& out) noexcept;

// How a response is written for its client.
struct ResponseStyle {
  bool closes = false;      // the connection ends behind it
  bool is_for_old = false;  // the client speaks HTTP/1.0
};

// Writes the head that goes to the client, without hop-by-hop fields.
void write_response(const Response& response, const ResponseStyle& style, HeadText& out) noexcept;

}  // namespace haetae::proxy
