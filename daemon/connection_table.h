#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace haetae::daemon {

// The kernel's table of the connections that pass this network namespace (conntrack). Where it is
// full of connections that go on, the kernel drops whatever is new, of every device.
struct ConnectionTable {
  std::uint64_t now = 0;
  std::uint64_t most = 0;  // net.netfilter.nf_conntrack_max
};
// Nothing: this kernel keeps none.
std::optional<ConnectionTable> read_connection_table();

// Tells on standard error, once a change, that the table is full or has room again.
class ConnectionTableNotices {
 public:
  // At every beat of the supervisor.
  void look();
  // For a person; empty: it has room.
  const std::string& fault() const noexcept { return fault_; }

 private:
  std::string fault_;
};

}  // namespace haetae::daemon
