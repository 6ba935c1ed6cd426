// A whole Inspector under a small policy: flows of all kinds in packets that the bytes shape.
// Whatever comes, memory is bounded, and a request that names what is blocked is blocked.
#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "base/assert.h"
#include "inspect/inspector.h"
#include "support/adult_policy.h"
#include "wire/reader.h"

namespace {

using namespace haetae;
using inspect::Effect;
using Octets = std::vector<std::uint8_t>;

std::shared_ptr<const policy::Policy> make_policy() {
  auto policy = haetae::test::adult_policy([](list::ImageBuilder& builder, list::ListId adult) {
    builder.add(adult, list::Rule{name_of("bad.example")});
    builder.add(adult, list::AddressRule{*Cidr::from_text("203.0.113.0/24")});
  });
  policy->profiles[0].undecidable_blocked = true;
  policy->profiles[0].log = policy::LogLevel::All;
  return policy;
}

// What stays from one input to the next: making it takes longer than running most inputs.
struct World {
  Snapshot<policy::Policy> policy{make_policy()};
  Snapshot<policy::Standing> standing{std::make_shared<policy::Standing>()};
  policy::Resolved resolved{256, {1, 2}};
  Ring<event::Event> events{64};
  inspect::Counters counters;
};

class Script {
 public:
  Script(World& world, std::uint8_t how)
      : world_(world),
        inspector_({world.policy, world.standing, world.resolved, &world.events, world.counters},
                   {.sees_all = how % 2 != 0,
                    .ends_blocked = how % 4 < 2,
                    .waits_for_receipt = how % 8 >= 4,
                    .refuses_unknown_quic = how % 16 >= 8,
                    .refuses_unresolved = how % 32 >= 16,
                    .unresolved_except = {},
                    .everybody = {},
                    .flows = {16, 8}}) {
    now_.wall = Time{std::chrono::hours{400'000}};
    now_.monotonic = Monotonic{std::chrono::hours{10}};
  }

  void run(wire::WireReader& in) {
    for (int step = 0; step < 256 && in.left() > 0; ++step) act(in);
  }

 private:
  static constexpr std::size_t kTalks = 4;
  struct Talk {
    std::uint32_t said = 0;  // octets of the client, wherever they stood
  };

  void act(wire::WireReader& in) {
    const std::uint8_t what = in.u8();
    const std::size_t number = what % kTalks;
    wire::Packet packet;
    packet.protocol = (what & 0x04) != 0 ? 17 : 6;
    const bool from_client = (what & 0x08) == 0;
    packet.source = IpAddress::v4(0xc0a80102);
    packet.destination = IpAddress::v4(number == 3 ? 0xcb007105 : 0xc6336407);
    packet.source_port = 40'000;
    packet.destination_port = static_cast<std::uint16_t>(number == 0 ? 53 : 443);
    if (!from_client) {
      std::swap(packet.source, packet.destination);
      std::swap(packet.source_port, packet.destination_port);
    }
    Talk& talk = talks_[number + (packet.protocol == 6 ? 0 : kTalks)];
    const std::uint8_t how = (what & 0x10) != 0 ? in.u8() : 0;
    const std::size_t size = std::min<std::size_t>(in.u16() % 2048, in.left());
    // The reader's octets stand in the input: a copy of their own size shows every step beyond.
    const Bytes taken = in.take(size);
    const Octets payload(taken.begin(), taken.end());
    packet.payload = payload;
    packet.tcp_flags = static_cast<std::uint8_t>(how & 0x07) | wire::tcp_flag::kAck;
    if ((how & 0x08) != 0) packet.tcp_flags = wire::tcp_flag::kSyn;
    packet.sequence = 0xfffffff0 + talk.said;
    if ((how & 0x10) != 0) packet.sequence += in.u16() - 0x4000U;
    if (!from_client) packet.acknowledgement = packet.sequence;
    if ((how & 0x20) != 0) packet.missing_bytes = 100;
    if ((how & 0x40) != 0) {
      packet.fragment = wire::Fragment{.id = 1, .offset = in.u8() * 8U, .more = (how & 0x80) != 0};
    } else if ((how & 0x80) != 0) {
      now_.monotonic += seconds{in.u16()} - seconds{0x2000};
    }
    if (from_client && (how & 0x18) == 0) talk.said += static_cast<std::uint32_t>(size);
    send(packet);
  }

  void send(const wire::Packet& packet) {
    inspector_.begin_batch();
    const inspect::Observation observed = inspector_.on_packet(packet, now_);
    bool blocks = false;
    for (const inspect::Seen& seen : observed.seen) {
      const bool is_block = seen.verdict.action == policy::Action::Block;
      blocks = blocks || is_block;
      if (seen.has_name && seen.name.is_under(name_of("bad.example"))) HAETAE_ASSERT(is_block);
      HAETAE_ASSERT(seen.target.size() <= limits::kTargetTextBytesMax);
    }
    HAETAE_ASSERT(!blocks || observed.effect.kind == Effect::Kind::Block);
    HAETAE_ASSERT(inspector_.flow_count() <= 16);
    HAETAE_ASSERT((observed.effect.kind == Effect::Kind::Block) ==
                  (observed.effect.end != Effect::End::None));
    while (world_.events.front() != nullptr) world_.events.pop();
  }

  World& world_;
  inspect::Inspector inspector_;
  Now now_;
  std::array<Talk, 2 * kTalks> talks_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  wire::WireReader in({data, size});
  const std::uint8_t how = in.u8();
  Script(world, how).run(in);
  return 0;
}
