#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inspect/inspector.h"
#include "support/hello_maker.h"
#include "support/policy_maker.h"
#include "support/quic_sealer.h"

// An Inspector with everything around it that a test wants to hold in its hands, and flows that say
// what the test says.
namespace haetae::inspect::test {

using haetae::test::append;
using haetae::test::Octets;

inline Octets octets(std::string_view text) {
  return {text.begin(), text.end()};
}
inline IpAddress address(std::string_view text) {
  return *IpAddress::from_text(text);
}
inline Octets tls(std::string_view host, std::size_t record_bytes = 16'000) {
  return haetae::test::in_records(haetae::test::browser_hello(host), record_bytes);
}
inline Octets get(std::string_view host, std::string_view path = "/", std::string_view more = "") {
  return octets("GET " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n" +
                std::string(more) + "\r\n");
}

// A question, or with an address the answer to it.
inline Octets dns(std::string_view name, std::string_view answer = "", std::uint16_t type = 1) {
  Octets message{0x12, 0x34, static_cast<std::uint8_t>(answer.empty() ? 0x01 : 0x81), 0x00, 0,
                 1,    0,    static_cast<std::uint8_t>(answer.empty() ? 0 : 1),       0,    0,
                 0,    0};
  append(message, name_of(name).wire());
  append(message,
         Octets{static_cast<std::uint8_t>(type >> 8), static_cast<std::uint8_t>(type), 0, 1});
  if (!answer.empty()) {
    const IpAddress to = address(answer);
    append(message, Octets{0xc0, 12, 0, static_cast<std::uint8_t>(to.is_v4() ? 1 : 28), 0, 1, 0, 0,
                           1, 0, 0, static_cast<std::uint8_t>(to.wire().size())});
    append(message, to.wire());
  }
  return message;
}
inline Octets in_stream(const Octets& message) {
  return haetae::test::with_length(message, 2);
}

// A request as it was seen: what tests compare.
struct Told {
  std::string text;  // "tls bad.example block"
  Seen seen;
};

struct Outcome {
  Effect::Kind effect = Effect::Kind::Accept;
  Effect::End end = Effect::End::None;
  std::vector<Told> told;

  bool is_blocked() const { return effect == Effect::Kind::Block; }
  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const Told& one : told) all.push_back(one.text);
    return all;
  }
};

class House {
 public:
  House() : House(default_maker()) {}
  explicit House(haetae::test::PolicyMaker first, const Settings& settings = {})
      : maker(std::move(first)),
        policy_(make_policy()),
        standing_(std::make_shared<policy::Standing>()) {
    now.wall = Time{std::chrono::hours{24 * 365 * 56}};
    now.monotonic = Monotonic{std::chrono::hours{1000}};
    inspector.emplace(Inspector::Parts{policy_, standing_, resolved, &events, counters}, settings);
  }

  static haetae::test::PolicyMaker default_maker() {
    return haetae::test::PolicyMaker::with_adult_list();
  }
  std::shared_ptr<const policy::Policy> make_policy() {
    auto made = std::make_shared<policy::Policy>(*maker.make());
    made->generation = ++generation_;
    return made;
  }

  void publish_policy() { policy_.publish(make_policy()); }

  static std::string text_of(const Seen& seen) {
    std::string text(to_text(seen.protocol));
    text += ' ';
    text += seen.has_name ? seen.name.to_text() : seen.address.to_text();
    text += ' ';
    text += policy::to_text(seen.verdict.action);
    if (seen.unread != Unread::No) text += " " + std::string(to_text(seen.unread));
    return text;
  }

  Outcome send(const wire::Packet& packet) {
    inspector->begin_batch();
    const Observation observed = inspector->on_packet(packet, now);
    Outcome outcome{observed.effect.kind, observed.effect.end, {}};
    for (const Seen& seen : observed.seen) {
      outcome.told.push_back({text_of(seen), seen});
      told.push_back(outcome.told.back().text);
    }
    return outcome;
  }
  // Events written since the last call.
  std::size_t take_events() {
    std::size_t count = 0;
    for (; events.front() != nullptr; events.pop()) ++count;
    return count;
  }
  void pass(milliseconds time) {
    now.wall += time;
    now.monotonic += time;
  }

