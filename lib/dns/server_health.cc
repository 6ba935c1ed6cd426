#include "dns/server_health.h"

#include <algorithm>

#include "dns/timing.h"

namespace haetae::dns {
namespace {

// A single lost question is nothing; so many without an answer in between are a server that hangs.
constexpr std::uint8_t kOverdueMax = 6;
// A server may refuse one name or type for good reasons; everything is another matter.
constexpr std::uint8_t kRefusalsMax = 8;
constexpr std::uint8_t kDoublingsMax = 6;
// As slow as one that is not known is taken to be: any that was measured is better.
constexpr milliseconds kUnknown{1000};
constexpr milliseconds kOverduePenalty{1000};

// 1 s, 2 s, 4 s, … kServerRestMax; a quarter more or less by chance.
milliseconds rest_after(std::uint8_t failures, std::uint32_t draw) noexcept {
  const int doublings = std::min<int>(failures - 1, kDoublingsMax);
  const milliseconds rest = std::min(kServerRestMin * (1 << doublings), kServerRestMax);
  return rest * (75 + draw % 51) / 100;
}

}  // namespace

bool ServerHealth::needs_probe(Monotonic now) const noexcept {
  return !is_good() || overdue_ > 0 || !is_measured_ || now - measured_at_ >= kMeasureAgainAfter;
}

bool ServerHealth::may_be_tried(Monotonic now) const noexcept {
  return is_good() || now - failed_at_ >= kServerRestMin;
}

milliseconds ServerHealth::expected() const noexcept {
  const milliseconds quick =
      is_measured_ ? milliseconds(static_cast<std::int64_t>(smoothed_ms_)) : kUnknown;
  return quick + overdue_ * kOverduePenalty;
}

void ServerHealth::note_probe(Monotonic now) noexcept {
  probe_at_ = now + kHedgeAfter;
}

void ServerHealth::note_answer(milliseconds took, Monotonic now) noexcept {
  // As TCP does (RFC 6298): an eighth of the new.
  const auto sample = static_cast<float>(took.count());
  smoothed_ms_ = is_measured_ ? smoothed_ms_ + (sample - smoothed_ms_) / 8 : sample;
  is_measured_ = true;
  measured_at_ = now;
  overdue_ = 0;
  if (fault_ == ServerFault::Refuses) return;  // note_refusal() decides on that
  failures_ = 0;
  fault_ = ServerFault::None;
}

void ServerHealth::note_overdue(Monotonic now, std::uint32_t draw) noexcept {
  if (overdue_ < kOverdueMax) ++overdue_;
  if (overdue_ == kOverdueMax || !is_good()) note_failure(ServerFault::Silent, now, draw);
}

void ServerHealth::note_refusal(bool is_refused, Monotonic now, std::uint32_t draw) noexcept {
  if (is_refused) {
    if (refusals_ < kRefusalsMax) ++refusals_;
    if (refusals_ == kRefusalsMax) note_failure(ServerFault::Refuses, now, draw);
    return;
  }
  refusals_ = 0;
  if (fault_ == ServerFault::Refuses) fault_ = ServerFault::None;
  if (is_good()) failures_ = 0;
}

void ServerHealth::note_failure(ServerFault fault, Monotonic now, std::uint32_t draw) noexcept {
  // Of several connections that end at the same moment only the first counts.
  const bool is_counted = !is_good() && now - failed_at_ < kServerRestMin;
  fault_ = fault;
  if (is_counted) return;
  if (failures_ <= kDoublingsMax) ++failures_;
  failed_at_ = now;
  probe_at_ = now + rest_after(failures_, draw);
}

}  // namespace haetae::dns
