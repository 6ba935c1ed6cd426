#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "wire/flow_limits.h"
#include "wire/progress.h"

namespace haetae::wire {

// The form of a request's target (RFC 9112, section 3.2).
enum class HttpForm : std::uint8_t {
  Origin,     // "/path?query"
  Absolute,   // "http://host/path", as to a proxy
  Authority,  // "host:port", of CONNECT alone
  Asterisk,   // "*"
  Odd,        // anything else
};

// How far the body goes that follows a head (RFC 9112, section 6.3).
enum class HttpFraming : std::uint8_t {
  None,       // the next request follows at once
  Length,     // after body_bytes octets
  Chunked,    // after the last chunk: HttpBodyReader finds it
  Ambiguous,  // servers would disagree: nobody can tell what of the rest is a request
};

// One host that a request may be for, as it was sent, without port: read_host() reads it.
struct HttpHost {
  Bytes text;              // "www.Example.com", "192.0.2.1", "[2001:db8::1]"; never empty
  std::uint16_t port = 0;  // 0: none was told, or none that is a port
};

// A request's head. All views point into the stream that it was read from.
struct HttpRequestHead {
  Bytes method;  // as sent: methods are told apart by case
  Bytes target;  // as sent, without the blanks around it
  // The target's path and query, the same for every reading: from its slash, or its question mark
  // if it has no slash. Empty for forms without; "/" is not filled in.
  Bytes path;
  HttpForm form = HttpForm::Odd;
  std::uint8_t version_major = 0;  // 0.9 for a line without version
  std::uint8_t version_minor = 9;

  // Every host that some server could take this request to be for, each once (letters of either
  // case are the same), the one that RFC 9112 wants first: of an absolute target or CONNECT, then
  // of each Host field. More than one is for one who tries to look like the one and get the other:
  // whoever judges judges each, and the strictest counts. None: the client named none (HTTP/1.0).
  std::array<HttpHost, limits::kHttpHostsMax> host_room;
  std::uint8_t host_count = 0;
  std::span<const HttpHost> hosts() const noexcept {
    return std::span(host_room).first(host_count);
  }
  bool has_more_hosts = false;  // than there was room for: no reading of it is complete

  bool is_connect = false;    // what follows the head is for the target, if the proxy agrees
  bool is_websocket = false;  // asks to go on as a WebSocket (RFC 6455, section 4.1)
  bool is_http2 = false;      // the start of HTTP/2 without TLS (RFC 9113, section 3.4)

  HttpFraming framing = HttpFraming::None;
  std::uint64_t body_bytes = 0;  // of framing Length
  // Of the head: from the stream's start, empty lines before it included, to behind its empty line.
  // With NeedMore: up to where a line feed was looked for; there is more to tell once one stands
  // behind, or the head is too long. 0: at any octet.
  std::size_t size_bytes = 0;
};

// Reads the request head at the stream's start as lenient servers would: lines end with LF alone,
// empty lines before the head, blanks and tabs where none belong, blanks before a colon, folded
// fields, any method. Where servers would differ, every reading is told (hosts, framing).
//
//   NeedMore   `out` says what the whole lines so far say, of hosts too. A host that is blocked can
//              be blocked now; whoever lets it go on waits for Done, for there may be another Host.
//   Done       the head is whole. A request line without version is HTTP/0.9 of the method GET
//              alone; fields behind it are read all the same, up to an empty line.
//   NotThis    no HTTP request: told at the first octets that cannot start one.
//   Malformed  a head of more than limits::kHttpHeadBytesMax octets or kHttpLinesMax lines; `out`
//              says what was read until there.
//
// Asked again with a longer stream it reads anew. To keep that cheap, ask again when a line feed
// has come behind out.size_bytes, and not before. As long as that is 0, ask at every octet; that is
// so for the first few only.
Progress read_http_head(Bytes stream, HttpRequestHead& out) noexcept;

// Finds the end of a body, however it arrives in pieces. Costs 16 octets.
class HttpBodyReader {
 public:
  // head: of a framing other than Ambiguous.
  explicit HttpBodyReader(const HttpRequestHead& head) noexcept;

  // Steps over what of `more` belongs to the body and tells how many octets that was. Done: the
  // body ended there and the next request starts behind. NeedMore: all of `more` belongs to it.
  // Malformed: no chunk can start like this (RFC 9112, section 7.1).
  struct Step {
    Progress progress;
    std::size_t bytes;
  };
  Step feed(Bytes more) noexcept;

 private:
  enum class State : std::uint8_t {
    Data,           // octets of a chunk or of the whole body
    DataEnd,        // the line's end behind a chunk
    SizeStart,      // the first digit of a chunk's size
    Size,           // further digits
    SizeExtension,  // what follows them on the line
    TrailerStart,   // the start of a line of the trailer section
    Trailer,        // inside such a line
    Ended,
    Failed,
  };
  State after(std::uint8_t octet) noexcept;
  State after_size(std::uint8_t octet) noexcept;

  std::uint64_t left_ = 0;  // octets of the chunk or body; the size as far as it was read
  State state_ = State::Ended;
  bool is_chunked_ = false;
};

}  // namespace haetae::wire
