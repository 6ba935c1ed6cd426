#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/time.h"
#include "dns/forward_table.h"
#include "dns/server_health.h"
#include "dns/upstream.h"
#include "dns/upstream_report.h"

namespace haetae::dns {

enum class SendOutcome : std::uint8_t {
  Full,     // no room: ask elsewhere
  Waiting,  // goes out when a connection is there; Forwarder::on_sent() tells
  Sent,
};

// What carries questions to servers, numbered as in the configuration: TLS connections, a script in
// tests.
class ServerLinks {
 public:
  virtual ~ServerLinks() = default;
  // The question is Forwarder::question_of(attempt). Its end is told by Forwarder::on_message() or
  // on_lost(), never inside this call.
  virtual SendOutcome send(std::size_t server, AttemptId attempt) noexcept = 0;
  // The server hangs: its connections are to be closed. on_lost() may come inside this call.
  virtual void reset(std::size_t server) noexcept = 0;
  // Asks in plain DNS, if the configuration allows that. The answer goes to the service by itself,
  // possibly inside this call. False: not allowed, or it cannot start.
  virtual bool send_plainly(const UpstreamQuestion& question, std::uint64_t token) noexcept = 0;
  // The outcome of a question; the service may resolve() others inside this call.
  virtual void deliver(std::uint64_t token, const UpstreamAnswer& answer) noexcept = 0;
};

// Forwarding to several servers by their health: whom to ask, when to ask another one too, and what
// counts as an answer. Each question is delivered once, within kForwardGiveUpAfter. Opens no socket
// and reads no clock.
class Forwarder {
 public:
  struct Parts {
    ServerLinks& links;
    UpstreamReport& report;
    UpstreamCounters& counters;
  };
  // servers: how many, at most limits::kUpstreamServersMax. seed: for jitter.
  Forwarder(std::size_t servers, std::uint32_t seed, const Parts& parts);

  // As Upstream::resolve(). False also if no server may be asked now.
  bool resolve(const UpstreamQuestion& question, std::uint64_t token, Monotonic now) noexcept;

  // ---- For the links
  // Null once nobody wants its answer any more.
  const UpstreamQuestion* question_of(AttemptId attempt) const noexcept;
  void on_sent(AttemptId attempt, Monotonic now) noexcept;

  struct Outcome {
    enum class Kind : std::uint8_t {
      Taken,      // the attempt is over
      NotMine,    // an answer to something else: drop it and go on waiting
      Malformed,  // not DNS: close the connection
    };
    Kind kind = Kind::Taken;
    std::optional<std::uint16_t> keepalive_100ms;  // RFC 7828
  };
  // A message with the id of this attempt came.
  Outcome on_message(AttemptId attempt, Bytes message, Monotonic now) noexcept;
  // The connection ended before the answer.
  void on_lost(AttemptId attempt, Monotonic now) noexcept;
  // Before on_lost() of the attempts that it cost.
  void on_server_failed(std::size_t server, ServerFault fault, Monotonic now) noexcept;

  // Call at least every 100 ms while in_flight() > 0.
  void on_tick(Monotonic now) noexcept;
  // Questions that are not delivered yet.
  std::size_t in_flight() const noexcept { return undelivered_; }
  // True if not even a late answer is waited for.
  bool is_idle() const noexcept { return table_.oldest_question() == kNobody; }

 private:
  enum class Repeat : bool { No, Yes };

  std::uint32_t draw() noexcept { return static_cast<std::uint32_t>(random_()); }

  bool ask_next(std::uint32_t place, Repeat repeat, Monotonic now) noexcept;
  bool ask_good(std::uint32_t place, Repeat repeat, Monotonic now) noexcept;
  bool ask_any(std::uint32_t place, Monotonic now) noexcept;
  bool ask(std::uint32_t place, std::size_t server, bool is_probe, Monotonic now) noexcept;
  void probe_with(std::uint32_t place, Monotonic now) noexcept;
  bool fall_back(std::uint32_t place) noexcept;
  std::optional<std::size_t> best_server(std::uint32_t excluded) const noexcept;
  bool is_anyone_good() const noexcept;
  bool is_awaited(const ForwardTable::Question& question) const noexcept;
  void hedge(std::uint32_t attempt, Monotonic now) noexcept;
  void take_bad_answer(std::uint32_t place, const UpstreamAnswer& answer, Monotonic now) noexcept;
  void deliver(std::uint32_t place, const UpstreamAnswer& answer) noexcept;
  void give_up(std::uint32_t place) noexcept;
  void close_if_done(std::uint32_t place) noexcept;
  void publish(std::size_t server) noexcept;

  std::size_t servers_;
  ServerLinks& links_;
  UpstreamReport& report_;
  UpstreamCounters& counters_;
  std::minstd_rand random_;
  std::array<ServerHealth, limits::kUpstreamServersMax> health_{};
  std::size_t preferred_ = 0;
  ForwardTable table_;
  std::size_t undelivered_ = 0;
};

}  // namespace haetae::dns