  haetae::test::PolicyMaker maker;
  Now now;
  Counters counters;
  Ring<event::Event> events{1024};
  policy::Resolved resolved{1024, {5, 6}};
  std::vector<std::string> told;  // all requests so far
  std::optional<Inspector> inspector;

 private:
  std::uint64_t generation_ = 0;
  Snapshot<policy::Policy> policy_;
  Snapshot<policy::Standing> standing_;
};

// One flow between a device of the house and a server.
class Talk {
 public:
  struct Ends {
    std::string client = "192.168.1.10";
    std::string server = "198.51.100.7";
    std::uint16_t client_port = 40'000;
    std::uint16_t server_port = 443;
  };
  explicit Talk(House& house) : Talk(house, Ends{}) {}
  Talk(House& house, const Ends& ends) : house_(house), ends_(ends) {}

  wire::Packet packet(bool from_client, std::uint8_t protocol, Bytes payload) const {
    wire::Packet made;
    made.source = address(from_client ? ends_.client : ends_.server);
    made.destination = address(from_client ? ends_.server : ends_.client);
    made.source_port = from_client ? ends_.client_port : ends_.server_port;
    made.destination_port = from_client ? ends_.server_port : ends_.client_port;
    made.protocol = protocol;
    made.payload = payload;
    return made;
  }

  // ---- TCP. Offsets count from the client's first octet.
  Outcome syn(Bytes with = {}) {
    wire::Packet made = packet(true, 6, with);
    made.sequence = first - 1;
    made.tcp_flags = wire::tcp_flag::kSyn;
    return house_.send(made);
  }
  Outcome syn_ack() {
    wire::Packet made = packet(false, 6, {});
    made.sequence = 77;
    made.acknowledgement = first;
    made.tcp_flags = wire::tcp_flag::kSyn | wire::tcp_flag::kAck;
    return house_.send(made);
  }
  void open() {
    syn();
    syn_ack();
  }
  Outcome segment(std::uint32_t offset, Bytes payload, std::uint8_t more_flags = 0,
                  std::uint32_t missing_bytes = 0) {
    wire::Packet made = packet(true, 6, payload);
    made.sequence = first + offset;
    made.tcp_flags = static_cast<std::uint8_t>(wire::tcp_flag::kAck | more_flags);
    made.missing_bytes = missing_bytes;
    return house_.send(made);
  }
  // What the client says next.
  Outcome say(Bytes payload) {
    const Outcome outcome = segment(said_, payload);
    said_ += static_cast<std::uint32_t>(payload.size());
    return outcome;
  }
  Outcome reply(Bytes payload, std::uint8_t more_flags = 0) {
    wire::Packet made = packet(false, 6, payload);
    made.sequence = 78 + replied_;
    made.tcp_flags = static_cast<std::uint8_t>(wire::tcp_flag::kAck | more_flags);
    replied_ += static_cast<std::uint32_t>(payload.size());
    return house_.send(made);
  }
  // The server has what the client said up to there.
  Outcome acknowledge(std::uint32_t offset) {
    wire::Packet made = packet(false, 6, {});
    made.sequence = 78 + replied_;
    made.acknowledgement = first + offset;
    made.tcp_flags = wire::tcp_flag::kAck;
    return house_.send(made);
  }

  // ---- UDP.
  Outcome datagram(Bytes payload) { return house_.send(packet(true, 17, payload)); }
  Outcome answer(Bytes payload) { return house_.send(packet(false, 17, payload)); }

  std::uint32_t first = 1000;

 private:
  House& house_;
  Ends ends_;
  std::uint32_t said_ = 0;
  std::uint32_t replied_ = 0;
};

using Texts = std::vector<std::string>;

}  // namespace haetae::inspect::test
