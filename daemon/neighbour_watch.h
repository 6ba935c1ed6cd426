#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/counter.h"
#include "base/time.h"
#include "daemon/netlink_socket.h"
#include "lan/links.h"
#include "lan/neighbours.h"
#include "wire/netlink.h"

namespace haetae::daemon {

// Follows what the kernel knows of links, addresses and neighbours, and makes it ask for a
// neighbour that somebody waits for. One thread.
class NeighbourWatch {
 public:
  struct Parts {
    lan::LinkBook& links;
    lan::Neighbours& neighbours;
    std::function<void()> on_links;  // links or addresses are others now
    std::function<void()> on_found;  // somebody who was looked for is known
  };
  struct Counters {
    Counter malformed;       // messages of the kernel that we cannot read
    Counter probes;          // neighbours asked for
    Counter probes_refused;  // not asked for: too many at once
    Counter probes_failed;   // nobody answered in time
    Counter told_anew;       // all was asked for again, after news was lost
  };

  explicit NeighbourWatch(Parts parts);
  ~NeighbourWatch();

  // Learns all there is, before anybody asks. Error: why nothing can be learnt, ever.
  std::expected<void, std::string> open();
  // Goes on listening on this loop.
  void listen(boost::asio::io_context& io);
  void look_for(std::uint32_t interface, const IpAddress& address, const Now& now);
  // Every 50 ms while is_looking(), every second at least: who did not answer is given up.
  void on_tick(const Now& now);
  bool is_looking() const noexcept { return !probes_.empty(); }

  const Counters& counters() const noexcept { return counters_; }
  const NetlinkSocket::Counters* netlink_counters() const noexcept;

 private:
  struct Listening;

  void wait();
  void take_news();
  void read(Bytes datagram);
  void ask_all();
  void ask(wire::NetlinkTable table);
  void on_end(const wire::EndMessage& end);
  void on_neighbour(const wire::NeighbourMessage& message);
  void on_link(const wire::LinkMessage& message);
  void on_address(const wire::AddressMessage& message);
  void probe(std::uint32_t interface, const IpAddress& address);
  void probe_by_datagram(std::uint32_t interface, const IpAddress& address);

  Parts parts_;
  std::optional<NetlinkSocket> socket_;
  std::unique_ptr<Listening> listening_;
  Counters counters_;
  std::uint32_t sequence_ = 0;                 // of the dump that is under way
  std::optional<wire::NetlinkTable> telling_;  // which one
  Monotonic tell_until_;
  bool wants_all_ = false;  // all is to be asked for, once that has ended
  bool links_changed_ = false;
  bool found_ = false;
  bool may_probe_by_netlink_ = true;
  Descriptor datagrams_v4_;
  Descriptor datagrams_v6_;
  // Who is looked for, and until when.
  std::map<std::pair<std::uint32_t, IpAddress>, Monotonic> probes_;
  int probes_left_ = 0;  // in this second
  Monotonic probes_counted_from_;
};

}  // namespace haetae::daemon
