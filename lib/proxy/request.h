#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/head_text.h"
#include "proxy/hop_fields.h"
#include "wire/http_head.h"
#include "wire/progress.h"

namespace haetae::proxy {

// Why a request is answered with an error, and goes nowhere.
enum class Fault : std::uint8_t {
  None,
  Malformed,   // 400: not as RFC 9112 wants it, or readers of HTTP would disagree about it
  TooLong,     // 431: the head
  NoHost,      // 400: nobody can tell for whom it is
  Version,     // 505: HTTP/2 and later, which start otherwise
  Expectation  // 417: it expects something else than 100-continue
};

// A request's head as it will be passed on. Views point into the stream that it was read from.
struct Request {
  wire::HttpRequestHead head;  // every reading of it, for whoever judges
  Fault fault = Fault::None;
  HopFields hops;
  std::string_view fields;           // the field lines, the empty one included
  std::string_view accept_language;  // as sent; empty: none
  std::string_view upgrade;          // the Upgrade field, where it asks for a WebSocket
  bool is_old = false;               // HTTP/1.0
  bool keeps_alive = false;          // the client wants to use the connection again
  bool has_credentials = false;
  bool may_be_repeated = false;  // a safe method without a body (RFC 9110, section 9.2.1)
  bool is_head = false;

  // For whom it is: what a URI or a CONNECT says goes before the Host field (RFC 9112, section
  // 3.2.2). Without port: that of "http", or of "https" with CONNECT.
  std::string_view host() const noexcept;
  std::uint16_t port() const noexcept;
};

// Reads the head at the stream's start. NeedMore: it is not whole, and there is room for more.
// NotThis: no HTTP. Done: read fault first. Strict where HttpRequestHead is tolerant: what has two
// readings is not passed on, but it is read, so that it can be judged.
wire::Progress read_request(Bytes stream, Request& out) noexcept;

// How a request is written for its server.
struct RequestStyle {
  bool limits_codings = false;  // ask only for codings that lib/content undoes
};

// Writes the head that goes to the server: the path in place of a URI, one Host field first, no
// hop-by-hop fields. request: without fault.
void write_request(const Request& request, const RequestStyle& style, HeadText& out) noexcept;

}  // namespace haetae::proxy
