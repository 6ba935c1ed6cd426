#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"

namespace haetae::daemon {

// Packets that open connections, as the kernel tells of them while they go their way: one group of
// netfilter's log (NFLOG). Nobody is woken by it: it is read before the packets of a queue are
// judged, and what opened their connections stands in it by then. One thread. Needs CAP_NET_ADMIN.
class OpeningLog {
 public:
  // A log that is not ours yet, and empty: see take().
  explicit OpeningLog(std::uint16_t group);
  ~OpeningLog();
  OpeningLog(OpeningLog&& other) noexcept;
  OpeningLog& operator=(OpeningLog&& other) noexcept;

  // Makes the group ours, also anew. Error: why not, and what to do. A kernel without such a log
  // leaves it empty: no rule can lead there.
  std::expected<void, std::string> take();
  // Some of what is there, oldest first, from the IP header on; empty: there is no more. Valid
  // until the next call. Hot path.
  std::span<const Bytes> receive() noexcept;
  // How many packets were not told of before those of the last receive(), for want of room.
  std::uint32_t lost() const noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace haetae::daemon
