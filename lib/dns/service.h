#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/ring.h"
#include "base/snapshot.h"
#include "base/time.h"
#include "config/config.h"
#include "dns/claims.h"
#include "dns/counters.h"
#include "dns/sightings.h"
#include "dns/upstream.h"
#include "event/event.h"
#include "policy/decide.h"
#include "policy/policy.h"
#include "policy/resolved.h"
#include "policy/standing.h"

namespace haetae::dns {

enum class Transport : std::uint8_t {
  Udp,
  Tcp,
  Tls,
  Https,
  Inside,  // the web proxy asks, for its client; `connection` is its own number
};

// Where a query came from and how its answer finds back, filled by the front; then what trusted
// peers say of who asks, filled by the service. Kept while the query waits for the upstream.
struct Client {
  Peer peer;        // the other end: answers go there
  IpAddress local;  // the address asked: answers leave from it (IP_PKTINFO)
  std::uint32_t interface_index = 0;
  std::uint32_t socket = 0;      // the front's own number for the socket
  std::uint64_t connection = 0;  // the front's own number for a stream; 0 for UDP
  Transport transport = Transport::Udp;

  // Who asks, if a trusted peer hands the query on and tells: by a PROXY header or an EDNS option.
  std::optional<Peer> spoken_for;
  // A trusted peer hands it on, and the address is still its own: it says where, and not who.
  bool is_forwarded = false;
  Claims claims;

  // Who asks, as far as addresses tell: limits, allow_from and events are about it.
  const Peer& source() const noexcept { return spoken_for ? *spoken_for : peer; }
};

// What the front is to do with a query.
struct Effect {
  enum class Kind : std::uint8_t {
    Reply,    // send the first `size` octets of the buffer
    Pending,  // the reply comes later through ReplySink
    Drop,     // send nothing (counted)
  };
  Kind kind = Kind::Drop;
  std::size_t size = 0;
};

// A query of a batch, and what became of it.
struct Arrival {
  Bytes query;
  Client client;
  MutableBytes out;
  Effect effect;
};

// Takes replies to queries that had to wait. Inside send() only forget_connection() may be called.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  virtual void send(const Client& client, Bytes reply) noexcept = 0;
};

// Settings that shape the service; frozen between reloads.
struct Settings {
  config::BlockAnswer block_answer;
  config::SiteKind site_kind = config::SiteKind::Home;  // picks the EDE code (RFC 8914)
  std::vector<Cidr> allow_from;
  std::vector<config::TrustedPeer> trusted_peers;
  std::uint64_t cache_bytes = 32ULL << 20;
  // Where the house's own name leads (config::kOwnName): to the pages that tell children why.
  struct OwnPages {
    std::optional<IpAddress> v4, v6;
    bool as_asked = false;  // they answer on every address: that which the question came to
  };
  OwnPages own_pages;
};

// The DNS service of one worker: bytes in, Effects out. Owns the answer cache and the waiting
// queries; opens no socket and reads no clock.
class Service {
 public:
  struct Parts {
    const Snapshot<policy::Policy>& policy;
    const Snapshot<policy::Standing>& standing;
    const Snapshot<Settings>& settings;
    Upstream& upstream;
    ReplySink& replies;
    Ring<event::Event>& events;
    Counters& counters;
    const Lan* lan = nullptr;              // null: nothing is known of the network but addresses
    policy::Resolved* resolved = nullptr;  // null: nobody looks at flows
  };
  explicit Service(const Parts& parts);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Once per batch, before its queries: takes up a new policy, standing or settings. on_answer()
  // and on_tick() do so by themselves.
  void begin_batch() noexcept;

  // Whether queries of this address are answered at all: a front need not take a stream of a
  // stranger.
  bool may_ask(const IpAddress& address) const noexcept;

  // Whether this peer is a balancer that puts a PROXY header in front of each datagram and at the
  // start of each stream.
  bool sends_proxy_header(const IpAddress& peer) const noexcept;
  // What is left of a datagram, or of a stream's first octets, without the PROXY header; the header
  // goes into client.spoken_for. Other peers' octets are theirs as they stand. Nothing: the header
  // is missing or broken; drop the datagram, close the stream (counted): who asks is not guessed.
  std::optional<Bytes> take_proxy_header(Bytes octets, Client& client) noexcept;

  // One query. out: room for the reply: limits::kDnsReplyBytesMax for streams; over UDP no reply is
  // longer than wire::kUdpBytesOffered. Hot path: no allocation once warm. Pending may mean that
  // the reply went to the ReplySink already: an upstream may answer inside resolve().
  Effect on_query(Bytes query, const Client& client, const Now& now, MutableBytes out) noexcept;

  // on_query() for each, in this order: the effects are filled in. While one is answered, the
  // memory that the next ones will ask for is on its way.
  void on_queries(std::span<Arrival> arrivals, const Now& now) noexcept;

  // The upstream's answer to a question asked with this token. Everyone who waits is decided on
  // anew, then answered. An unknown token (an answer after its time) does nothing.
  void on_answer(std::uint64_t token, const UpstreamAnswer& answer, const Now& now) noexcept;

  // Call at least every 50 ms while anything waits, and every 5 ms while anything is held: stale
  // answers after 1.8 s, SERVFAIL before 4 s.
  void on_tick(const Now& now) noexcept;

  // The network has said something about its neighbours: queries held for that go on.
  void on_neighbours(const Now& now) noexcept;

  // Queries that wait for the upstream, or are held: for draining.
  std::size_t waiting() const noexcept;
  std::size_t held() const noexcept;
  // A stream was closed: forget its waiting queries.
  void forget_connection(std::uint64_t connection) noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace haetae::dns
