// All captures of the real data: every packet is read without harm, and what is read of it is what
// tshark reads. Where the two differ, the difference must be one that is explained here.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <sstream>

#include "base/assert.h"
#include "daemon/capture_reader.h"
#include "support/guarded_bytes.h"
#include "support/test_data.h"

namespace haetae::daemon {
namespace {

namespace fs = std::filesystem;
using test::GuardedBytes;
using wire::Packet;
using wire::PacketError;

std::vector<fs::path> captures() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(*test::data_folder() / "pcaps")) {
    const fs::path& path = entry.path();
    if (path.extension() == ".pcap" || path.extension() == ".pcapng") paths.push_back(path);
  }
  std::ranges::sort(paths);
  return paths;
}

TEST(Captures, AreReadToTheirEnd) {
  HAETAE_NEEDS_DATA();
  std::map<std::string, std::uint64_t> refused;
  std::uint64_t packets = 0;
  for (const fs::path& path : captures()) {
    auto reader = CaptureReader::open(path);
    ASSERT_TRUE(reader.has_value()) << reader.error();
    CapturedPacket captured;
    while (reader->next(captured)) {
      const GuardedBytes frame(captured.octets);
      const auto packet = wire::parse_packet(captured.link, frame);
      if (!packet) ++refused[std::string(describe(packet.error()))];
    }
    EXPECT_EQ(reader->error(), "") << path;
    packets += reader->counters().packets;
  }
  EXPECT_GT(packets, 30'000);
  for (const auto& [why, count] : refused) {
    std::printf("%llu packets: %s\n", static_cast<unsigned long long>(count), why.c_str());
  }
  EXPECT_EQ(refused[std::string(describe(PacketError::UnknownLink))], 0);
}

// What is said of a packet, up to its first transport header; the same from either side.
struct Said {
  std::string addresses;  // "192.0.2.1 > 192.0.2.2"; empty if it is not of IP
  // "tcp 40000 > 443 seq 1 ack 2, 5 octets", "udp 40000 > 443, 5 octets", or empty
  std::string transport;
  friend bool operator==(const Said&, const Said&) = default;
};

std::ostream& operator<<(std::ostream& out, const Said& said) {
  return out << said.addresses << ' ' << said.transport;
}

// payload_bytes: how many octets the transport carried.
Said said_of(const Packet& packet, std::size_t payload_bytes) {
  Said said{fmt::format("{} > {}", packet.source.to_text(), packet.destination.to_text()), ""};
  const std::string ports = fmt::format("{} > {}", packet.source_port, packet.destination_port);
  if (packet.fragment) return said;
  if (packet.protocol == wire::ip_protocol::kTcp) {
    said.transport = fmt::format("tcp {} seq {} ack {}, {} octets", ports, packet.sequence,
                                 packet.acknowledgement, payload_bytes);
  } else if (packet.protocol == wire::ip_protocol::kUdp) {
    said.transport = fmt::format("udp {}, {} octets", ports, payload_bytes);
  }
  return said;
}

Said said_of(const Packet& packet) {
  return said_of(packet, packet.payload.size() + packet.missing_bytes);
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, at);) words.push_back(word);
  return words;
}

// One packet as tshark tells it: its layers, and the values of a field in each layer that has it.
struct TsharkPacket {
  std::vector<std::string> layers;
  std::map<std::string, std::vector<std::string>> fields;

  std::string nth(const std::string& field, std::size_t n) const {
    const auto found = fields.find(field);
    return found != fields.end() && n < found->second.size() ? found->second[n] : "";
  }
  bool has(std::string_view layer) const { return std::ranges::count(layers, layer) > 0; }
};

const std::vector<std::string> kFields{"ip.src",      "ip.dst",      "ipv6.src",    "ipv6.dst",
                                       "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw",
                                       "tcp.len",     "udp.srcport", "udp.dstport", "udp.length"};

