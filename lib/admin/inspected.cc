#include "admin/inspected.h"

#include <fmt/format.h>

namespace haetae::admin {
namespace {

template <typename Read>
double sum_of(const Inspected& inspected, const Read& read) {
  std::uint64_t sum = 0;
  for (const inspect::Counters* const counters : inspected.counters) sum += read(*counters).value();
  return static_cast<double>(sum);
}

}  // namespace

void write_inspected(Exposition& out, std::span<const Inspected> homes) {
  using enum Exposition::Type;
  if (homes.empty()) return;
  for (const inspect::CounterRow& row : inspect::kCounterRows) {
    out.family(fmt::format("haetae_inspect_{}_total", row.name), Counter, row.sentence);
    for (const Inspected& one : homes) {
      const double sum =
          sum_of(one, [&row](const inspect::Counters& c) -> const auto& { return c.*row.counter; });
      out.sample(sum, {{"home", one.home}});
    }
  }
  out.family("haetae_inspect_blocked_for_total", Counter, "Requests that are blocked, by reason.");
  for (const Inspected& one : homes) {
    for (std::size_t reason = 0; reason < policy::kReasonsCount; ++reason) {
      const double sum = sum_of(one, [reason](const inspect::Counters& c) -> const auto& {
        return c.blocked_for[reason];
      });
      const auto text = policy::to_text(static_cast<policy::Reason>(reason));
      out.sample(sum, {{"home", one.home}, {"reason", text}});
    }
  }
}

}  // namespace haetae::admin
