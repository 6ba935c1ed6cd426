// The Inspector over real captures: every name that two other programs found independently is
// found, in the capture as it is and in what is left of it when it is cut up differently.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
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
      const std::string host = seen.has_name ? seen.name.to_text() : seen.address.to_text();
      names.insert(std::string(inspect::to_text(seen.protocol)) + " " + host);
    }
  }
  void see(const Frame& frame) {
    auto packet = wire::parse_packet(frame.link, frame.octets);
    if (!packet) return;
    see(*packet, frame.now);
  }

  Names names;
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
  inspect::Resolved resolved_{1 << 12, {1, 2}};
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
