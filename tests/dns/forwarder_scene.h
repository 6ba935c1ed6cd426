#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dns/forwarder.h"
#include "dns/timing.h"
#include "wire/dns_client.h"
#include "wire/dns_writer.h"

// A Forwarder with servers that do what the test says, when the test says so.
namespace haetae::dns::test {

struct Sent {
  std::size_t server;
  AttemptId attempt;
  std::string name;
};

class ForwarderScene : public ServerLinks {
 public:
  explicit ForwarderScene(std::size_t servers)
      : forwarder(servers, 1, {.links = *this, .report = report, .counters = counters}) {}

  // ---- ServerLinks
  SendOutcome send(std::size_t server, AttemptId attempt) noexcept override {
    if (outcomes.contains(server) && outcomes[server] == SendOutcome::Full) {
      return SendOutcome::Full;
    }
    sent.push_back({server, attempt, forwarder.question_of(attempt)->name.to_text()});
    return outcomes.contains(server) ? outcomes[server] : SendOutcome::Sent;
  }
  void reset(std::size_t server) noexcept override { resets.push_back(server); }
  bool send_plainly(const UpstreamQuestion& question, std::uint64_t /*token*/) noexcept override {
    if (!has_plain) return false;
    plainly.push_back(question.name.to_text());
    return true;
  }
  void deliver(std::uint64_t token, const UpstreamAnswer& answer) noexcept override {
    delivered.push_back(token);
    last_failed = answer.failed;
    last_rcode = answer.rcode;
    last_bytes = answer.packet.size();
    if (on_deliver) on_deliver();
  }

  // ---- What happens
  bool ask(std::string_view name, std::uint64_t token) {
    return forwarder.resolve({.name = name_of(name), .type = 1, .record_class = 1}, token, now);
  }
  // An answer to the question of what was sent.
  std::vector<std::uint8_t> answer_to(const Sent& to, wire::Rcode rcode = wire::Rcode::NoError,
                                      bool is_cut = false) const {
    std::vector<std::uint8_t> room(512);
    wire::Query query;
    query.question.name = name_of(to.name);
    query.question.type = wire::RRType::A;
    query.question.klass = wire::RRClass::In;
    wire::DnsWriter writer(room, query, rcode);
    writer.set_truncated(is_cut);
    room.resize(writer.finish());
    return room;
  }
  Forwarder::Outcome::Kind answer(const Sent& to, wire::Rcode rcode = wire::Rcode::NoError,
                                  bool is_cut = false) {
    const Sent copy = to;  // answering may send more
    return forwarder.on_message(copy.attempt, answer_to(copy, rcode, is_cut), now).kind;
  }
  void lose(const Sent& to) { forwarder.on_lost(Sent(to).attempt, now); }
  void fail(std::size_t server, ServerFault fault = ServerFault::Unreachable) {
    forwarder.on_server_failed(server, fault, now);
  }
  // Time passes as the daemon's ticks let it.
  void pass(milliseconds time) {
    for (const Monotonic end = now + time; now < end;) {
      now += std::min(milliseconds{50}, std::chrono::duration_cast<milliseconds>(end - now));
      forwarder.on_tick(now);
    }
  }
  // Lets every server answer once, each a bit later than the one before.
  void measure_all(std::size_t servers) {
    for (std::size_t i = 0; i < servers; ++i) ask("measure.example", 1000 + i);
    const std::vector<Sent> all = std::exchange(sent, {});
    for (std::size_t server = 0; server < servers; ++server) {
      now += milliseconds{5};
      for (const Sent& one : all) {
        if (one.server == server) answer(one);
      }
    }
    delivered.clear();
  }
  std::vector<std::size_t> servers_asked() const {
    std::vector<std::size_t> servers;
    for (const Sent& one : sent) servers.push_back(one.server);
    return servers;
  }

  Monotonic now{milliseconds{1'000'000}};
  UpstreamReport report;
  UpstreamCounters counters;
  std::map<std::size_t, SendOutcome> outcomes;  // of servers that do not send at once
  std::vector<Sent> sent;
  std::vector<std::size_t> resets;
  std::vector<std::string> plainly;
  std::vector<std::uint64_t> delivered;
  std::function<void()> on_deliver;
  bool has_plain = false;
  bool last_failed = false;
  int last_rcode = -1;
  std::size_t last_bytes = 0;
  Forwarder forwarder;
};

}  // namespace haetae::dns::test
