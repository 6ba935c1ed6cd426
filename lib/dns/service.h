#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/counter.h"
#include "base/ring.h"
#include "base/snapshot.h"
#include "base/time.h"
#include "config/config.h"
#include "dns/sightings.h"
#include "dns/upstream.h"
#include "event/event.h"
#include "policy/decide.h"
#include "policy/policy.h"
#include "policy/standing.h"

namespace haetae::dns {

enum class Transport : std::uint8_t { Udp, Tcp, Tls, Https };

// Where a query came from and how its answer finds back. The front fills it; the service only keeps
// it while the query waits for the upstream.
struct Client {
  Peer peer;
  IpAddress local;  // the address asked: answers leave from it (IP_PKTINFO)
  std::uint32_t interface_index = 0;
  std::uint32_t socket = 0;      // the front's own number for the socket
  std::uint64_t connection = 0;  // the front's own number for a stream; 0 for UDP
  Transport transport = Transport::Udp;
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

// Takes replies to queries that had to wait. Inside send() only forget_connection() may be called.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  virtual void send(const Client& client, Bytes reply) noexcept = 0;
};

// What may be read by /metrics while the worker writes.
struct Counters {
  Counter queries, replies, blocked, rewritten, cache_hits, cache_stale_hits, cache_misses;
  Counter dropped_short, dropped_response, dropped_pending_full, refused_client, refused_question;
  Counter formerr, notimp;
  Counter upstream_queries, upstream_failures, upstream_bogus, upstream_timeouts, servfail;
  Counter truncated, events_lost, coalesced, prefetches;
  // Queries held until the network said who sent them; of those, which it did not say in time; and
  // those for which there was no room to be held.
  Counter identity_held, identity_timeouts, identity_not_held;
};

// Settings that shape the service; frozen between reloads.
struct Settings {
  config::BlockAnswer block_answer;
  config::SiteKind site_kind = config::SiteKind::Home;  // picks the EDE code (RFC 8914)
  std::vector<Cidr> allow_from;
  std::uint64_t cache_bytes = 32ULL << 20;
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
    const Lan* lan = nullptr;  // null: nothing is known of the network but addresses
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

  // One query. out: room for the reply: limits::kDnsReplyBytesMax for streams; over UDP no reply is
  // longer than wire::kUdpBytesOffered. Hot path: no allocation once warm. Pending may mean that
  // the reply went to the ReplySink already: an upstream may answer inside resolve().
  Effect on_query(Bytes query, const Client& client, const Now& now, MutableBytes out) noexcept;

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