// Fragments are left as they are, as by us.
std::vector<TsharkPacket> tshark(const fs::path& path) {
  std::string command = fmt::format(
      "tshark -n -r '{}' -T fields -E separator=/t -E occurrence=a -o ip.defragment:FALSE "
      "-o ipv6.defragment:FALSE -e frame.protocols",
      path.string());
  for (const std::string& field : kFields) command += " -e " + field;
  command += " -e frame.number 2>/dev/null";
  std::FILE* const pipe = popen(command.c_str(), "r");
  HAETAE_ASSERT(pipe != nullptr);
  std::string output;
  std::array<char, 65536> chunk;
  for (std::size_t n; (n = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    output.append(chunk.data(), n);
  }
  HAETAE_ASSERT(pclose(pipe) == 0);
  std::vector<TsharkPacket> packets;
  for (const std::string& line : split(output, '\n')) {
    const auto columns = split(line, '\t');
    TsharkPacket& packet = packets.emplace_back();
    packet.layers = split(columns.at(0), ':');
    for (std::size_t i = 0; i < kFields.size(); ++i) {
      packet.fields[kFields[i]] = split(columns.at(i + 1), ',');
    }
  }
  return packets;
}

// What may stand between two IP headers, or before a transport header, as we read them.
bool is_stepped_over(const std::string& layer) {
  static const std::vector<std::string> kLayers{
      "ipv6.hopopts", "ipv6.routing", "ipv6.dstopts", "ipv6.fraghdr", "ah",
      "gre",          "eth",          "ethertype",    "vlan",         "llc"};
  return std::ranges::count(kLayers, layer) > 0;
}

Said said_of(const TsharkPacket& packet) {
  std::map<std::string, std::size_t> count;
  std::string last;  // "ip" or "ipv6"
  Said said;
  for (const std::string& layer : packet.layers) {
    if (layer == "ip" || layer == "ipv6") {
      last = layer;
      ++count[layer];
    } else if (layer == "tcp" || layer == "udp") {
      said.transport = layer;
      break;
    } else if (!last.empty() && !is_stepped_over(layer)) {
      break;
    }
  }
  if (last.empty()) return {};
  said.addresses = fmt::format("{} > {}", packet.nth(last + ".src", count[last] - 1),
                               packet.nth(last + ".dst", count[last] - 1));
  const auto first = [&packet](const char* field) { return packet.nth(field, 0); };
  if (said.transport == "tcp") {
    said.transport = fmt::format("tcp {} > {} seq {} ack {}, {} octets", first("tcp.srcport"),
                                 first("tcp.dstport"), first("tcp.seq_raw"), first("tcp.ack_raw"),
                                 first("tcp.len"));
  } else if (said.transport == "udp") {
    said.transport = fmt::format("udp {} > {}, {} octets", first("udp.srcport"),
                                 first("udp.dstport"), std::atol(first("udp.length").c_str()) - 8);
  }
  return said;
}

// Differences that are meant, each with its reason. Any other one fails the test.
enum class Difference {
  None,
  // The first part of a larger whole: tshark, told not to put parts together, reads ports that
  // stand in it. We wait for the whole.
  Part,
  // IP tells of more octets than the frame had: who edits captures cuts packets without saying so.
  // To us they are missing; to tshark they never were.
  CutUnsaid,
  // tshark shows what it can of a header that is cut, or whose lengths cannot be. We refuse it.
  Malformed,
};

std::optional<Difference> explained(const CapturedPacket& captured,
                                    const std::expected<Packet, PacketError>& ours,
                                    const TsharkPacket& theirs) {
  const Said their_said = said_of(theirs);
  if (!ours && ours.error() == PacketError::NotIp && their_said == Said{}) return Difference::None;
  if (!ours && ours.error() != PacketError::NotIp) return Difference::Malformed;
  if (!ours) return std::nullopt;
  const Said our_said = said_of(*ours);
  if (our_said == their_said) return Difference::None;
  if (ours->fragment && our_said.addresses == their_said.addresses) return Difference::Part;
  const bool is_whole = captured.octets.size() == captured.original_bytes;
  if (is_whole && ours->missing_bytes > 0 && said_of(*ours, ours->payload.size()) == their_said) {
    return Difference::CutUnsaid;
  }
  return std::nullopt;
}

void compare(const fs::path& path, std::map<Difference, int>& differences) {
  const auto theirs = tshark(path);
  auto reader = CaptureReader::open(path);
  ASSERT_TRUE(reader.has_value()) << reader.error();
  CapturedPacket captured;
  std::size_t number = 0;
  while (reader->next(captured)) {
    ASSERT_LT(number, theirs.size()) << path;
    const auto ours = wire::parse_packet(captured.link, captured.octets);
    const auto difference = explained(captured, ours, theirs[number]);
    ++number;
    if (difference) {
      ++differences[*difference];
      continue;
    }
    ADD_FAILURE() << path << " packet " << number << "\n  ours:    "
                  << (ours
                          ? fmt::format("{} {}", said_of(*ours).addresses, said_of(*ours).transport)
                          : std::string(describe(ours.error())))
                  << "\n  tshark's: " << said_of(theirs[number - 1]) << " ("
                  << fmt::format("{}", fmt::join(theirs[number - 1].layers, ":")) << ")";
  }
  EXPECT_EQ(number, theirs.size()) << path;
}

// The captures that have more than Ethernet, IPv4, TCP and UDP, and some of those that have not:
// tshark takes a second for each. HAETAE_WHOLE=1 compares all.
bool is_compared(const fs::path& path) {
  static const std::vector<std::string> kParts{"4in6",
                                               "gre",
                                               "vlan",
                                               "ppp-ipv6",
                                               "bug-814",
                                               "bug-2430",
                                               "different_than_host",
                                               "ipv6",
                                               "geneve",
                                               "capwap",
                                               "fuzz",
                                               "malformed",
                                               "anyconnect",
                                               "iphone",
                                               "quic.",
                                               "youtube",
                                               "zoom",
                                               "firewall",
                                               "cooked",
                                               "tor",
                                               "dtls_certificate_fragments"};
  if (std::getenv("HAETAE_WHOLE") != nullptr) return true;
  const std::string name = path.filename().string();
  return std::ranges::any_of(kParts, [&](const auto& part) { return name.contains(part); });
}

TEST(Captures, AreReadAsTsharkReadsThem) {
  HAETAE_NEEDS_DATA();
  if (std::system("tshark -v > /dev/null 2>&1") != 0) {
    GTEST_SKIP() << "SKIPPED, NOT TESTED: no tshark to compare with";
  }
  std::map<Difference, int> differences;
  for (const fs::path& path : captures()) {
    if (is_compared(path)) compare(path, differences);
  }
  EXPECT_GT(differences[Difference::None], 4'000);
  std::printf("%d alike, %d parts, %d cut without a word, %d malformed\n",
              differences[Difference::None], differences[Difference::Part],
              differences[Difference::CutUnsaid], differences[Difference::Malformed]);
}

}  // namespace
}  // namespace haetae::daemon
