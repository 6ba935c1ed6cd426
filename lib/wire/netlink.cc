#include "wire/netlink.h"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "wire/reader.h"

namespace haetae::wire {
namespace {

// A structure of the kernel's, copied out: the datagram need not be aligned.
template <typename T>
T native(WireReader& in) noexcept {
  T value{};
  const Bytes octets = in.take(sizeof value);
  if (octets.size() == sizeof value) std::memcpy(&value, octets.data(), sizeof value);
  return value;
}

constexpr std::size_t padded(std::size_t size) noexcept {
  return (size + 3) & ~std::size_t{3};  // NLMSG_ALIGN, RTA_ALIGN
}

// visit(type, value) for every attribute; false if they are not well formed.
template <typename Visit>
bool for_each_attribute(WireReader& in, Visit visit) noexcept {
  while (in.ok() && in.left() >= sizeof(rtattr)) {
    const auto header = native<rtattr>(in);
    if (header.rta_len < sizeof header) return false;
    const std::size_t size = header.rta_len - sizeof header;
    const Bytes value = in.take(size);
    if (!in.ok()) return false;
    in.skip(std::min(padded(size) - size, in.left()));  // the last one may lack its padding
    constexpr unsigned kTypeMask = ~unsigned{NLA_F_NESTED | NLA_F_NET_BYTEORDER};
    visit(header.rta_type & kTypeMask, value);
  }
  return in.ok();
}

std::optional<IpAddress> address_of(int family, Bytes octets) noexcept {
  if (family == AF_INET && octets.size() == 4) return IpAddress::v4(octets.first<4>());
  if (family == AF_INET6 && octets.size() == 16) return IpAddress::v6(octets.first<16>());
  return std::nullopt;
}

bool is_internet(int family) noexcept {
  return family == AF_INET || family == AF_INET6;
}

enum class Read : std::uint8_t { Taken, Skipped, Malformed };

Read read_neighbour(WireReader in, bool is_gone, NetlinkMessage& out) noexcept {
  const auto header = native<ndmsg>(in);
  if (!in.ok()) return Read::Malformed;
  const bool is_special = (header.ndm_flags & NTF_PROXY) != 0 ||
                          (header.ndm_state & NUD_NOARP) != 0 || header.ndm_type != RTN_UNICAST;
  if (!is_internet(header.ndm_family) || header.ndm_ifindex <= 0 || is_special) {
    return Read::Skipped;
  }
  NeighbourMessage message{.interface = static_cast<std::uint32_t>(header.ndm_ifindex)};
  std::optional<IpAddress> address;
  Bytes hardware;
  const bool ok = for_each_attribute(in, [&](unsigned type, Bytes value) {
    if (type == NDA_DST) address = address_of(header.ndm_family, value);
    if (type == NDA_LLADDR) hardware = value;
  });
  if (!ok || !address) return Read::Malformed;
  message.address = *address;
  message.has_failed = !is_gone && (header.ndm_state & NUD_FAILED) != 0;
  constexpr int kKnown = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;
  if (!is_gone && (header.ndm_state & kKnown) != 0) {
    MacAddress mac;
    if (hardware.size() != mac.octets.size()) return Read::Skipped;  // no Ethernet
    std::ranges::copy(hardware, mac.octets.begin());
    message.mac = mac;
  }
  out = message;
  return Read::Taken;
}

Read read_link(WireReader in, bool is_gone, NetlinkMessage& out) noexcept {
  const auto header = native<ifinfomsg>(in);
  if (!in.ok()) return Read::Malformed;
  // Of family AF_BRIDGE: a port enters or leaves a bridge; the interface itself stays.
  if (header.ifi_family != AF_UNSPEC || header.ifi_index <= 0) return Read::Skipped;
  LinkMessage message{.interface = static_cast<std::uint32_t>(header.ifi_index),
                      .is_gone = is_gone};
  message.shows_macs = header.ifi_type == ARPHRD_ETHER &&
                       (header.ifi_flags & (IFF_NOARP | IFF_LOOPBACK | IFF_POINTOPOINT)) == 0;
  const bool ok = for_each_attribute(in, [&message](unsigned type, Bytes value) {
    if (type != IFLA_IFNAME) return;
    const std::string_view text = as_text(value);
    message.name = text.substr(0, text.find('\0'));
  });
  if (!ok || (message.name.empty() && !is_gone) || message.name.size() >= IFNAMSIZ) {
    return Read::Malformed;
  }
  out = message;
  return Read::Taken;
}

Read read_address(WireReader in, bool is_gone, NetlinkMessage& out) noexcept {
  const auto header = native<ifaddrmsg>(in);
  if (!in.ok()) return Read::Malformed;
  if (!is_internet(header.ifa_family) || header.ifa_index == 0) return Read::Skipped;
  // On a tunnel IFA_ADDRESS is the other end; IFA_LOCAL, where it is written, is ours.
  std::optional<IpAddress> address;
  std::optional<IpAddress> local;
  const bool ok = for_each_attribute(in, [&](unsigned type, Bytes value) {
    if (type == IFA_ADDRESS) address = address_of(header.ifa_family, value);
    if (type == IFA_LOCAL) local = address_of(header.ifa_family, value);
  });
  if (!local) local = address;
  const int bits_max = header.ifa_family == AF_INET ? 32 : 128;
  if (!ok || !local || header.ifa_prefixlen > bits_max) return Read::Malformed;
  out = AddressMessage{header.ifa_index, *local, header.ifa_prefixlen, is_gone};
  return Read::Taken;
}

Read read_end(WireReader in, const nlmsghdr& header, NetlinkMessage& out) noexcept {
  const auto error = native<int>(in);  // 0 in an acknowledgement; NLMSG_DONE may lack it
  if (!in.ok() && header.nlmsg_type == NLMSG_ERROR) return Read::Malformed;
  if (error > 0 || error < -4095) return Read::Malformed;
  out = EndMessage{header.nlmsg_seq, -error};
  return Read::Taken;
}

Read read_message(WireReader in, const nlmsghdr& header, NetlinkMessage& out) noexcept {
  switch (header.nlmsg_type) {
    case RTM_NEWNEIGH: return read_neighbour(in, false, out);
    case RTM_DELNEIGH: return read_neighbour(in, true, out);
    case RTM_NEWLINK: return read_link(in, false, out);
    case RTM_DELLINK: return read_link(in, true, out);
    case RTM_NEWADDR: return read_address(in, false, out);
    case RTM_DELADDR: return read_address(in, true, out);
    case NLMSG_DONE:
    case NLMSG_ERROR: return read_end(in, header, out);
    default: return Read::Skipped;
  }
}

// Header and body of a request, one behind the other, then one attribute perhaps.
class RequestWriter {
 public:
  explicit RequestWriter(MutableBytes out) noexcept : out_(out) {}

