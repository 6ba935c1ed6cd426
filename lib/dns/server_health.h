#pragma once

#include <cstdint>

#include "base/time.h"
#include "dns/server_fault.h"

namespace haetae::dns {

// What is known of one upstream server: how quick it is, and whether to ask it at all. A server
// with a fault rests, twice as long after every failure, and is then probed with a copy of a
// question that another one is asked, so that no client waits for the outcome.
class ServerHealth {
 public:
  bool is_good() const noexcept { return fault_ == ServerFault::None; }
  ServerFault fault() const noexcept { return fault_; }
  // A copy of the next question should go there: its rest is over, it owes answers, or how quick
  // it is is not known.
  bool wants_probe(Monotonic now) const noexcept { return now >= probe_at_ && needs_probe(now); }
  // Worth asking where no server is good.
  bool may_be_tried(Monotonic now) const noexcept;
  // What an answer is expected to take, with a penalty for answers it owes; for comparing.
  milliseconds expected() const noexcept;

  void note_probe(Monotonic now) noexcept;
  // Something that is DNS came, `took` after its question.
  void note_answer(milliseconds took, Monotonic now) noexcept;
  // A connection ended before an answer: that happens, but nothing is known any more.
  void note_lost() noexcept { is_measured_ = false; }
  // A question was not answered in time.
  void note_overdue(Monotonic now, std::uint32_t draw) noexcept;
  // It refused a question, or answered one.
  void note_refusal(bool is_refused, Monotonic now, std::uint32_t draw) noexcept;
  // draw: any random number, so that many routers do not come back at the same moment.
  void note_failure(ServerFault fault, Monotonic now, std::uint32_t draw) noexcept;

 private:
  bool needs_probe(Monotonic now) const noexcept;

  ServerFault fault_ = ServerFault::None;
  std::uint8_t failures_ = 0;  // in a row
  std::uint8_t overdue_ = 0;   // in a row
  std::uint8_t refusals_ = 0;  // in a row
  bool is_measured_ = false;
  float smoothed_ms_ = 0;
  Monotonic measured_at_{};
  Monotonic failed_at_{};
  Monotonic probe_at_{};
};

}  // namespace haetae::dns
