#include "daemon/conntrack_marks.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "daemon/gate_limits.h"
#include "daemon/netfilter_socket.h"

namespace haetae::daemon {
namespace {

using inspect::FlowKey;

// A connection's five-tuple and mark, of IPv6.
constexpr std::size_t kOneChangeBytesMax = 256;
// Each answer repeats the request behind its own header.
constexpr std::size_t kAnswersBytesMax = 64 * 1024;
constexpr int kAnswersBufferBytes = 1024 * 1024;

struct Freed {
  void operator()(nf_conntrack* connection) const noexcept { nfct_destroy(connection); }
};
using Connection = std::unique_ptr<nf_conntrack, Freed>;

void set_v4(nf_conntrack* connection, const IpAddress& source, const IpAddress& destination) {
  std::uint32_t octets = 0;
  nfct_set_attr_u8(connection, ATTR_L3PROTO, AF_INET);
  std::memcpy(&octets, source.wire().data(), sizeof octets);
  nfct_set_attr_u32(connection, ATTR_IPV4_SRC, octets);
  std::memcpy(&octets, destination.wire().data(), sizeof octets);
  nfct_set_attr_u32(connection, ATTR_IPV4_DST, octets);
}

void set_v6(nf_conntrack* connection, const IpAddress& source, const IpAddress& destination) {
  nfct_set_attr_u8(connection, ATTR_L3PROTO, AF_INET6);
  nfct_set_attr(connection, ATTR_IPV6_SRC, source.octets().data());
  nfct_set_attr(connection, ATTR_IPV6_DST, destination.octets().data());
}

}  // namespace

struct ConntrackMarks::Parts {
  Parts(Descriptor own, const policy::MarkBits& our_bits)
      : socket(std::move(own)), bits(our_bits) {}

  nf_conntrack* describe(const inspect::JudgedFlows::Change& change) noexcept;

  Descriptor socket;
  policy::MarkBits bits;
  Counters counters;
  Connection v4{nfct_new()};
  Connection v6{nfct_new()};
  std::size_t bytes = 0;
  alignas(NLMSG_ALIGNTO) std::array<char, limits::kMarkChangeBytesMax> changes{};
  alignas(NLMSG_ALIGNTO) std::array<char, kAnswersBytesMax> answers{};
};

std::expected<ConntrackMarks, std::string> ConntrackMarks::open(const policy::MarkBits& bits) {
  const auto failed = [](int error) {
    return std::unexpected(fmt::format("marks of live connections cannot be changed: {}",
                                       std::generic_category().message(error)));
  };
  auto socket = open_netfilter_socket();
  if (!socket) return failed(socket.error());
  ask_for_receive_buffer(socket->get(), kAnswersBufferBytes);
  auto parts = std::make_unique<Parts>(std::move(*socket), bits);
  if (!parts->v4 || !parts->v6) return failed(ENOMEM);
  return ConntrackMarks(std::move(parts));
}

ConntrackMarks::ConntrackMarks(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ConntrackMarks::~ConntrackMarks() = default;
ConntrackMarks::ConntrackMarks(ConntrackMarks&& other) noexcept = default;
ConntrackMarks& ConntrackMarks::operator=(ConntrackMarks&& other) noexcept = default;

// By its original direction, as the client sent it; the kernel finds it by the other one as well.
nf_conntrack* ConntrackMarks::Parts::describe(const inspect::JudgedFlows::Change& change) noexcept {
  const FlowKey& key = change.key;
  const IpAddress& client = change.client_is_low ? key.low : key.high;
  const IpAddress& server = change.client_is_low ? key.high : key.low;
  const bool is_v4 = client.is_v4();
  nf_conntrack* const connection = is_v4 ? v4.get() : v6.get();
  is_v4 ? set_v4(connection, client, server) : set_v6(connection, client, server);
  nfct_set_attr_u8(connection, ATTR_L4PROTO, key.protocol);
  const std::uint16_t client_port = change.client_is_low ? key.low_port : key.high_port;
  const std::uint16_t server_port = change.client_is_low ? key.high_port : key.low_port;
  nfct_set_attr_u16(connection, ATTR_PORT_SRC, htons(client_port));
  nfct_set_attr_u16(connection, ATTR_PORT_DST, htons(server_port));
  nfct_set_attr_u32(connection, ATTR_MARK, bits.of(change.mark));
  return connection;
}

void ConntrackMarks::change(const inspect::JudgedFlows::Change& change) noexcept {
  Parts& parts = *parts_;
  if (parts.bytes + kOneChangeBytesMax > parts.changes.size()) flush();
  nf_conntrack* const connection = parts.describe(change);
  // The kernel answers only where something is wrong.
  nlmsghdr* const message = mnl_nlmsg_put_header(parts.changes.data() + parts.bytes);
  message->nlmsg_type = (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_NEW;
  message->nlmsg_flags = NLM_F_REQUEST;
  auto* const family =
      static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(nfgenmsg)));
  family->nfgen_family = nfct_get_attr_u8(connection, ATTR_L3PROTO);
  family->version = NFNETLINK_V0;
  if (nfct_nlmsg_build(message, connection) < 0) {
    parts.counters.failed.add();
    return;
  }
  mnl_attr_put_u32(message, CTA_MARK_MASK, htonl(parts.bits.mask()));
  parts.bytes += NLMSG_ALIGN(message->nlmsg_len);
  parts.counters.sent.add();
}

void ConntrackMarks::flush() noexcept {
  Parts& parts = *parts_;
  if (parts.bytes == 0) return;
  if (send(parts.socket.get(), parts.changes.data(), parts.bytes, MSG_DONTWAIT) < 0) {
    parts.counters.failed.add();
  }
  parts.bytes = 0;
  hear();
}

void ConntrackMarks::hear() noexcept {
  Parts& parts = *parts_;
  for (;;) {
    const ssize_t size =
        recv(parts.socket.get(), parts.answers.data(), parts.answers.size(), MSG_DONTWAIT);
    if (size <= 0) return;
    int left = static_cast<int>(size);
    const auto* message = reinterpret_cast<const nlmsghdr*>(parts.answers.data());
    for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
      if (message->nlmsg_type != NLMSG_ERROR) continue;
      const int error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message))->error;
      if (error == 0) continue;
      (error == -ENOENT ? parts.counters.gone : parts.counters.failed).add();
    }
  }
}

const ConntrackMarks::Counters& ConntrackMarks::counters() const noexcept {
  return parts_->counters;
}

}  // namespace haetae::daemon
