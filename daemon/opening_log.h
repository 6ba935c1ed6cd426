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
  // Error: why not, and what to do. A kernel without such a log gives one that stays empty: no rule
  // can lead there.
  static std::expected<OpeningLog, std::string> open(std::uint16_t group);
  ~OpeningLog();
  OpeningLog(OpeningLog&& other) noexcept;
  OpeningLog& operator=(OpeningLog&& other) noexcept;

  // Some of what is there, oldest first, from the IP header on; empty: there is no more. Valid
  // until the next call. Hot path.
  std::span<const Bytes> receive() noexcept;
  // How many packets were not told of before those of the last receive(), for want of room.
  std::uint32_t lost() const noexcept;

 private:
  struct Parts;
  explicit OpeningLog(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace haetae::daemon
