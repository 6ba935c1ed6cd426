#include "daemon/proxy_servers.h"

#include <cstring>
#include <functional>
#include <string_view>

#include "daemon/proxy_sockets.h"
#include "proxy/limits.h"

namespace haetae::daemon {

std::size_t ProxyServers::Hash::operator()(const Key& key) const noexcept {
  const std::hash<std::string_view> hash;
  const auto of = [&](const IpAddress& address) { return hash(as_text(address.octets())); };
  return of(key.client) * 31 + of(key.server) * 17 + hash(key.origin.host) + key.origin.port;
}

void ProxyServers::put(Key key, Descriptor socket, Monotonic now) {
  if (idle_.size() == limits::kProxyIdleServersMax) close(idle_.begin());
  idle_.push_back({std::move(socket), now + limits::kProxyIdleServer, {}});
  const auto last = std::prev(idle_.end());
  last->place = by_key_.emplace(std::move(key), last);
}

Descriptor ProxyServers::take(const Key& key) {
  for (auto found = by_key_.find(key); found != by_key_.end(); found = by_key_.find(key)) {
    const auto one = found->second;
    Descriptor socket = std::move(one->socket);
    close(one);
    if (is_quiet(socket.get())) return socket;
  }
  return Descriptor();
}

void ProxyServers::tick(Monotonic now) {
  while (!idle_.empty() && idle_.front().until <= now) close(idle_.begin());
}

void ProxyServers::clear() {
  while (!idle_.empty()) close(idle_.begin());
}

void ProxyServers::close(std::list<Idle>::iterator one) {
  by_key_.erase(one->place);
  idle_.erase(one);
}

}  // namespace haetae::daemon
