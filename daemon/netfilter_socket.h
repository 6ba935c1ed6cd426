#pragma once

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>

#include "base/lazy_array.h"
#include "daemon/sockets.h"

namespace haetae::daemon {

// A socket to netfilter in the kernel. Connected: what is sent goes to the kernel, and nobody
// else's messages are let in. Error: an errno.
std::expected<Descriptor, int> open_netfilter_socket();

// Asks for something and waits for what the kernel says: 0 or an errno. What else comes meanwhile
// is thrown away; so nothing may be led here before. At most limits::kQueueAnswerMilliseconds.
int ask_netfilter(int descriptor, const nlmsghdr* request);

// Room for what nobody has read yet. What finds none is lost, and not told of at the next read.
void bound_unread(int descriptor, int bytes);

// Room for many messages of the kernel, taken in one call. Reuses it.
template <std::size_t kCount, std::size_t kMessageBytes>
class MessageBatch {
 public:
  MessageBatch() : rooms_(kCount) {
    for (std::size_t i = 0; i < kCount; ++i) {
      vectors_[i] = {rooms_[i].octets.data(), rooms_[i].octets.size()};
      headers_[i].msg_hdr.msg_iov = &vectors_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
    }
  }
  MessageBatch(const MessageBatch&) = delete;
  MessageBatch& operator=(const MessageBatch&) = delete;

  // How many datagrams there are now; -1: none, and errno says why. flags: of recvmmsg(2).
  int receive(int descriptor, int flags) noexcept {
    return recvmmsg(descriptor, headers_.data(), kCount, flags, nullptr);
  }
  // The first message of one of them, and how many octets it and those behind it have.
  const nlmsghdr* message(int i) const noexcept {
    return reinterpret_cast<const nlmsghdr*>(rooms_[static_cast<std::size_t>(i)].octets.data());
  }
  int size(int i) const noexcept {
    return static_cast<int>(headers_[static_cast<std::size_t>(i)].msg_len);
  }

 private:
  struct Room {
    alignas(NLMSG_ALIGNTO) std::array<std::uint8_t, kMessageBytes> octets;
  };
  LazyArray<Room> rooms_;
  std::array<iovec, kCount> vectors_{};
  std::array<mmsghdr, kCount> headers_{};
};

}  // namespace haetae::daemon
