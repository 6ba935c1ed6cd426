// What the firewall lets pass without the gate: the programs that it writes for the kernel's packet
// filter, run by libpcap's own interpreter.
#include <gtest/gtest.h>
#include <pcap/pcap.h>

#include <sstream>
#include <vector>

#include "firewall/ruleset.h"
#include "support/frame_maker.h"

namespace haetae::firewall {
namespace {

using test::Octets;

// The program of the rule in the chain's text.
std::vector<bpf_insn> program_of(bool is_v4) {
  Plan plan;
  plan.inside = {"br-lan"};
  plan.queue_by = QueueBy::MangleChain;
  plan.spares_bare_acks = true;
  const std::string text = mangle_text(plan, is_v4, true);
  const std::size_t from = text.find("--bytecode \"") + 12;
  std::istringstream words(text.substr(from, text.find('"', from) - from));
  const auto number = [&words] {
    unsigned value = 0;
    words >> value;
    if (words.peek() == ',') words.get();
    return value;
  };
  std::vector<bpf_insn> program(number());
  for (bpf_insn& one : program) {
    one.code = static_cast<unsigned short>(number());
    one.jt = static_cast<unsigned char>(number());
    one.jf = static_cast<unsigned char>(number());
    one.k = number();
  }
  EXPECT_TRUE(words.eof());
  return program;
}

bool is_spared(const std::vector<bpf_insn>& program, const Octets& packet) {
  const auto size = static_cast<unsigned>(packet.size());
  return bpf_filter(program.data(), packet.data(), size, size) != 0;
}

constexpr unsigned kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10, kUrg = 0x20;

TEST(BareAck, OnlyAcknowledgementsThatCarryNothingAreSpared) {
  const auto v4 = program_of(true);
  const auto v6 = program_of(false);
  ASSERT_EQ(bpf_validate(v4.data(), static_cast<int>(v4.size())), 1);
  ASSERT_EQ(bpf_validate(v6.data(), static_cast<int>(v6.size())), 1);
  for (std::size_t option_words = 0; option_words <= 10; ++option_words) {
    for (const unsigned flags : {0U, kAck, kAck | kPsh, kAck | kUrg, kSyn, kSyn | kAck, kFin | kAck,
                                 kRst | kAck, kRst, kPsh}) {
      for (const std::size_t payload_bytes : {0, 1, 2, 8, 12, 20, 40, 1400}) {
        const Octets segment = test::tcp(40'000, 443, Octets(payload_bytes, 7),
                                         {.flags = flags, .options = Octets(option_words * 4, 1)});
        const bool is_bare = payload_bytes == 0 && (flags & (kAck | kSyn | kFin | kRst)) == kAck;
        EXPECT_EQ(is_spared(v4, test::ipv4("192.168.7.21", "203.0.113.80", 6, segment,
                                           {.options = Octets(option_words % 3 * 4, 1)})),
                  is_bare)
            << option_words << " " << flags << " " << payload_bytes;
        EXPECT_EQ(is_spared(v6, test::ipv6("fd07::21", "2001:db8:53::80", 6, segment)), is_bare)
            << option_words << " " << flags << " " << payload_bytes;
      }
    }
  }
}

TEST(BareAck, WhatIsCutOrHasOtherHeadersIsNotSpared) {
  const Octets bare =
      test::ipv6("fd07::21", "2001:db8:53::80", 6, test::tcp(1, 2, {}, {.flags = kAck}));
  const Octets whole =
      test::ipv4("192.168.7.21", "203.0.113.80", 6, test::tcp(1, 2, {}, {.flags = kAck}));
  for (const auto& [program, packet] :
       {std::pair(program_of(false), bare), std::pair(program_of(true), whole)}) {
    ASSERT_TRUE(is_spared(program, packet));
    for (std::size_t size = 0; size < 32; ++size) {
      EXPECT_FALSE(
          is_spared(program, Octets(packet.begin(), packet.begin() + static_cast<long>(size))));
    }
  }
  Octets hop_by_hop = bare;
  hop_by_hop[6] = 0;
  EXPECT_FALSE(is_spared(program_of(false), hop_by_hop));
}

}  // namespace
}  // namespace haetae::firewall
