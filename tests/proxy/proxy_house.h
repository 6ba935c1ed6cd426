#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/connection.h"
#include "proxy/limits.h"
#include "support/policy_maker.h"

// A proxy::Connection with two ends that a test holds in its hands.
namespace haetae::proxy::test {

// What the connections of one front share. A child for whom an adult list counts.
struct House {
  static haetae::test::PolicyMaker default_maker() {
    return haetae::test::PolicyMaker::with_adult_list();
  }

  explicit House(const haetae::test::PolicyMaker& maker = default_maker())
      : policy(make_policy(maker, 1)), standing(std::make_shared<policy::Standing>()) {
    now.wall = Time{std::chrono::hours{24 * 365 * 56}};
    now.monotonic = Monotonic{std::chrono::hours{1000}};
  }
  static std::shared_ptr<const policy::Policy> make_policy(const haetae::test::PolicyMaker& maker,
                                                           std::uint64_t generation) {
    auto made = std::make_shared<policy::Policy>(*maker.make());
    made->generation = generation;
    return made;
  }
  std::size_t take_events() {
    std::size_t count = 0;
    for (; events.front() != nullptr; events.pop()) ++count;
    return count;
  }

  Now now;
  Snapshot<policy::Policy> policy;
  Snapshot<policy::Standing> standing;
  policy::Resolved resolved{1024, HashKey{1, 2}};
  Ring<event::Event> events{1024};
  inspect::Counters inspect_counters;
  Counters counters;
  RequestJudge judge{{policy, standing, resolved, &events, inspect_counters}};
  Rooms client_rooms{limits::kProxyRoomBytes};
  Rooms server_rooms{limits::kProxyServerRoomBytes};
  Pac pac{{name_of("house.example")}};
  ResponseBodies* bodies = nullptr;
};

class Visit {
 public:
  explicit Visit(House& house, Entry entry = Entry::Explicit)
      : house_(house),
        connection({house.judge, house.client_rooms, house.server_rooms, house.counters, house.pac,
                    house.bodies, nullptr},
                   entry,
                   {.client = {*IpAddress::from_text("192.0.2.7"), 40000},
                    .server = {*IpAddress::from_text("198.51.100.80"), 80},
                    .is_known = entry == Entry::Transparent,
                    .proxy = {*IpAddress::from_text("192.0.2.1"), 8118}},
                   house.now) {}

  // The client, or the server, sends this, in pieces of so many octets; all that follows is done.
  Visit& client(std::string_view text, std::size_t piece = 1 << 20) {
    send(text, piece, true);
    return *this;
  }
  Visit& server(std::string_view text, std::size_t piece = 1 << 20) {
    send(text, piece, false);
    return *this;
  }
  Visit& client_ends() {
    connection.client_ended();
    run();
    return *this;
  }
  Visit& server_ends() {
    connection.server_ended();
    run();
    return *this;
  }

  void run() {
    for (bool moves = true; moves && !is_closed;) {
      moves = false;
      switch (connection.step(house_.now)) {
        case Connection::Wish::Nothing: break;
        case Connection::Wish::Connect:
          ++connects;
          asked_for = connection.origin();
          if (connects_at_once) connection.connected(is_reused, house_.now);
          moves = connects_at_once;
          break;
        case Connection::Wish::Close: is_closed = true; break;
      }
      moves |= take(connection.to_client(), to_client, true);
      moves |= take(connection.to_server(), to_server, false);
    }
  }

  std::string take_to_client() { return std::exchange(to_client, {}); }
  std::string take_to_server() { return std::exchange(to_server, {}); }

  House& house_;
  Connection connection;
  std::string to_client;
  std::string to_server;
  Origin asked_for;
  int connects = 0;
  bool is_closed = false;
  bool connects_at_once = true;
  bool is_reused = false;

 private:
  void send(std::string_view text, std::size_t piece, bool is_client) {
    while (!text.empty() && !is_closed) {
      const MutableBytes space = is_client ? connection.client_space() : connection.server_space();
      if (space.empty()) break;  // it waits in the kernel
      const std::size_t bytes = std::min({text.size(), piece, space.size()});
      std::ranges::copy(as_bytes(text.substr(0, bytes)), space.begin());
      is_client ? connection.client_read(bytes) : connection.server_read(bytes);
      text.remove_prefix(bytes);
      run();
    }
    left = std::string(text);
  }
  bool take(std::array<Bytes, 2> parts, std::string& into, bool is_client) {
    std::size_t bytes = 0;
    for (const Bytes part : parts) {
      into += as_text(part);
      bytes += part.size();
    }
    if (bytes == 0) return false;
    is_client ? connection.client_wrote(bytes) : connection.server_wrote(bytes);
    return true;
  }

 public:
  std::string left;  // of what was sent last: there was no room
};

}  // namespace haetae::proxy::test
