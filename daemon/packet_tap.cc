#include "daemon/packet_tap.h"

#include <fmt/format.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "daemon/pcap_handle.h"

namespace haetae::daemon {
namespace {

using Done = std::expected<void, std::string>;

// Why the interface cannot be listened to, and what helps.
std::string activation_error(const std::string& interface, int status, pcap_t* handle) {
  const auto failed = [&interface](std::string_view why) {
    return fmt::format("interface '{}' cannot be tapped: {}", interface, why);
  };
  switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE: return failed("there is none; `ip link` names those there are");
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      return failed("no permission; the program needs CAP_NET_RAW");
    case PCAP_ERROR_IFACE_NOT_UP: return failed("it is down; `ip link set up` starts it");
    default: return failed(std::string_view(pcap_geterr(handle)));
  }
}

// Immediate mode stays off: blocks are handed over full, or after their time.
Done activate(pcap_t* handle, const TapSettings& settings) {
  pcap_set_snaplen(handle, limits::kTapSnapBytes);
  pcap_set_buffer_size(handle, limits::kTapRingBytes);
  pcap_set_timeout(handle, static_cast<int>(settings.hold.count()));
  pcap_set_promisc(handle, settings.promiscuous ? 1 : 0);
  // Every network interface of Linux has it.
  pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
  const int status = pcap_activate(handle);  // above 0: a warning
  if (status < 0) return std::unexpected(activation_error(settings.interface, status, handle));
  return {};
}

struct Program {
  bpf_program code{};
  ~Program() { pcap_freecode(&code); }
};

// Error: what libpcap says.
Done compile(pcap_t* handle, const std::string& filter, Program& program) {
  if (pcap_compile(handle, &program.code, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0) return {};
  return std::unexpected(
      fmt::format("'{}' is not one of pcap-filter(7): {}", filter, pcap_geterr(handle)));
}

Done set_filter(pcap_t* handle, const TapSettings& settings) {
  if (settings.filter.empty()) return {};
  Program program;
  if (const Done done = compile(handle, settings.filter, program); !done) {
    return std::unexpected(fmt::format("the filter {}", done.error()));
  }
  if (pcap_setfilter(handle, &program.code) == 0) return {};
  return std::unexpected(fmt::format("interface '{}' does not take the filter '{}': {}",
                                     settings.interface, settings.filter, pcap_geterr(handle)));
}

Done join_fanout(pcap_t* handle, const TapSettings& settings) {
  if (!settings.fanout_group) return {};
  constexpr std::uint32_t kMode = PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_DEFRAG;
  const std::uint32_t option = *settings.fanout_group | kMode << 16;
  const int fd = pcap_fileno(handle);
  if (setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &option, sizeof option) == 0) return {};
  return std::unexpected(
      fmt::format("interface '{}': its packets cannot be shared among workers: {}",
                  settings.interface, std::generic_category().message(errno)));
}

}  // namespace

std::string packet_filter_fault(const std::string& filter) {
  const PcapHandle ethernet(pcap_open_dead(DLT_EN10MB, limits::kTapSnapBytes));
  Program program;
  const Done done = compile(ethernet.get(), filter, program);
  return done ? "" : done.error();
}

struct PacketTap::Parts {
  PcapHandle handle;
  wire::LinkType link{};
  int descriptor = -1;
  Counters counters;
  std::array<std::uint32_t, 2> drops_seen{};  // libpcap's counts, which wrap
  std::string interface;
  std::string error;
};

PacketTap::PacketTap(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
PacketTap::~PacketTap() = default;
PacketTap::PacketTap(PacketTap&& other) noexcept = default;
PacketTap& PacketTap::operator=(PacketTap&& other) noexcept = default;

std::expected<PacketTap, std::string> PacketTap::open(const TapSettings& settings) {
  std::array<char, PCAP_ERRBUF_SIZE> why{};
  auto parts = std::make_unique<Parts>();
  parts->interface = settings.interface;
  parts->handle.reset(pcap_create(settings.interface.c_str(), why.data()));
  pcap_t* const handle = parts->handle.get();
  if (handle == nullptr) {
    return std::unexpected(
        fmt::format("interface '{}' cannot be tapped: {}", settings.interface, why.data()));
  }
  for (const auto step : {activate, set_filter, join_fanout}) {
    if (const Done done = step(handle, settings); !done) return std::unexpected(done.error());
  }
  const auto number = static_cast<std::uint32_t>(pcap_datalink(handle));
  const auto link = link_of_number(number);
  if (!link) {
    return std::unexpected(
        fmt::format("interface '{}': {}", settings.interface, unknown_link_text(number)));
  }
  parts->link = *link;
  parts->descriptor = pcap_get_selectable_fd(handle);
  if (parts->descriptor < 0 || pcap_setnonblock(handle, 1, why.data()) != 0) {
    return std::unexpected(
        fmt::format("interface '{}' cannot be waited for: {}", settings.interface, why.data()));
  }
  return PacketTap(std::move(parts));
}

int PacketTap::descriptor() const noexcept {
  return parts_->descriptor;
}

bool PacketTap::next(CapturedPacket& packet) noexcept {
  Parts& parts = *parts_;
  if (!parts.error.empty()) return false;
  pcap_pkthdr* header = nullptr;
  const u_char* octets = nullptr;
  const int status = pcap_next_ex(parts.handle.get(), &header, &octets);
  if (status == 1) {
    packet = packet_of(*header, octets, parts.link);
    count_packet(packet, parts.counters);
    return true;
  }
  if (status < 0) {
    parts.error = fmt::format("interface '{}' can no longer be tapped: {}", parts.interface,
                              pcap_geterr(parts.handle.get()));
  }
  return false;
}

const std::string& PacketTap::error() const noexcept {
  return parts_->error;
}

wire::LinkType PacketTap::link() const noexcept {
  return parts_->link;
}

PacketTap::Counters PacketTap::counters() noexcept {
  pcap_stat told{};
  if (pcap_stats(parts_->handle.get(), &told) == 0) {
    Counters& counters = parts_->counters;
    auto& [ring, interface] = parts_->drops_seen;
    counters.dropped += told.ps_drop - ring;
    counters.dropped_interface += told.ps_ifdrop - interface;
    ring = told.ps_drop;
    interface = told.ps_ifdrop;
  }
  return parts_->counters;
}

}  // namespace haetae::daemon
