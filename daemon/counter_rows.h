#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "admin/exposition.h"

namespace haetae::daemon {

// Over all of some threads' things; read: of one of them.
template <typename All, typename Read>
double sum_of(const All& all, const Read& read) {
  std::uint64_t sum = 0;
  for (const auto& one : all) sum += read(*one);
  return static_cast<double>(sum);
}

// One family "PREFIX_NAME_total" for each row of a table of counters (name, counter, sentence),
// summed over all; counters_of: of one of them.
template <typename All, typename Rows, typename CountersOf>
void write_counters(admin::Exposition& out, std::string_view prefix, const All& all,
                    const Rows& rows, const CountersOf& counters_of) {
  for (const auto& row : rows) {
    out.one(fmt::format("{}_{}_total", prefix, row.name), admin::Exposition::Type::Counter,
            row.sentence,
            sum_of(all, [&](const auto& one) { return (counters_of(one).*row.counter).value(); }));
  }
}

}  // namespace haetae::daemon
