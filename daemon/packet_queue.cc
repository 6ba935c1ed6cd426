#include "daemon/packet_queue.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <net/ethernet.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <vector>

#include "daemon/gate_limits.h"
#include "daemon/netfilter_socket.h"

namespace haetae::daemon {
namespace {

// One verdict with a mark: headers, verdict and mark.
constexpr std::size_t kOneVerdictBytesMax = 64;

std::string why_not_bound(std::uint16_t number, int error) {
  const auto failed = [&](std::string_view why) {
    return fmt::format("queue {} of netfilter cannot be read: {}", number, why);
  };
  if (error == EPERM || error == EBUSY) {
    if (const auto state = read_queue_state(number)) {
      return failed(fmt::format(
          "another program has it (netlink port {}); end that one, or write another gate.queue",
          state->owner));
    }
    return failed("no permission; the program needs CAP_NET_ADMIN");
  }
  if (error == EINVAL || error == EOPNOTSUPP || error == EPROTONOSUPPORT) {
    return failed("this kernel has no NFQUEUE; `modprobe nfnetlink_queue` may help");
  }
  return failed(std::generic_category().message(error));
}

// A queue is asked for with all that it should be, so that no packet comes before.
int bind_queue(int descriptor, const QueueSettings& settings) {
  alignas(NLMSG_ALIGNTO) std::array<char, 256> room{};
  nlmsghdr* const message = nfq_nlmsg_put(room.data(), NFQNL_MSG_CONFIG, settings.number);
  message->nlmsg_flags |= NLM_F_ACK;
  nfq_nlmsg_cfg_put_cmd(message, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
  nfq_nlmsg_cfg_put_params(message, NFQNL_COPY_PACKET, limits::kQueueCopyBytes);
  nfq_nlmsg_cfg_put_qmaxlen(message, limits::kQueuePacketsMax);
  const std::uint32_t flags =
      NFQA_CFG_F_GSO | (settings.fail_open ? std::uint32_t{NFQA_CFG_F_FAIL_OPEN} : 0U);
  mnl_attr_put_u32(message, NFQA_CFG_FLAGS, htonl(flags));
  mnl_attr_put_u32(message, NFQA_CFG_MASK, htonl(NFQA_CFG_F_GSO | NFQA_CFG_F_FAIL_OPEN));
  return ask_netfilter(descriptor, message);
}

void shape_socket(int descriptor) {
  bound_unread(descriptor, limits::kQueueBufferBytes);  // what is lost is counted in /proc
  timeval turn{};
  turn.tv_usec = std::chrono::microseconds(limits::kGateTurn).count();
  (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &turn, sizeof turn);
}

}  // namespace

struct PacketQueue::Parts {
  explicit Parts(const QueueSettings& all) : settings(all) {}

  void read_message(const nlmsghdr* message) noexcept;
  void verdict(int type, std::uint32_t id, int what, const std::uint32_t* mark) noexcept;
  void flush() noexcept;

