#include "daemon/connection_table.h"

#include <fmt/core.h>

#include <fstream>

namespace haetae::daemon {
namespace {

// Full is told from 99 in 100 on, and room again below 90.
constexpr std::uint64_t kFullPercent = 99;
constexpr std::uint64_t kRoomPercent = 90;

std::optional<std::uint64_t> read_number(const char* file) {
  std::uint64_t number = 0;
  if (std::ifstream(file) >> number) return number;
  return std::nullopt;
}

}  // namespace

std::optional<ConnectionTable> read_connection_table() {
  const auto now = read_number("/proc/sys/net/netfilter/nf_conntrack_count");
  const auto most = read_number("/proc/sys/net/netfilter/nf_conntrack_max");
  if (!now || !most || *most == 0) return std::nullopt;
  return ConnectionTable{*now, *most};
}

void ConnectionTableNotices::look() {
  const auto table = read_connection_table();
  if (!table) return;
  const std::uint64_t percent = table->now * 100 / table->most;
  if (fault_.empty() && percent >= kFullPercent) {
    fault_ = fmt::format(
        "the kernel's table of connections is full ({} of {}): it drops new connections of all "
        "devices; `conntrack -L` shows who opens so many, and a larger "
        "net.netfilter.nf_conntrack_max gives room",
        table->now, table->most);
    fmt::print(stderr, "haetae: {}\n", fault_);
  } else if (!fault_.empty() && percent < kRoomPercent) {
    fault_.clear();
    fmt::print(stderr, "haetae: the kernel's table of connections has room again ({} of {})\n",
               table->now, table->most);
  }
}

}  // namespace haetae::daemon
