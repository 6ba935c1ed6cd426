#include "admin/exposition.h"

#include <gtest/gtest.h>

namespace haetae::admin {
namespace {

TEST(Exposition, WritesFamiliesWithTypeAndSentence) {
  Exposition out;
  out.one("haetae_dns_queries_total", Exposition::Type::Counter, "Queries taken.", 12345678901);
  out.family("haetae_dns_blocked_total", Exposition::Type::Counter, "Blocked, by reason.");
  out.sample(3, {{"reason", "category"}});
  out.sample(0, {{"reason", "bedtime"}, {"kind", "home"}});
  out.one("process_cpu_seconds", Exposition::Type::Gauge, "Time used.", 0.25);
  EXPECT_EQ(out.text(),
            "# HELP haetae_dns_queries_total Queries taken.\n"
            "# TYPE haetae_dns_queries_total counter\n"
            "haetae_dns_queries_total 12345678901\n"
            "# HELP haetae_dns_blocked_total Blocked, by reason.\n"
            "# TYPE haetae_dns_blocked_total counter\n"
            "haetae_dns_blocked_total{reason=\"category\"} 3\n"
            "haetae_dns_blocked_total{reason=\"bedtime\",kind=\"home\"} 0\n"
            "# HELP process_cpu_seconds Time used.\n"
            "# TYPE process_cpu_seconds gauge\n"
            "process_cpu_seconds 0.25\n");
}

TEST(Exposition, EscapesWhatWouldEndALabel) {
  Exposition out;
  out.family("haetae_list_names", Exposition::Type::Gauge, "Names.");
  out.sample(1, {{"list", "a\"b\\c\nd"}});
  EXPECT_TRUE(out.text().ends_with("haetae_list_names{list=\"a\\\"b\\\\c\\nd\"} 1\n"))
      << out.text();
}

}  // namespace
}  // namespace haetae::admin