  template <typename T>
  void put(const T& value) noexcept {
    static_assert(sizeof(T) % 4 == 0);
    std::memcpy(out_.data() + size_, &value, sizeof value);
    size_ += sizeof value;
  }
  void put_attribute(std::uint16_t type, Bytes value) noexcept {
    put(rtattr{static_cast<std::uint16_t>(sizeof(rtattr) + value.size()), type});
    std::ranges::copy(value, out_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += padded(value.size());
  }
  // The length stands first.
  std::size_t finish() noexcept {
    const auto size = static_cast<std::uint32_t>(size_);
    std::memcpy(out_.data(), &size, sizeof size);
    return size_;
  }

 private:
  MutableBytes out_;
  std::size_t size_ = 0;
};

nlmsghdr header_of(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence) noexcept {
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  header.nlmsg_seq = sequence;
  return header;
}

std::size_t write_about_one(const nlmsghdr& header, std::uint32_t interface,
                            const IpAddress& address, std::uint8_t flags,
                            MutableBytes out) noexcept {
  RequestWriter request(out);
  request.put(header);
  ndmsg body{};
  body.ndm_family = address.is_v4() ? AF_INET : AF_INET6;
  body.ndm_ifindex = static_cast<int>(interface);
  body.ndm_flags = flags;
  request.put(body);
  request.put_attribute(NDA_DST, address.wire());
  return request.finish();
}

}  // namespace

bool NetlinkReader::next(NetlinkMessage& out) noexcept {
  while (rest_.size() >= sizeof(nlmsghdr)) {
    WireReader in(rest_);
    const auto header = native<nlmsghdr>(in);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest_.size()) break;
    const WireReader body = in.sub(header.nlmsg_len - sizeof header);
    rest_ = rest_.subspan(std::min(padded(header.nlmsg_len), rest_.size()));
    switch (read_message(body, header, out)) {
      case Read::Taken: return true;
      case Read::Skipped: break;
      case Read::Malformed: ++malformed_; break;
    }
  }
  if (!rest_.empty()) ++malformed_;
  rest_ = {};
  return false;
}

std::size_t write_dump_request(NetlinkTable table, std::uint32_t sequence,
                               MutableBytes out) noexcept {
  RequestWriter request(out);
  switch (table) {
    case NetlinkTable::Links:
      request.put(header_of(RTM_GETLINK, NLM_F_DUMP, sequence));
      request.put(ifinfomsg{});
      break;
    case NetlinkTable::Addresses:
      request.put(header_of(RTM_GETADDR, NLM_F_DUMP, sequence));
      request.put(ifaddrmsg{});
      break;
    case NetlinkTable::Neighbours:
      request.put(header_of(RTM_GETNEIGH, NLM_F_DUMP, sequence));
      request.put(ndmsg{});
      break;
  }
  return request.finish();
}

std::size_t write_get_request(std::uint32_t interface, const IpAddress& address,
                              std::uint32_t sequence, MutableBytes out) noexcept {
  return write_about_one(header_of(RTM_GETNEIGH, 0, sequence), interface, address, 0, out);
}

std::size_t write_probe_request(std::uint32_t interface, const IpAddress& address,
                                std::uint32_t sequence, MutableBytes out) noexcept {
  return write_about_one(header_of(RTM_NEWNEIGH, NLM_F_CREATE, sequence), interface, address,
                         NTF_USE, out);
}

}  // namespace haetae::wire
