#include "daemon/lan_metrics.h"

#include <array>

#include "daemon/counter_rows.h"

namespace haetae::daemon {
namespace {

using admin::Exposition;
using enum Exposition::Type;

template <typename Counters>
struct Row {
  std::string_view name;
  haetae::Counter Counters::* counter;
  std::string_view sentence;
};

template <typename Counters, typename Rows>
void write(Exposition& out, const Counters& counters, const Rows& rows) {
  const std::array one{&counters};
  write_counters(out, "haetae_lan", one, rows, [](const Counters& c) -> auto& { return c; });
}

constexpr Row<lan::NeighbourCounters> kNeighbours[] = {
    {"learned", &lan::NeighbourCounters::learned,
     "Addresses that were new, or that another device took."},
    {"taken_over", &lan::NeighbourCounters::taken_over,
     "Of those, addresses whose first holder is still remembered."},
    {"forgotten_addresses", &lan::NeighbourCounters::forgotten_rows,
     "Addresses forgotten to make room for others."},
    {"forgotten_devices", &lan::NeighbourCounters::forgotten_macs,
     "Devices forgotten to make room for others."},
    {"refused", &lan::NeighbourCounters::refused,
     "Addresses for which there was no room, not even by forgetting."},
};

constexpr Row<NeighbourWatch::Counters> kWatch[] = {
    {"probes", &NeighbourWatch::Counters::probes, "Neighbours that the kernel was asked to find."},
    {"probes_refused", &NeighbourWatch::Counters::probes_refused,
     "Neighbours not asked for: too many at once."},
    {"probes_failed", &NeighbourWatch::Counters::probes_failed,
     "Neighbours that did not answer in time."},
    {"told_anew", &NeighbourWatch::Counters::told_anew,
     "How often all neighbours were asked for again, since news was lost."},
    {"malformed", &NeighbourWatch::Counters::malformed,
     "Messages of the kernel that could not be read."},
};

constexpr Row<NetlinkSocket::Counters> kNetlink[] = {
    {"netlink_received", &NetlinkSocket::Counters::received, "Datagrams of the kernel."},
    {"netlink_forged", &NetlinkSocket::Counters::forged,
     "Datagrams that did not come from the kernel, thrown away."},
    {"netlink_overruns", &NetlinkSocket::Counters::overruns,
     "How often news of the kernel was lost: more came than the socket holds."},
    {"netlink_send_failed", &NetlinkSocket::Counters::send_failed,
     "Questions to the kernel that could not be sent."},
};

constexpr Row<SeenKeeper::Counters> kKeeper[] = {
    {"saves", &SeenKeeper::Counters::saves, "How often the devices seen were written down."},
    {"save_failures", &SeenKeeper::Counters::save_failures, "Of those, what could not be written."},
    {"leases_read", &SeenKeeper::Counters::leases_read, "DHCP leases files read after a change."},
    {"leases_bad_lines", &SeenKeeper::Counters::leases_bad_lines,
     "Lines of leases files that could not be read."},
};

}  // namespace

void write_lan(Exposition& out, const LanWatch& lan) {
  out.one("haetae_lan_devices", Gauge, "Devices of the network that are remembered.",
          static_cast<double>(lan.devices()));
  out.one("haetae_lan_addresses", Gauge, "Addresses of those devices.",
          static_cast<double>(lan.addresses()));
  write(out, lan.neighbour_counters(), kNeighbours);
  write(out, lan.watch_counters(), kWatch);
  write(out, lan.keeper_counters(), kKeeper);
  const NetlinkSocket::Counters* const netlink = lan.netlink_counters();
  out.one("haetae_lan_netlink", Gauge, "1: the kernel tells of neighbours; 0: it does not.",
          netlink != nullptr ? 1 : 0);
  if (netlink != nullptr) write(out, *netlink, kNetlink);
}

}  // namespace haetae::daemon
