#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <list>
#include <optional>
#include <vector>

#include "daemon/proxy_lookup.h"
#include "daemon/proxy_servers.h"
#include "daemon/proxy_sockets.h"
#include "proxy/connection.h"

namespace haetae::daemon {

class ProxySession;

// What all sessions of a front share.
struct ProxyShared {
  int epoll;
  proxy::Connection::Parts parts;
  ProxyLookup& lookup;
  ProxyServers& servers;
  std::vector<Pipe>& pipes;           // open ones that nobody uses
  std::vector<ProxySession*>& queue;  // those to be pumped in this turn, each once
  std::vector<config::Endpoint> own;  // where we listen: no request leads there
};

// One client's connection: its sockets, its pipes, and the proxy::Connection that says what they
// are for. Descriptors are in the epoll set with edges: what is ready is remembered here.
class ProxySession {
 public:
  // Which socket of it an event of epoll speaks of.
  enum class Side : std::uint8_t { Client, Server };

  ProxySession(ProxyShared& shared, proxy::Entry entry, Accepted accepted, const Now& now);
  ~ProxySession();
  ProxySession(const ProxySession&) = delete;
  ProxySession& operator=(const ProxySession&) = delete;

  // False: its socket could not be watched.
  bool watch();
  void on_event(Side side, std::uint32_t events);
  // Moves what can be moved. False: it ended. wants_more(): others first, then this one again.
  bool pump(const Now& now);
  bool wants_more() const noexcept { return wants_more_; }
  // Once a second. False: it ended.
  bool tick(const Now& now);
  void drain() noexcept { connection_.drain(); }

  const IpAddress& client() const noexcept { return connection_.ends().client.address; }
  // Has itself pumped in this turn.
  void queue();
  bool is_queued = false;
  std::list<ProxySession>::iterator place;

 private:
  struct Half {
    Descriptor socket = Descriptor();
    bool can_read = false;
    bool can_write = false;
    bool has_hung_up = false;  // its end is among what can be read
    bool is_bulk = false;      // it sends more than is read at once
    bool must_read = false;    // what came cannot be spliced: its end, or an error
    bool is_shut = false;      // by us
  };
  // Octets between two sockets that nobody reads.
  struct Transit {
    std::optional<Pipe> pipe;
    std::uint64_t bytes = 0;
  };
  enum class Moved : std::uint8_t { Nothing, Some, Broken };

  bool carry_out(proxy::Connection::Wish wish, const Now& now);
  void find_server(const Now& now);
  void on_found(const ProxyLookup::Found& found, const Now& now);
  void try_next(proxy::NoAnswer why, const Now& now);
  void look_whether_connected(const Now& now);
  bool may_lead_to(const Peer& server) const;
  void take_server(Descriptor socket, bool is_reused, const Now& now);
  void drop_server();
  ProxyServers::Key key_of(const proxy::Origin& origin) const;

  Moved write_to(Half& half, bool is_client);
  Moved read_from(Half& half, bool is_client);
  Moved splice_between(Half& from, Half& to, Transit& transit, bool is_to_client);
  bool is_spliced(const Half& from, bool is_to_client) const noexcept;
  Moved fill(Half& from, Transit& transit, bool is_to_client);
  Moved empty(Half& to, Transit& transit, bool is_to_client);
  void give_back_pipe(Transit& transit);
  void shut_what_is_told();

  ProxyShared& shared_;
  proxy::Connection connection_;
  Half client_;
  Half server_;
  Transit to_client_;
  Transit to_server_;
  IpAddress local_;
  std::optional<IpAddress> speaks_as_;  // to servers: the client's own address
  std::optional<Peer> destination_;     // transparent: where the client wanted to go
  std::uint64_t lookup_ = 0;
  bool is_looking_up_ = false;  // inside of the call
  bool is_connecting_ = false;
  bool client_is_gone_ = false;
  bool wants_more_ = false;
  Monotonic connect_until_;
  std::vector<IpAddress> addresses_;  // that are still to be tried, the next one last
  std::uint64_t moved_bytes_ = 0;     // in this turn
};

}  // namespace haetae::daemon
