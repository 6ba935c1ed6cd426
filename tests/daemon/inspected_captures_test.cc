// The Inspector over real captures: every name that two other programs found independently is
// found, in the capture as it is and in what is left of it when it is cut up differently.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "daemon/capture_reader.h"
#include "inspect/inspector.h"
#include "support/policy_maker.h"
#include "support/test_data.h"
#include "wire/packet.h"

namespace haetae::daemon {
namespace {

using Octets = std::vector<std::uint8_t>;

// "tls www.site.example"
using Names = std::set<std::string>;

struct Frame {
  Octets octets;
  wire::LinkType link;
  std::uint32_t original_bytes;
  Now now;
};

// A profile that lets everything through, so that every request of a flow is seen.
class Watcher {
 public:
  Watcher()
      : policy_(make_policy()),
        standing_(std::make_shared<policy::Standing>()),
        inspector_(make()) {}

  void see(const wire::Packet& packet, const Now& now) {
    inspector_.begin_batch();
    for (const inspect::Seen& seen : inspector_.on_packet(packet, now).seen) {
      const std::string protocol(inspect::to_text(seen.protocol));
      if (seen.named_by_resolved || seen.unread != inspect::Unread::No ||
          seen.kind == policy::Kind::Address) {
        ++hidden;
      } else {
        const std::string host = seen.has_name ? seen.name.to_text() : seen.address.to_text();
        names.insert(protocol + " " + host);
      }
    }
  }
  void see(const Frame& frame) {
    auto packet = wire::parse_packet(frame.link, frame.octets);
    if (!packet) return;
    see(*packet, frame.now);
  }

  Names names;  // that could be read
  std::size_t hidden = 0;
  inspect::Counters counters;

