#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>

#include "daemon/sockets.h"

struct nlmsghdr;

namespace haetae::daemon {

// A socket to netfilter in the kernel, for one thing that it hands out by number: a queue, or a
// group of its log. Connected: what is sent goes to the kernel, and nobody else's messages are let
// in. Error: an errno.
std::expected<Descriptor, int> open_netfilter_socket();

// Asks for something and waits for what the kernel says: 0 or an errno. What else comes meanwhile
// is thrown away; so nothing may be led here before. At most limits::kQueueAnswerMilliseconds.
int ask_netfilter(int descriptor, const nlmsghdr* request);

// Room for what nobody has read yet. What finds none is lost, and not told of at the next read.
void bound_unread(int descriptor, int bytes);

// What an errno means, for people.
std::string text_of_errno(int error);

}  // namespace haetae::daemon
