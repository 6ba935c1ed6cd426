#pragma once

#include <memory>
#include <optional>

#include "base/prefix_map.h"
#include "base/ring.h"
#include "base/snapshot.h"
#include "base/time.h"
#include "event/event.h"
#include "inspect/counters.h"
#include "inspect/flow_table.h"
#include "inspect/seen.h"
#include "inspect/sighting_source.h"
#include "policy/policy.h"
#include "policy/resolved.h"
#include "policy/standing.h"
#include "wire/packet.h"

namespace haetae::inspect {

// What shapes an Inspector; fixed from its start.
struct Settings {
  // The frames come from the devices' own link: a frame's MAC is its sender's. Behind a router they
  // all have the router's, which tells nothing.
  bool macs_are_devices = false;
  // Nothing passes unseen, as inline: what was missed was meant to be missed. On a mirror port or
  // in a capture it was lost.
  bool sees_all = false;
  // What is blocked ends. In a capture it went on: then each further request of a connection is
  // judged as well.
  bool ends_blocked = true;
  // Inline: what a client said counts once its server acknowledged it. Until then, what is allowed
  // is still looked at, and who says something else in its place is blocked: packets that are meant
  // for us alone (they expire on their way, or carry what makes servers throw them away) tell us
  // nothing. Costs a flow's first acknowledgement, and room for its octets until then. Where data
  // came with a SYN, which servers may take or not, that is always done.
  bool waits_for_receipt = false;
  // Inline: UDP to port 443 that is no QUIC which we can read is blocked for everybody.
  bool refuses_unknown_quic = false;
  // Inline: of the internet, only addresses that a DNS answer named for the device are within
  // reach, and these.
  bool refuses_unresolved = false;
  PrefixMap<bool> unresolved_except;
  // Judge everything as this one, whoever sent it.
  std::optional<policy::Identity> everybody;
  FlowCaps flows;
};

// The flows that pass one worker: packets in, Effects and Events out. Follows each flow until its
// first octets say where it goes, makes Requests of that, and asks decide(). What is read is told
// by its octets, not by its port: TLS, QUIC, HTTP/1 with all requests of a connection, DNS over UDP
// and TCP. A name is never missing before the hello's end was read. Opens no socket, reads no
// clock.
//
// A request that can be read in several ways is judged by the strictest of them. A client that says
// two things at one place is blocked. What cannot be read, or hides its name, is named by what DNS
// answers said of its address; else its address and the profile's rule for what cannot be decided
// count, the stricter one. Where neither a name nor an address of the internet stands, nothing is
// judged.
class Inspector {
 public:
  struct Parts {
    const Snapshot<policy::Policy>& policy;
    const Snapshot<policy::Standing>& standing;
    policy::Resolved& resolved;
    Ring<event::Event>* events;  // null: nobody reads them
    Counters& counters;
    // Who sent a packet; null: its address tells, and its MAC as Settings say.
    SightingSource* sightings = nullptr;
  };
  Inspector(const Parts& parts, const Settings& settings);
  ~Inspector();
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  // Once per batch, before its packets: takes up a new policy or standing.
  void begin_batch() noexcept;

  // One packet, as it came by. Exactly one Event for each Request (as far as the profile keeps it),
  // and one Seen. Hot path: no allocation.
  Observation on_packet(const wire::Packet& packet, const Now& now) noexcept;

  std::size_t flow_count() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace haetae::inspect