 private:
  static std::shared_ptr<const policy::Policy> make_policy() {
    haetae::test::PolicyMaker maker;
    maker.profile("all");
    return maker.make();
  }
  inspect::Inspector make() {
    return inspect::Inspector({policy_, standing_, resolved_, nullptr, counters},
                              {.everybody = {}, .flows = {.flows = 100'000}});
  }
  Snapshot<policy::Policy> policy_;
  Snapshot<policy::Standing> standing_;
  policy::Resolved resolved_{1 << 12, {1, 2}};
  inspect::Inspector inspector_;
};

std::vector<Frame> read_frames(const std::filesystem::path& path) {
  auto reader = CaptureReader::open(path);
  std::vector<Frame> frames;
  if (!reader) return frames;
  for (CapturedPacket packet; reader->next(packet);) {
    const auto since = std::chrono::floor<milliseconds>(packet.time).time_since_epoch();
    frames.push_back({{packet.octets.begin(), packet.octets.end()},
                      packet.link,
                      packet.original_bytes,
                      {Time{since}, Monotonic{since}}});
  }
  return frames;
}

// Names in the form in which ours are written.
std::string normal(const std::string& host) {
  if (const auto address = IpAddress::from_text(host)) return address->to_text();
  const auto name = Name::from_text(host);
  return name ? name->to_text() : host;
}

// By capture: what two origins agree on.
std::map<std::string, Names> expectations(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::map<std::string, Names> expected;
  std::string line;
  std::getline(in, line);  // the head
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string capture;
    std::string protocol;
    std::string host;
    std::string origin;
    std::getline(fields, capture, '\t');
    std::getline(fields, protocol, '\t');
    std::getline(fields, host, '\t');
    std::getline(fields, origin, '\t');
    if (origin.find(',') == std::string::npos) continue;
    expected[capture].insert(protocol + " " + normal(host));
  }
  return expected;
}

TEST(InspectedCaptures, EveryNameThatTwoOthersFoundIsFound) {
  HAETAE_NEEDS_DATA();
  const auto folder = *haetae::test::data_folder() / "pcaps";
  const auto expected = expectations(folder / "expectations.tsv");
  std::size_t found = 0;
  std::size_t wanted = 0;
  for (const auto& [capture, names] : expected) {
    Watcher watcher;
    for (const Frame& frame : read_frames(folder / capture)) watcher.see(frame);
    wanted += names.size();
    for (const std::string& name : names) {
      const bool is_found = watcher.names.contains(name);
      found += is_found ? 1 : 0;
      EXPECT_TRUE(is_found) << capture << ": " << name;
    }
  }
  EXPECT_EQ(found, wanted);
}

// ---- The same captures, cut up differently. Packets borrow from the frames they were read of.

using Packets = std::vector<std::pair<wire::Packet, Now>>;

Packets packets_of(const std::vector<Frame>& frames) {
  Packets packets;
  for (const Frame& frame : frames) {
    if (const auto packet = wire::parse_packet(frame.link, frame.octets)) {
      packets.emplace_back(*packet, frame.now);
    }
  }
  return packets;
}

Names names_of(const Packets& packets) {
  Watcher watcher;
  for (const auto& [packet, now] : packets) watcher.see(packet, now);
  return watcher.names;
}

bool is_tcp(const wire::Packet& packet) {
  return packet.protocol == wire::ip_protocol::kTcp && !packet.fragment;
}

using Random = std::mt19937;

Packets duplicated(const Packets& packets, Random& random) {
  Packets changed;
  for (const auto& packet : packets)
    changed.insert(changed.end(), random() % 3 == 0 ? 2 : 1, packet);
  return changed;
}

// Segments cut in up to four, sent in any order.
Packets resegmented(const Packets& packets, Random& random) {
  Packets changed;
  for (const auto& [packet, now] : packets) {
    if (!is_tcp(packet) || packet.payload.size() < 2) {
      changed.emplace_back(packet, now);
      continue;
    }
    Packets pieces;
    for (Bytes rest = packet.payload; !rest.empty();) {
      const std::size_t size = pieces.size() == 3 ? rest.size() : 1 + random() % rest.size();
      wire::Packet piece = packet;
      const auto offset = static_cast<std::uint32_t>(packet.payload.size() - rest.size());
      const bool has_syn = (packet.tcp_flags & wire::tcp_flag::kSyn) != 0;
      piece.sequence += offset + (has_syn && offset > 0 ? 1 : 0);
      piece.payload = rest.first(size);
      rest = rest.subspan(size);
      if (offset > 0) piece.tcp_flags &= static_cast<std::uint8_t>(~wire::tcp_flag::kSyn);
      if (!rest.empty()) {
        piece.missing_bytes = 0;
        piece.tcp_flags &= static_cast<std::uint8_t>(~wire::tcp_flag::kFin);
      }
      pieces.emplace_back(piece, now);
    }
    if (packet.missing_bytes == 0) std::ranges::shuffle(pieces, random);
    changed.insert(changed.end(), pieces.begin(), pieces.end());
  }
  return changed;
}

// Neighbours change places now and then.
Packets reordered(const Packets& packets, Random& random) {
  Packets changed = packets;
  for (std::size_t i = 1; i < changed.size(); ++i) {
    if (random() % 4 == 0) std::swap(changed[i - 1].first, changed[i].first);
  }
  return changed;
}

// What lies behind the IP header: the transport's header, found backwards, and its payload.
Bytes above_ip(const wire::Packet& packet) {
  const std::uint8_t* const payload = packet.payload.data();
  constexpr std::size_t kUdpHeader = 8;
  if (packet.protocol == wire::ip_protocol::kUdp) {
    return {payload - kUdpHeader, packet.payload.size() + kUdpHeader};
  }
  for (std::size_t words = 5; words < 16; ++words) {
    const std::uint8_t* const header = payload - words * 4;
    if (header[12] >> 4 == static_cast<int>(words) && header[13] == packet.tcp_flags &&
        (header[0] << 8 | header[1]) == packet.source_port) {
      return {header, packet.payload.size() + words * 4};
    }
  }
  return {};
}

Packets fragmented(const Packets& packets, Random& random) {
  Packets changed;
  std::uint32_t id = 0x10000;
  for (const auto& [packet, now] : packets) {
    const bool has_transport = packet.source_port != 0 && !packet.fragment;
    constexpr std::size_t kBytesMax = 16'000;  // more is not put together
    const bool fits = packet.payload.size() >= 64 && packet.payload.size() < kBytesMax;
    const Bytes whole = has_transport && fits ? above_ip(packet) : Bytes{};
    if (whole.empty() || packet.missing_bytes > 0) {
      changed.emplace_back(packet, now);
      continue;
    }
    Packets pieces;
    ++id;
    for (std::size_t at = 0; at < whole.size();) {
      const std::size_t size = std::min<std::size_t>(8 * (1 + random() % 40), whole.size() - at);
      wire::Packet piece = packet;
      piece.source_port = 0;
      piece.destination_port = 0;
      piece.tcp_flags = 0;
      piece.payload = whole.subspan(at, size);
      piece.fragment = wire::Fragment{
          .id = id, .offset = static_cast<std::uint32_t>(at), .more = at + size < whole.size()};
      pieces.emplace_back(piece, now);
      at += size;
    }
    std::ranges::shuffle(pieces, random);
    changed.insert(changed.end(), pieces.begin(), pieces.end());
  }
  return changed;
}

// As with a short snap length, now and then.
Packets cut(const Packets& packets, Random& random) {
  Packets changed = packets;
  for (auto& [packet, now] : changed) {
    if (random() % 4 != 0 || packet.payload.empty()) continue;
    const std::size_t kept = random() % packet.payload.size();
    packet.missing_bytes += static_cast<std::uint32_t>(packet.payload.size() - kept);
    packet.payload = packet.payload.first(kept);
  }
  return changed;
}

void expect_all(const Names& wanted, const Names& found, const std::string& what) {
  for (const std::string& name : wanted) EXPECT_TRUE(found.contains(name)) << what << ": " << name;
}

class CutUpCaptures : public testing::Test {
 protected:
  using Change = Packets (*)(const Packets&, Random&);
  // tell: the capture's expected names, those of the capture as it is, and of the changed one.
  template <typename Tell>
  void each(Change change, const Tell& tell) {
    const auto folder = *haetae::test::data_folder() / "pcaps";
    for (const auto& [capture, expected] : expectations(folder / "expectations.tsv")) {
      const std::vector<Frame> frames = read_frames(folder / capture);
      const Packets packets = packets_of(frames);
      const Names as_it_is = names_of(packets);
      for (unsigned seed = 1; seed <= 3; ++seed) {
        Random random(seed);
        const std::string what = capture + " with seed " + std::to_string(seed);
        tell(expected, as_it_is, names_of(change(packets, random)), what);
      }
    }
  }
};

TEST_F(CutUpCaptures, PacketsThatComeTwiceChangeNothing) {
  HAETAE_NEEDS_DATA();
  each(duplicated, [](const Names&, const Names& as_it_is, const Names& found,
                      const std::string& what) { EXPECT_EQ(found, as_it_is) << what; });
}

TEST_F(CutUpCaptures, SegmentsInPiecesHideNoName) {
  HAETAE_NEEDS_DATA();
  each(resegmented, [](const Names& expected, const Names&, const Names& found,
                       const std::string& what) { expect_all(expected, found, what); });
}

TEST_F(CutUpCaptures, FragmentsHideNoName) {
  HAETAE_NEEDS_DATA();
  each(fragmented, [](const Names& expected, const Names&, const Names& found,
                      const std::string& what) { expect_all(expected, found, what); });
}

TEST_F(CutUpCaptures, PacketsOutOfOrderHideNoName) {
  HAETAE_NEEDS_DATA();
  each(reordered, [](const Names& expected, const Names&, const Names& found,
                     const std::string& what) { expect_all(expected, found, what); });
}

TEST_F(CutUpCaptures, WhatIsCutShortGivesNoOtherName) {
  HAETAE_NEEDS_DATA();
  each(cut, [](const Names&, const Names& as_it_is, const Names& found, const std::string& what) {
    for (const std::string& name : found) {
      EXPECT_TRUE(as_it_is.contains(name)) << what << ": " << name;
    }
  });
}

TEST(InspectedCaptures, NoCaptureDoesHarm) {
  HAETAE_NEEDS_DATA();
  const auto folder = *haetae::test::data_folder() / "pcaps";
  std::size_t captures = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".tsv") continue;
    Watcher watcher;
    for (const Frame& frame : read_frames(entry.path())) watcher.see(frame);
    ++captures;
  }
  EXPECT_GT(captures, 300U);
}

}  // namespace
}  // namespace haetae::daemon
