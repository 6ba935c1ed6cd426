// New flows as fast as they are wanted, for bench/gate_cost.py, which compiles and starts it.
//
//   gate_flows serve tcp|udp ADDRESS PORT
//   gate_flows send tcp|udp ADDRESS PORT FLOWS_PER_SECOND SECONDS FILE...
//   gate_flows accept QUEUE
//
// Each FILE holds what a client says in one segment or datagram. `send` opens flows at that rate,
// says it all, and ends a flow once the server has said something; over UDP it says one octet more
// before that, as a client does whose handshake is done. `serve` answers each flow that has said as
// much as its first 64 octets with one octet. Prints, as JSON, flows that were answered and their
// times. `accept` gives each packet of a queue of netfilter the mark 1, one by one: what any
// program costs that is asked about a packet.
#include <arpa/inet.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kFlowsAtOnceMax = 4096;
constexpr int kBatch = 256;
constexpr std::chrono::seconds kPatience{1};

struct Where {
  bool is_tcp;
  sockaddr_in address;
};

Where where(char** words) {
  Where to{std::string_view(words[0]) == "tcp", {}};
  to.address.sin_family = AF_INET;
  inet_pton(AF_INET, words[1], &to.address.sin_addr);
  to.address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(words[2])));
  return to;
}

int open_socket(const Where& to) {
  return socket(AF_INET, (to.is_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK, 0);
}

void end_with_reset(int fd) {
  const linger now{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(fd);
}

const sockaddr* raw(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

[[noreturn]] void serve_udp(int fd) {
  fcntl(fd, F_SETFL, 0);
  std::array<char, 2048> room;
  for (;;) {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got =
        recvfrom(fd, room.data(), room.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    // A short header of QUIC, as after a handshake.
    const char answer[] = "@23456789012345678901234567890";
    if (got >= 64) sendto(fd, answer, sizeof answer, 0, raw(from), size);
  }
}

[[noreturn]] void serve_tcp(int listener) {
  listen(listener, 4096);
  const int loop = epoll_create1(0);
  epoll_event wanted{.events = EPOLLIN, .data = {.fd = listener}};
  epoll_ctl(loop, EPOLL_CTL_ADD, listener, &wanted);
  std::array<epoll_event, kBatch> ready;
  std::array<char, 65536> room;
  for (;;) {
    const int count = epoll_wait(loop, ready.data(), kBatch, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = ready[i].data.fd;
      if (fd == listener) {
        for (int one; (one = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
          wanted = {.events = EPOLLIN, .data = {.fd = one}};
          epoll_ctl(loop, EPOLL_CTL_ADD, one, &wanted);
        }
        continue;
      }
      const ssize_t got = recv(fd, room.data(), room.size(), 0);
      if (got >= 64) send(fd, "!", 1, MSG_NOSIGNAL);
      if (got == 0 || (got < 0 && errno != EAGAIN)) close(fd);
    }
  }
}

int serve(char** words) {
  const Where here = where(words);
  const int fd = open_socket(here);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, raw(here.address), sizeof here.address) != 0) return 1;
  here.is_tcp ? serve_tcp(fd) : serve_udp(fd);
}

// ---- The floor.

int accept_with_mark(const nlmsghdr* message, void* socket) {
  std::array<nlattr*, NFQA_MAX + 1> attributes{};
  if (nfq_nlmsg_parse(message, attributes.data()) < 0 || attributes[NFQA_PACKET_HDR] == nullptr) {
    return MNL_CB_OK;
  }
  const auto* const header =
      static_cast<const nfqnl_msg_packet_hdr*>(mnl_attr_get_payload(attributes[NFQA_PACKET_HDR]));
  const auto* const queue = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(message));
  alignas(NLMSG_ALIGNTO) char room[128];
  nlmsghdr* const verdict = nfq_nlmsg_put(room, NFQNL_MSG_VERDICT, ntohs(queue->res_id));
  nfq_nlmsg_verdict_put(verdict, static_cast<int>(ntohl(header->packet_id)), NF_ACCEPT);
  nfq_nlmsg_verdict_put_mark(verdict, 1);
  mnl_socket_sendto(static_cast<mnl_socket*>(socket), verdict, verdict->nlmsg_len);
  return MNL_CB_OK;
}

int accept_all(const char* queue) {
  mnl_socket* const socket = mnl_socket_open(NETLINK_NETFILTER);
  if (socket == nullptr || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) return 1;
  static std::array<char, 1 << 17> room;
  nlmsghdr* const message = nfq_nlmsg_put(room.data(), NFQNL_MSG_CONFIG, std::atoi(queue));
  nfq_nlmsg_cfg_put_cmd(message, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
  nfq_nlmsg_cfg_put_params(message, NFQNL_COPY_PACKET, 0xffff);
  nfq_nlmsg_cfg_put_qmaxlen(message, 65536);
  mnl_attr_put_u32(message, NFQA_CFG_FLAGS, htonl(NFQA_CFG_F_GSO));
  mnl_attr_put_u32(message, NFQA_CFG_MASK, htonl(NFQA_CFG_F_GSO));
  if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0) return 1;
  const int bytes = 16 << 20;
  setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
  const unsigned port = mnl_socket_get_portid(socket);
  for (;;) {
    const ssize_t size = mnl_socket_recvfrom(socket, room.data(), room.size());
    if (size < 0 && errno != ENOBUFS) return 1;
    if (size > 0) mnl_cb_run(room.data(), size, 0, port, accept_with_mark, socket);
  }
}

// ---- Clients.

struct Flow {
  Clock::time_point began;
  bool is_open = false;
};

class Sender {
 public:
  Sender(const Where& to, std::vector<std::string> pieces)
      : to_(to), pieces_(std::move(pieces)), flows_(65536), loop_(epoll_create1(0)) {}

  void run(double rate, double for_s) {
    const auto start = Clock::now();
    const auto end =
        start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(for_s));
    std::array<epoll_event, kBatch> ready;
    for (auto now = start; now < end || (open_ > 0 && now < end + kPatience); now = Clock::now()) {
      const double passed_s = std::chrono::duration<double>(now - start).count();
      const double due = std::min(passed_s, for_s) * rate;
      for (int burst = 0; begun_ < due && open_ < kFlowsAtOnceMax && burst < 64; ++burst) begin();
      const int count = epoll_wait(loop_, ready.data(), kBatch, begun_ < due ? 0 : 1);
      for (int i = 0; i < count; ++i) go_on(ready[i].data.fd, ready[i].events);
    }
    took_s_ = std::chrono::duration<double>(Clock::now() - start).count();
  }

  void print() {
    std::ranges::sort(times_us_);
    const auto at = [&](double part) {
      if (times_us_.empty()) return 0.0;
      return times_us_[static_cast<std::size_t>(part * static_cast<double>(times_us_.size() - 1))];
    };
    std::printf(
        "{\"begun\": %ld, \"answered\": %zu, \"failed\": %ld, \"seconds\": %.3f, "
        "\"p50_us\": %.1f, \"p99_us\": %.1f}\n",
        begun_, times_us_.size(), failed_, took_s_, at(0.5), at(0.99));
  }

 private:
  void begin() {
    ++begun_;
    const int fd = open_socket(to_);
    if (fd < 0) {
      ++failed_;
      return;
    }
    if (to_.is_tcp) {
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    flows_[fd] = {Clock::now(), true};
    ++open_;
    const int done = connect(fd, raw(to_.address), sizeof to_.address);
    if (done != 0 && errno != EINPROGRESS) return end(fd, false);
    const std::uint32_t events = to_.is_tcp ? EPOLLOUT : EPOLLIN;
    epoll_event wanted{.events = events, .data = {.fd = fd}};
    epoll_ctl(loop_, EPOLL_CTL_ADD, fd, &wanted);
    if (!to_.is_tcp) say(fd);
  }

  void say(int fd) {
    for (const std::string& piece : pieces_) send(fd, piece.data(), piece.size(), MSG_NOSIGNAL);
  }

  void go_on(int fd, std::uint32_t events) {
    if (!flows_[fd].is_open) return;
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) return end(fd, false);
    if ((events & EPOLLOUT) != 0) {
      say(fd);
      epoll_event wanted{.events = EPOLLIN, .data = {.fd = fd}};
      epoll_ctl(loop_, EPOLL_CTL_MOD, fd, &wanted);
      return;
    }
    char room[2048];
    const bool is_answered = recv(fd, room, sizeof room, 0) > 0;
    if (is_answered && !to_.is_tcp) send(fd, "@2345678901234567890123", 23, MSG_NOSIGNAL);
    end(fd, is_answered);
  }

  void end(int fd, bool is_answered) {
    if (is_answered) {
      const std::chrono::duration<double, std::micro> took = Clock::now() - flows_[fd].began;
      times_us_.push_back(took.count());
    } else {
      ++failed_;
    }
    flows_[fd].is_open = false;
    --open_;
    end_with_reset(fd);
  }

  Where to_;
  std::vector<std::string> pieces_;
  std::vector<Flow> flows_;  // by descriptor
  int loop_;
  long begun_ = 0;
  long failed_ = 0;
  int open_ = 0;
  double took_s_ = 0;
  std::vector<double> times_us_;
};

std::string content_of(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

int main(int count, char** words) {
  if (count == 5 && std::string_view(words[1]) == "serve") return serve(words + 2);
  if (count == 3 && std::string_view(words[1]) == "accept") return accept_all(words[2]);
  if (count < 8) return 2;
  std::vector<std::string> pieces;
  for (int i = 7; i < count; ++i) pieces.push_back(content_of(words[i]));
  Sender sender(where(words + 2), std::move(pieces));
  sender.run(std::atof(words[5]), std::atof(words[6]));
  sender.print();
}
