// Servers that do anything at any time: every question is delivered once, within its time, and
// nothing stays behind. The input is a list of what happens, then octets for the messages.
#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "dns/forwarder.h"
#include "dns/timing.h"
#include "wire/dns_client.h"

using namespace haetae;
using namespace haetae::dns;

namespace {

constexpr std::size_t kServers = 3;

class World : public ServerLinks {
 public:
  explicit World(bool allows_plain)
      : allows_plain_(allows_plain),
        forwarder_(kServers, 1, {.links = *this, .report = report_, .counters = counters_}) {}

  SendOutcome send(std::size_t server, AttemptId attempt) noexcept override {
    HAETAE_ASSERT(server < kServers && forwarder_.question_of(attempt) != nullptr);
    if (outcome_ != SendOutcome::Full) sent_.push_back(attempt);
    return outcome_;
  }
  void reset(std::size_t /*server*/) noexcept override {
    for (const AttemptId attempt : std::exchange(sent_, {})) forwarder_.on_lost(attempt, now_);
  }
  bool send_plainly(const UpstreamQuestion& /*question*/, std::uint64_t token) noexcept override {
    if (allows_plain_) end(token);
    return allows_plain_;
  }
  void deliver(std::uint64_t token, const UpstreamAnswer& answer) noexcept override {
    HAETAE_ASSERT(!answer.failed || answer.packet.empty());
    end(token);
  }

  void step(std::uint8_t what, std::uint8_t which, Bytes message) {
    switch (what % 8) {
      case 0:
      case 1: ask(which); break;
      case 2: with_sent(which, [&](AttemptId a) { forwarder_.on_sent(a, now_); }, false); break;
      case 3: with_sent(which, [&](AttemptId a) { answer(a, message); }, false); break;
      case 4: with_sent(which, [&](AttemptId a) { forwarder_.on_lost(a, now_); }, true); break;
      case 5:
        forwarder_.on_server_failed(which % kServers, static_cast<ServerFault>(1 + which % 6),
                                    now_);
        break;
      case 6: pass(milliseconds{which * 20}); break;
      case 7: outcome_ = static_cast<SendOutcome>(which % 3); break;
    }
  }
  // In the end nobody waits.
  void finish() {
    pass(kForwardGiveUpAfter);
    HAETAE_ASSERT(waiting_.empty() && forwarder_.in_flight() == 0 && forwarder_.is_idle());
  }

 private:
  void ask(std::uint8_t which) {
    const std::uint64_t token = next_token_++;
    waiting_[token] = now_;
    UpstreamQuestion question;
    question.name = name_of(which % 2 == 0 ? "a.example" : "b.example");
    question.type = which % 3 == 0 ? 28 : 1;
    if (!forwarder_.resolve(question, token, now_)) waiting_.erase(token);
  }
  void end(std::uint64_t token) {
    const auto found = waiting_.find(token);
    HAETAE_ASSERT(found != waiting_.end());
    HAETAE_ASSERT(now_ - found->second <= kForwardGiveUpAfter + milliseconds{50});
    waiting_.erase(found);
  }
  template <typename Do>
  void with_sent(std::uint8_t which, Do act, bool forgets) {
    if (sent_.empty()) return;
    const std::size_t at = which % sent_.size();
    const AttemptId attempt = sent_[at];
    if (forgets) sent_.erase(sent_.begin() + static_cast<std::ptrdiff_t>(at));
    act(attempt);
  }
  // Octets of the input, or a header that fits and then the question that was asked.
  void answer(AttemptId attempt, Bytes message) {
    const UpstreamQuestion* const question = forwarder_.question_of(attempt);
    std::vector<std::uint8_t> octets(message.begin(), message.end());
    if (question != nullptr && !octets.empty() && octets[0] % 2 == 0) {
      const std::uint8_t rcode = octets[0] / 2 % 16;
      octets = {0, 0, 0x81, rcode, 0, 1, 0, 0, 0, 0, 0, 0};
      octets.insert(octets.end(), question->name.wire().begin(), question->name.wire().end());
      for (const int octet : {0, static_cast<int>(question->type), 0, 1}) {
        octets.push_back(static_cast<std::uint8_t>(octet));
      }
    }
    forwarder_.on_message(attempt, octets, now_);
  }
  void pass(milliseconds time) {
    for (const Monotonic end = now_ + time; now_ < end;) {
      now_ += milliseconds{50};
      forwarder_.on_tick(now_);
    }
  }

  bool allows_plain_;
  Monotonic now_{milliseconds{1'000'000}};
  SendOutcome outcome_ = SendOutcome::Sent;
  std::vector<AttemptId> sent_;
  std::map<std::uint64_t, Monotonic> waiting_;
  std::uint64_t next_token_ = 1;
  UpstreamReport report_;
  UpstreamCounters counters_;
  Forwarder forwarder_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kStepsMax = 200;
  if (size < 2) return 0;
  World world((data[0] & 1) != 0);
  std::size_t at = 1;
  for (std::size_t step = 0; step < kStepsMax && at + 1 < size; ++step) {
    const std::uint8_t what = data[at];
    const std::uint8_t which = data[at + 1];
    at += 2;
    const std::size_t message_bytes = what % 8 == 3 ? std::min<std::size_t>(which, size - at) : 0;
    world.step(what, which, Bytes(data + at, message_bytes));
    at += message_bytes;
  }
  world.finish();
  return 0;
}
