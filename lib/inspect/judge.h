#pragma once

#include "base/ring.h"
#include "base/snapshot.h"
#include "event/event.h"
#include "inspect/counters.h"
#include "inspect/inspector.h"
#include "inspect/seen.h"
#include "policy/decide.h"
#include "policy/page.h"
#include "policy/resolved.h"
#include "wire/host.h"
#include "wire/packet.h"

namespace haetae::inspect {

// Makes Requests of what was read, and asks decide(). One request may have several readings: each
// is considered, and the strictest counts.
class Judge {
 public:
  Judge(const Inspector::Parts& parts, const Settings& settings);

  void refresh();

  // Who is at the client's end. from_client: the packet came from there.
  policy::Identity identify(const wire::Packet& packet, bool from_client) const noexcept;
  // The same of a connection that ends at us. trace: what its packets showed.
  policy::Identity identify(const IpAddress& client, const Trace& trace) const noexcept;
  // As whom Resolved knows it.
  policy::Resolved::Whose whose(const policy::Identity& who,
                                const IpAddress& client) const noexcept;

  // Starts a request. Then `seen` is told everything but what it asks for, and one or more readings
  // are considered.
  void begin() noexcept { is_first_ = true; }
  void consider(Seen& seen, const wire::Host& host) noexcept;  // of a kind other than None
  void consider(Seen& seen, const Name& name) noexcept;
  void consider(Seen& seen, const IpAddress& address) noexcept;
  void consider_unread(Seen& seen, Unread why) noexcept;
  // The flow hides its name, or has none. wants_name: its protocol is one that names its host.
  void consider_hidden(Seen& seen, bool wants_name, const Now& now) noexcept;
  // False: a DNS answer named the server's address, or a person allowed it; forget `seen`. Else it
  // is blocked.
  bool consider_unresolved(Seen& seen, const Now& now) noexcept;
  // What no profile lets pass (mode watch does, as it does all), as octets that say two things.
  void block_unread(Seen& seen, Unread why) noexcept;

  // ---- The body of an answer to what was asked and allowed: `seen`, with its path.
  // Whether anything in it could change the verdict: else it need not be read.
  bool page_matters(const Seen& seen) noexcept;
  // The verdict on what was found in it, in place of the one that `seen` has.
  void judge_page(Seen& seen, const policy::PageFacts& page) noexcept;

  const policy::Policy& policy() const noexcept { return *policy_; }

  // Counts the request, and writes its event if the profile keeps it.
  void record(const Seen& seen) noexcept;

 private:
  struct Reading {
    const Name* name = nullptr;
    const IpAddress* address = nullptr;
    Unread unread = Unread::No;
  };
  // For the answer to what was asked: it borrows from both.
  static policy::Request body_request_of(const Seen& seen, list::UrlName& url) noexcept;
  void take_if_stricter(Seen& seen, const Reading& reading,
                        const policy::Verdict& verdict) noexcept;
  void write_event(const Seen& seen) noexcept;

  SnapshotReader<policy::Policy> policy_;
  SnapshotReader<policy::Standing> standing_;
  policy::Scratch scratch_;
  policy::Resolved& resolved_;
  Ring<event::Event>* events_;
  Counters& counters_;
  SightingSource* sightings_;  // null: none
  bool macs_are_devices_;
  std::optional<policy::Identity> everybody_;
  bool is_first_ = true;
};

}  // namespace haetae::inspect
