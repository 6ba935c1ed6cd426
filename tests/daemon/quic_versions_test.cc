#include <fmt/format.h>
#include <gmock/gmock.h>

#include "firewall/ruleset.h"
#include "wire/quic_packet.h"

namespace haetae::firewall {
namespace {

// What the rules say of connections of QUIC that begin on ports that served another one.
std::string rule_of_versions() {
  config::Config config;
  config.gate.mode = config::GateMode::Queue;
  config.gate.inside = {"br-lan"};
  const std::string text = table_text(plan_of(config, 1, QueueBy::MangleChain), {}, true);
  const std::size_t start = text.find("@th,72,32 {");
  return text.substr(start, text.find(" }", start) - start) + ",";
}

bool stands_in(const std::string& rule, std::uint32_t version) {
  return rule.find(fmt::format(" {:#x},", version)) != std::string::npos;
}

TEST(QuicVersions, ThoseThatTheGateReadsAreThoseThatTheRulesLeadToIt) {
  const std::string rule = rule_of_versions();
  std::vector<std::uint32_t> candidates{0x00000001, 0x6b3343cf, 0x51303530, 0x54303530,
                                        0x54303531, 0x51303436, 0x0a0a0a0a, 0x00000002};
  for (std::uint32_t number = 0; number < 0x100; ++number) {
    candidates.push_back(0xff000000 + number);
    candidates.push_back(0xfaceb000 + number);
  }
  for (const std::uint32_t version : candidates) {
    EXPECT_EQ(stands_in(rule, version), wire::quic_era(version) != wire::QuicEra::Unknown)
        << fmt::format("{:#x}", version);
  }
}

}  // namespace
}  // namespace haetae::firewall
