#pragma once

#include <list>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "daemon/sockets.h"
#include "proxy/connection.h"

namespace haetae::daemon {

// Connections to servers that wait for the next request. Each waits for the same client address,
// server and host: what one child's requests made of it is no other child's.
class ProxyServers {
 public:
  struct Key {
    IpAddress client;
    IpAddress server;  // :: where the host stands for it
    proxy::Origin origin;
    friend bool operator==(const Key&, const Key&) = default;
  };

  void put(Key key, Descriptor socket, Monotonic now);
  // An invalid descriptor: there is none that is still open.
  Descriptor take(const Key& key);
  // Closes those that waited for too long.
  void tick(Monotonic now);
  void clear();

 private:
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Idle {
    Descriptor socket;
    Monotonic until;
    std::unordered_multimap<Key, std::list<Idle>::iterator, Hash>::iterator place;
  };
  void close(std::list<Idle>::iterator one);

  std::list<Idle> idle_;  // the oldest first
  std::unordered_multimap<Key, std::list<Idle>::iterator, Hash> by_key_;
};

}  // namespace haetae::daemon
