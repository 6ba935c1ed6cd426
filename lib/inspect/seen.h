#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/bytes.h"
#include "base/name.h"
#include "base/time.h"
#include "policy/request.h"
#include "policy/verdict.h"

namespace haetae::inspect {

// By what a request was told.
enum class Protocol : std::uint8_t { Dns, Http, Tls, Quic, Tcp, Udp, Other };
// "dns", "http", "tls", "quic", "tcp", "udp", "ip".
std::string_view to_text(Protocol protocol) noexcept;

// Why a request is judged without its name having been read.
enum class Unread : std::uint8_t {
  No,          // it was read
  Hidden,      // the client sent none, or none that we could read: encrypted
  TooLong,     // the name may stand behind what is kept
  Malformed,   // not as its RFC wants it
  Odd,         // what stands for the name cannot be one
  Conflict,    // the client said two things at one place
  CutShort,    // the capture has only the start of the packet
  NoRoom,      // too many flows were being read
  TooMany,     // requests in one packet
  Ambiguous,   // servers would disagree on where the next request starts
  Unresolved,  // no DNS answer named the address
};
// "", "hidden", "too_long", ….
std::string_view to_text(Unread unread) noexcept;

// One Request as it was seen and judged: what its Event and a line of `replay` are made of.
struct Seen {
  Time time;
  Protocol protocol = Protocol::Other;
  policy::Kind kind = policy::Kind::Address;
  Unread unread = Unread::No;
  bool has_name = false;           // `name` was judged; else `address`, unless it is unread
  bool named_by_resolved = false;  // the flow hides its name; a DNS answer told it
  bool has_ech = false;            // a hello with an encrypted one inside, real or GREASE
  bool is_connect = false;         // HTTP: asks a proxy to lead on to the host
  policy::Technique technique = policy::Technique::None;  // a way round the filter that it shows
  std::uint16_t record_type = 0;                          // DNS only
  Peer client;
  Peer server;
  policy::Identity who;
  Name name;
  // What was judged where there is no name: a host written as an address, or the server's.
  IpAddress address;
  std::uint16_t host_port = 0;  // HTTP: as written behind the host; 0: none was
  // HTTP: the target as it was sent: "/path?query", a whole URI, or "host:port" of a CONNECT; of
  // DNS, TLS and QUIC empty. Valid until the Inspector's next packet.
  Bytes target;
  Bytes path;  // of the target, from its slash on; as long
  policy::Verdict verdict;
};

// Of protocol HTTP: "http://www.site.example/path?query", as a person would write it; empty for
// others, and for a CONNECT. Not for the hot path.
std::string url_of(const Seen& seen);

// What is to be done with the packet, and with its flow.
struct Effect {
  enum class Kind : std::uint8_t {
    Wait,    // let it pass, and show what comes next
    Hold,    // keep it back: what its sender says is not whole yet, and nothing of it need arrive
             // before that is judged. The next packet of its sender that carries something and is
             // not to be held, or any of the flow with Accept or Block, says what becomes of it.
             // Who cannot keep packets back lets it pass.
    Accept,  // let it pass; nothing more need be shown of the flow
    Block,   // neither this packet nor any other of the flow may pass
  };
  // How a blocked flow ends: TCP by resets, others by silence.
  enum class End : std::uint8_t { None, Reset, Drop };
  Kind kind = Kind::Accept;
  End end = End::None;
  friend bool operator==(const Effect&, const Effect&) = default;
};

// What a packet came to: the requests that it completed, in their order, and what is to be done.
struct Observation {
  Effect effect;
  std::span<const Seen> seen;  // valid until the Inspector's next packet
};

}  // namespace haetae::inspect
