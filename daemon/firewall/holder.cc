#include "daemon/firewall/holder.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <string_view>

namespace haetae::daemon {
namespace {

// In the abstract namespace (unix(7)): it starts with a zero, and no file stands for it.
constexpr std::string_view kName{"\0haetae-firewall", 16};
constexpr std::string_view kLetGo = "let go\n";
constexpr std::string_view kDone = "done\n";

struct Address {
  sockaddr_un all{};
  socklen_t size;
  Address() : size(static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + kName.size())) {
    all.sun_family = AF_UNIX;
    std::memcpy(all.sun_path, kName.data(), kName.size());
  }
  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&all); }
};

Descriptor make_socket() {
  return Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

void be_patient(int socket, int wait_s) {
  const timeval patience{.tv_sec = wait_s, .tv_usec = 0};
  for (const int which : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    (void)setsockopt(socket, SOL_SOCKET, which, &patience, sizeof patience);
  }
}

std::optional<ucred> peer_of_socket(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return peer;
}

// A connection to the holder; invalid: there is none.
Descriptor connect_to_holder() {
  const Address address;
  Descriptor made = make_socket();
  if (made.get() < 0) return Descriptor();
  constexpr int kWaitS = 3;
  be_patient(made.get(), kWaitS);
  if (connect(made.get(), address.get(), address.size) != 0) return Descriptor();
  return made;
}

std::string reply_of(int socket) {
  std::array<char, 16> room{};
  const ssize_t size = read(socket, room.data(), room.size());
  return {room.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

bool send_all(int socket, std::string_view text) {
  return send(socket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

}  // namespace

std::expected<Descriptor, std::string> hold_firewall() {
  const Address address;
  Descriptor made = make_socket();
  constexpr int kWaiting = 8;
  if (made.get() >= 0 && bind(made.get(), address.get(), address.size) == 0 &&
      listen(made.get(), kWaiting) == 0) {
    return made;
  }
  if (errno != EADDRINUSE) {
    return std::unexpected(fmt::format(
        "whether another filter keeps the firewall cannot be told: {}", std::strerror(errno)));
  }
  const std::string holder = firewall_holder();
  return std::unexpected(fmt::format(
      "{} keeps the firewall of this machine: only one filter can; stop that one, or write gate: "
      "{{mode: \"off\"}} here",
      holder.empty() ? "another process" : holder));
}

std::string firewall_holder() {
  const Descriptor socket = connect_to_holder();
  if (socket.get() < 0) return "";
  const auto peer = peer_of_socket(socket.get());
  if (!peer) return "";
  std::string name;
  std::getline(std::ifstream(fmt::format("/proc/{}/comm", peer->pid)), name);
  return fmt::format("{} (pid {})", name.empty() ? "a process" : name, peer->pid);
}

LetGo ask_to_let_go() {
  const Descriptor socket = connect_to_holder();
  if (socket.get() < 0) return LetGo::Nobody;
  if (!send_all(socket.get(), kLetGo)) return LetGo::NoAnswer;
  return reply_of(socket.get()) == kDone ? LetGo::Done : LetGo::NoAnswer;
}

bool answer_asker(int listening) {
  const Descriptor asker(accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
  if (asker.get() < 0) return false;
  constexpr int kWaitS = 1;
  be_patient(asker.get(), kWaitS);
  const auto peer = peer_of_socket(asker.get());
  const bool may_ask = peer && (peer->uid == 0 || peer->uid == geteuid());
  if (!may_ask || reply_of(asker.get()) != kLetGo) return false;
  return send_all(asker.get(), kDone);
}

}  // namespace haetae::daemon
