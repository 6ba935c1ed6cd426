// What the firewall asks of packets by programs of its own, run by libpcap's interpreter of them.
#include "firewall/packet_programs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pcap/pcap.h>

#include <set>
#include <sstream>
#include <vector>

#include "support/frame_maker.h"

namespace haetae::firewall {
namespace {

using test::Octets;
using Program = std::vector<bpf_insn>;

Program program_of(const std::string& text) {
  std::istringstream words(text);
  const auto number = [&words] {
    unsigned value = 0;
    words >> value;
    if (words.peek() == ',') words.get();
    return value;
  };
  Program program(number());
  for (bpf_insn& one : program) {
    one.code = static_cast<unsigned short>(number());
    one.jt = static_cast<unsigned char>(number());
    one.jf = static_cast<unsigned char>(number());
    one.k = number();
  }
  EXPECT_TRUE(words.eof()) << text;
  EXPECT_EQ(bpf_validate(program.data(), static_cast<int>(program.size())), 1) << text;
  constexpr std::size_t kMatchTakes = 64;
  EXPECT_LE(program.size(), kMatchTakes) << "more than the kernel's match takes";
  return program;
}

bool says_yes(const Program& program, const Octets& packet) {
  const auto size = static_cast<unsigned>(packet.size());
  return bpf_filter(program.data(), packet.data(), size, size) != 0;
}

constexpr unsigned kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10, kUrg = 0x20;

TEST(PacketPrograms, TellWhatCarriesNothingByItsFlags) {
  const Program ack_v4 = program_of(bare_ack_program(true));
  const Program ack_v6 = program_of(bare_ack_program(false));
  const Program opening_v4 = program_of(opening_program(true));
  const Program opening_v6 = program_of(opening_program(false));
  for (std::size_t option_words = 0; option_words <= 10; ++option_words) {
    for (const unsigned flags : {0U, kAck, kAck | kPsh, kAck | kUrg, kSyn, kSyn | kAck, kSyn | kFin,
                                 kSyn | kRst, kFin | kAck, kRst | kAck, kRst, kPsh}) {
      for (const std::size_t payload_bytes : {0, 1, 2, 8, 12, 20, 40, 1400}) {
        const Octets segment = test::tcp(40'000, 443, Octets(payload_bytes, 7),
                                         {.flags = flags, .options = Octets(option_words * 4, 1)});
        const Octets v4 = test::ipv4("192.168.7.21", "203.0.113.80", 6, segment,
                                     {.options = Octets(option_words % 3 * 4, 1)});
        const Octets v6 = test::ipv6("fd07::21", "2001:db8:53::80", 6, segment);
        const bool is_bare = payload_bytes == 0 && (flags & (kFin | kRst)) == 0;
        const bool is_ack = is_bare && (flags & (kAck | kSyn)) == kAck;
        const bool is_opening = is_bare && (flags & kSyn) != 0;
        const auto where = testing::Message()
                           << option_words << " " << flags << " " << payload_bytes;
        EXPECT_EQ(says_yes(ack_v4, v4), is_ack) << where;
        EXPECT_EQ(says_yes(ack_v6, v6), is_ack) << where;
        EXPECT_EQ(says_yes(opening_v4, v4), is_opening) << where;
        EXPECT_EQ(says_yes(opening_v6, v6), is_opening) << where;
      }
    }
  }
}

TEST(PacketPrograms, TellNothingOfWhatIsCutOrHasOtherHeaders) {
  for (const unsigned flags : {kAck, kSyn}) {
    const auto text = flags == kAck ? bare_ack_program : opening_program;
    const Octets segment = test::tcp(1, 2, {}, {.flags = flags});
    const Octets v4 = test::ipv4("192.168.7.21", "203.0.113.80", 6, segment);
    Octets v6 = test::ipv6("fd07::21", "2001:db8:53::80", 6, segment);
    for (const auto& [program, packet] :
         {std::pair(program_of(text(true)), v4), std::pair(program_of(text(false)), v6)}) {
      ASSERT_TRUE(says_yes(program, packet));
      for (long size = 0; size < 32; ++size) {
        EXPECT_FALSE(says_yes(program, Octets(packet.begin(), packet.begin() + size)));
      }
    }
    v6[6] = 0;  // hop-by-hop options
    EXPECT_FALSE(says_yes(program_of(text(false)), v6));
  }
}

// Which worker's business a packet is.
std::size_t owner_of(const std::vector<Program>& programs, const Octets& packet) {
  std::size_t owner = programs.size();
  for (std::size_t i = 0; i < programs.size(); ++i) {
    if (!says_yes(programs[i], packet)) continue;
    EXPECT_EQ(owner, programs.size()) << "two workers take it";
    owner = i;
  }
  EXPECT_LT(owner, programs.size()) << "nobody takes it";
  return owner;
}

TEST(PacketPrograms, ShareConnectionsAmongWorkersTheSameWayInBothDirections) {
  for (const std::size_t count : {2, 3, 4, 16}) {
    for (const bool is_v4 : {true, false}) {
      std::vector<Program> packets;
      std::vector<Program> openings;
      for (std::size_t i = 0; i < count; ++i) {
        packets.push_back(program_of(share_program(is_v4, i, count)));
        openings.push_back(program_of(opening_share_program(is_v4, i, count)));
      }
      std::set<std::size_t> owners;
      for (int i = 1; i < 250; ++i) {
        const auto packet = [&](bool is_there, unsigned flags) {
          const std::string home =
              fmt::format(fmt::runtime(is_v4 ? "192.168.7.{}" : "fd07::{}"), i);
          const std::string away = is_v4 ? "203.0.113.80" : "2001:db8:53::80";
          const Octets segment = test::tcp(1, 2, {}, {.flags = flags});
          const auto& source = is_there ? home : away;
          const auto& destination = is_there ? away : home;
          return is_v4 ? test::ipv4(source, destination, 6, segment)
                       : test::ipv6(source, destination, 6, segment);
        };
        const std::size_t owner = owner_of(packets, packet(true, kAck));
        owners.insert(owner);
        EXPECT_EQ(owner_of(packets, packet(false, kAck)), owner);
        EXPECT_EQ(owner_of(openings, packet(true, kSyn)), owner);
        EXPECT_EQ(owner_of(openings, packet(false, kSyn | kAck)), owner);
      }
      EXPECT_EQ(owners.size(), count) << "a worker has nothing to do";
    }
  }
}

}  // namespace
}  // namespace haetae::firewall
