#pragma once

#include <cstdint>

#include "base/time.h"
#include "inspect/judge.h"
#include "policy/page.h"
#include "wire/http_head.h"
#include "wire/tls_hello.h"

namespace haetae::proxy {

// The two ends of a client's connection. server: where a transparent client wanted to go; of an
// explicit one nobody knows the address before the name is judged, and it is :: with the port.
struct Ends {
  Peer client;
  std::uint32_t interface = 0;  // the kernel's index of where the client is; 0: not known
  Peer server;
  bool is_known = false;  // the server's address
  Peer proxy;             // where the client reached us
};

// Judges what comes through the proxy, by the same Judge as packets: each reading of a request
// counts, the strictest one decides, one event is written. What it gives is valid until its next
// call; its target only as long as the octets that were judged.
class RequestJudge {
 public:
  explicit RequestJudge(const inspect::Inspector::Parts& parts) : judge_(parts, {}) {}

  // For what is judged of an answer.
  inspect::Judge& judge() noexcept { return judge_; }

  // Once per batch: takes up a new policy or standing.
  void refresh() { judge_.refresh(); }

  // A request's head. through: the host that a tunnel was opened to, empty for none: what is said
  // inside of it does not free it. is_unclear: there are several readings of it.
  const inspect::Seen& judge_http(const Ends& ends, const wire::HttpRequestHead& head,
                                  std::string_view through, bool is_unclear, const Now& now);

  // The first octets of a tunnel to `through` (empty: the server's address is all that is known).
  // unread: why no whole hello was read.
  const inspect::Seen& judge_tls(const Ends& ends, const wire::TlsHello& hello,
                                 std::string_view through, inspect::Unread unread, const Now& now);
  // They are neither TLS nor HTTP.
  const inspect::Seen& judge_other(const Ends& ends, Bytes stream, std::string_view through,
                                   const Now& now);

  // What the head of the answer to `request`, which was allowed, says of itself.
  const inspect::Seen& judge_labels(const inspect::Seen& request, const policy::PageLabels& labels);

  // Whether a connection to this host (empty: to the server's address) that was allowed would be
  // so now; nothing is recorded.
  bool is_still_allowed(const Ends& ends, std::string_view host, const Now& now);

 private:
  void begin(const Ends& ends, inspect::Protocol protocol, policy::Kind kind, const Now& now);
  void consider_through(std::string_view through, const Ends& ends, const Now& now);

  inspect::Judge judge_;
  inspect::Seen seen_;
};

inline bool is_blocked(const inspect::Seen& seen) noexcept {
  return seen.verdict.action == policy::Action::Block;
}

}  // namespace haetae::proxy