  QueueSettings settings;
  Descriptor socket;  // invalid: the queue is not ours
  std::optional<std::uint32_t> last_id;
  Counters counters;
  MessageBatch<limits::kQueueBatch, limits::kQueueMessageBytesMax> batch;
  std::size_t packet_count = 0;
  std::array<QueuedPacket, limits::kQueueBatch> packets;
  std::size_t verdict_bytes = 0;
  alignas(NLMSG_ALIGNTO) std::array<char, limits::kVerdictBytesMax> verdicts{};
};

std::expected<void, std::string> PacketQueue::take() {
  Parts& parts = *parts_;
  const std::uint16_t number = parts.settings.number;
  parts.socket = Descriptor();
  parts.last_id.reset();
  parts.verdict_bytes = 0;
  auto socket = open_netfilter_socket();
  if (!socket) return std::unexpected(why_not_bound(number, socket.error()));
  shape_socket(socket->get());
  if (const int error = bind_queue(socket->get(), parts.settings); error != 0) {
    return std::unexpected(why_not_bound(number, error));
  }
  parts.socket = std::move(*socket);
  return {};
}

void PacketQueue::give_up() noexcept {
  parts_->socket = Descriptor();
}

PacketQueue::PacketQueue(const QueueSettings& settings)
    : parts_(std::make_unique<Parts>(settings)) {}
PacketQueue::~PacketQueue() = default;
PacketQueue::PacketQueue(PacketQueue&& other) noexcept = default;
PacketQueue& PacketQueue::operator=(PacketQueue&& other) noexcept = default;

// ---- Packets.

std::span<const QueuedPacket> PacketQueue::receive(bool waits) noexcept {
  Parts& parts = *parts_;
  parts.packet_count = 0;
  const int count = parts.batch.receive(parts.socket.get(), waits ? MSG_WAITFORONE : MSG_DONTWAIT);
  if (count < 0) {
    const bool will_go_on =
        errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM;
    if (!will_go_on) parts.socket = Descriptor();
    return {};
  }
  for (int i = 0; i < count; ++i) {
    int left = parts.batch.size(i);
    const nlmsghdr* message = parts.batch.message(i);
    for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
      parts.read_message(message);
    }
  }
  return std::span<const QueuedPacket>(parts.packets).first(parts.packet_count);
}

void PacketQueue::Parts::read_message(const nlmsghdr* message) noexcept {
  if (message->nlmsg_type == NLMSG_ERROR) {
    counters.verdicts_failed.add();
    return;
  }
  if (message->nlmsg_type != ((NFNL_SUBSYS_QUEUE << 8) | NFQNL_MSG_PACKET)) return;
  std::array<nlattr*, NFQA_MAX + 1> attributes{};
  if (nfq_nlmsg_parse(message, attributes.data()) < 0) return;
  const nlattr* const header = attributes[NFQA_PACKET_HDR];
  if (header == nullptr || packet_count == packets.size()) return;
  QueuedPacket& packet = packets[packet_count++];
  packet = {};
  packet.id =
      ntohl(static_cast<const nfqnl_msg_packet_hdr*>(mnl_attr_get_payload(header))->packet_id);
  // The kernel numbers those that find no room, too.
  if (last_id && packet.id - *last_id > 1) counters.unasked.add(packet.id - *last_id - 1);
  last_id = packet.id;
  if (const nlattr* const mark = attributes[NFQA_MARK]) packet.mark = ntohl(mnl_attr_get_u32(mark));
  if (const nlattr* const payload = attributes[NFQA_PAYLOAD]) {
    packet.octets = {static_cast<const std::uint8_t*>(mnl_attr_get_payload(payload)),
                     mnl_attr_get_payload_len(payload)};
  }
  if (const nlattr* const whole = attributes[NFQA_CAP_LEN]) {
    const std::uint32_t bytes = ntohl(mnl_attr_get_u32(whole));
    if (bytes > packet.octets.size()) {
      packet.missing_bytes = bytes - static_cast<std::uint32_t>(packet.octets.size());
    }
  }
  if (const nlattr* const from = attributes[NFQA_IFINDEX_INDEV]) {
    packet.interface = ntohl(mnl_attr_get_u32(from));
  }
  if (const nlattr* const told = attributes[NFQA_HWADDR]) {
    const auto* const hardware =
        static_cast<const nfqnl_msg_packet_hw*>(mnl_attr_get_payload(told));
    if (ntohs(hardware->hw_addrlen) == ETH_ALEN) {
      std::memcpy(packet.source_mac.emplace().octets.data(), hardware->hw_addr, ETH_ALEN);
    }
  }
  if (const nlattr* const told = attributes[NFQA_SKB_INFO]) {
    const std::uint32_t info = ntohl(mnl_attr_get_u32(told));
    packet.is_unverified =
        (info & NFQA_SKB_CSUM_NOTVERIFIED) != 0 && (info & NFQA_SKB_CSUMNOTREADY) == 0;
  }
}

bool PacketQueue::is_ours() const noexcept {
  return parts_->socket.get() >= 0;
}

// ---- Verdicts.

void PacketQueue::accept(std::uint32_t id) noexcept {
  parts_->verdict(NFQNL_MSG_VERDICT, id, NF_ACCEPT, nullptr);
}
void PacketQueue::accept(std::uint32_t id, std::uint32_t mark) noexcept {
  parts_->verdict(NFQNL_MSG_VERDICT, id, NF_ACCEPT, &mark);
}
void PacketQueue::accept_up_to(std::uint32_t id) noexcept {
  parts_->verdict(NFQNL_MSG_VERDICT_BATCH, id, NF_ACCEPT, nullptr);
}
void PacketQueue::drop(std::uint32_t id) noexcept {
  parts_->verdict(NFQNL_MSG_VERDICT, id, NF_DROP, nullptr);
}
void PacketQueue::flush() noexcept {
  parts_->flush();
}

void PacketQueue::Parts::verdict(int type, std::uint32_t id, int what,
                                 const std::uint32_t* mark) noexcept {
  if (verdict_bytes + kOneVerdictBytesMax > verdicts.size()) flush();
  nlmsghdr* const message = nfq_nlmsg_put(verdicts.data() + verdict_bytes, type, settings.number);
  nfq_nlmsg_verdict_put(message, static_cast<int>(id), what);
  if (mark != nullptr) nfq_nlmsg_verdict_put_mark(message, *mark);
  verdict_bytes += NLMSG_ALIGN(message->nlmsg_len);
}

void PacketQueue::Parts::flush() noexcept {
  if (verdict_bytes == 0) return;
  if (send(socket.get(), verdicts.data(), verdict_bytes, 0) < 0) counters.verdicts_failed.add();
  verdict_bytes = 0;
}

const PacketQueue::Counters& PacketQueue::counters() const noexcept {
  return parts_->counters;
}

std::optional<QueueState> read_queue_state(std::uint16_t number) {
  std::ifstream table("/proc/net/netfilter/nfnetlink_queue");
  for (std::string line; std::getline(table, line);) {
    std::istringstream fields(line);
    std::uint32_t queue = 0;
    int copy_mode = 0;
    std::uint32_t copy_bytes = 0;
    QueueState state;
    fields >> queue >> state.owner >> state.waiting >> copy_mode >> copy_bytes >> state.dropped >>
        state.dropped_unread;
    if (fields && queue == number) return state;
  }
  return std::nullopt;
}

}  // namespace haetae::daemon
