#include "daemon/opening_log.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "daemon/gate_limits.h"
#include "daemon/netfilter_socket.h"

namespace haetae::daemon {
namespace {

constexpr std::uint16_t message_type(int message) {
  return static_cast<std::uint16_t>((NFNL_SUBSYS_ULOG << 8) | message);
}

// Each packet is told at once, its headers alone, in a message of its own that is no larger than it
// must be.
int bind_group(int descriptor, std::uint16_t group) {
  alignas(NLMSG_ALIGNTO) std::array<char, 256> room{};
  nlmsghdr* const message = mnl_nlmsg_put_header(room.data());
  message->nlmsg_type = message_type(NFULNL_MSG_CONFIG);
  message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  auto* const head = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(nfgenmsg)));
  head->nfgen_family = AF_UNSPEC;
  head->version = NFNETLINK_V0;
  head->res_id = htons(group);
  const nfulnl_msg_config_cmd bind{NFULNL_CFG_CMD_BIND};
  mnl_attr_put(message, NFULA_CFG_CMD, sizeof bind, &bind);
  nfulnl_msg_config_mode mode{};
  mode.copy_mode = NFULNL_COPY_PACKET;
  mode.copy_range = htonl(limits::kOpeningCopyBytes);
  mnl_attr_put(message, NFULA_CFG_MODE, sizeof mode, &mode);
  constexpr std::uint32_t kLeastMessageBytes = 128;
  mnl_attr_put_u32(message, NFULA_CFG_NLBUFSIZ, htonl(kLeastMessageBytes));
  mnl_attr_put_u32(message, NFULA_CFG_QTHRESH, htonl(1));
  mnl_attr_put_u16(message, NFULA_CFG_FLAGS, htons(NFULNL_CFG_F_SEQ));
  return ask_netfilter(descriptor, message);
}

std::string why_not_bound(std::uint16_t group, int error) {
  const std::string why =
      error == EPERM || error == EBUSY
          ? "another program has it, or CAP_NET_ADMIN is missing; write another gate.queue"
          : std::generic_category().message(error);
  return fmt::format("group {} of netfilter's log cannot be read: {}", group, why);
}

}  // namespace

struct OpeningLog::Parts {
  explicit Parts(std::uint16_t number) : group(number) {}

  std::uint16_t group;
  Descriptor socket;  // invalid: the group is not ours
  MessageBatch<limits::kOpeningBatch, limits::kOpeningMessageBytesMax> batch;
  std::array<Bytes, limits::kOpeningBatch> packets;
  std::size_t packet_count = 0;
  std::uint32_t next_number = 0;  // the kernel numbers what it tells, from 0 on
  std::uint32_t lost = 0;

  void read_message(const nlmsghdr* message) noexcept;
};

OpeningLog::OpeningLog(std::uint16_t group) : parts_(std::make_unique<Parts>(group)) {}
OpeningLog::~OpeningLog() = default;
OpeningLog::OpeningLog(OpeningLog&& other) noexcept = default;
OpeningLog& OpeningLog::operator=(OpeningLog&& other) noexcept = default;

std::expected<void, std::string> OpeningLog::take() {
  Parts& parts = *parts_;
  parts.socket = Descriptor();
  parts.next_number = 0;
  auto socket = open_netfilter_socket();
  if (!socket) return std::unexpected(why_not_bound(parts.group, socket.error()));
  bound_unread(socket->get(), limits::kOpeningBufferBytes);
  switch (const int error = bind_group(socket->get(), parts.group)) {
    case 0: parts.socket = std::move(*socket); return {};
    case EINVAL:
    case EOPNOTSUPP:
    case EPROTONOSUPPORT: return {};
    default: return std::unexpected(why_not_bound(parts.group, error));
  }
}

std::span<const Bytes> OpeningLog::receive() noexcept {
  Parts& parts = *parts_;
  parts.packet_count = 0;
  parts.lost = 0;
  const int count = parts.batch.receive(parts.socket.get(), MSG_DONTWAIT);
  for (int i = 0; i < count; ++i) {
    const nlmsghdr* const message = parts.batch.message(i);
    if (mnl_nlmsg_ok(message, parts.batch.size(i))) parts.read_message(message);
  }
  return std::span<const Bytes>(parts.packets).first(parts.packet_count);
}

void OpeningLog::Parts::read_message(const nlmsghdr* message) noexcept {
  if (message->nlmsg_type != message_type(NFULNL_MSG_PACKET)) return;
  const auto* attribute =
      static_cast<const nlattr*>(mnl_nlmsg_get_payload_offset(message, sizeof(nfgenmsg)));
  const auto* const end = static_cast<const char*>(mnl_nlmsg_get_payload_tail(message));
  const auto left = [&] {
    return static_cast<int>(end - reinterpret_cast<const char*>(attribute));
  };
  for (; mnl_attr_ok(attribute, left()); attribute = mnl_attr_next(attribute)) {
    const int type = mnl_attr_get_type(attribute);
    if (type == NFULA_PAYLOAD) {
      packets[packet_count++] = {static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute)),
                                 mnl_attr_get_payload_len(attribute)};
    } else if (type == NFULA_SEQ) {
      const std::uint32_t number = ntohl(mnl_attr_get_u32(attribute));
      lost += number - next_number;
      next_number = number + 1;
    }
  }
}

std::uint32_t OpeningLog::lost() const noexcept {
  return parts_->lost;
}

}  // namespace haetae::daemon
