#include "admin/inspected.h"

#include <gmock/gmock.h>

namespace haetae::admin {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string text_of(std::span<const Inspected> homes) {
  Exposition out;
  write_inspected(out, homes);
  return out.text();
}

TEST(Inspected, SaysNothingOfInspectorsThatAreNotThere) {
  EXPECT_THAT(text_of({}), IsEmpty());
}

TEST(Inspected, SumsEachHomeAndWritesEachFamilyOnce) {
  inspect::Counters first;
  inspect::Counters second;
  inspect::Counters other;
  first.packets.add(2);
  second.packets.add(3);
  other.packets.add(40);
  other.blocked_for[static_cast<std::size_t>(policy::Reason::Bypass)].add(7);
  const Inspected homes[] = {{"tap", {&first, &second}}, {"gate", {&other}}};
  const std::string text = text_of(homes);
  EXPECT_THAT(text, HasSubstr("# HELP haetae_inspect_packets_total Packets looked at.\n"
                              "# TYPE haetae_inspect_packets_total counter\n"
                              "haetae_inspect_packets_total{home=\"tap\"} 5\n"
                              "haetae_inspect_packets_total{home=\"gate\"} 40\n"
                              "# HELP"));
  EXPECT_THAT(text, HasSubstr("haetae_inspect_blocked_for_total{home=\"gate\",reason=\"" +
                              std::string(policy::to_text(policy::Reason::Bypass)) + "\"} 7\n"));
  for (const inspect::CounterRow& row : inspect::kCounterRows) {
    EXPECT_THAT(text, HasSubstr("# TYPE haetae_inspect_" + std::string(row.name) + "_total "));
  }
}

}  // namespace
}  // namespace haetae::admin
