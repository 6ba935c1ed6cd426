#pragma once

#include <array>
#include <cstdint>

#include "base/limits.h"
#include "base/time.h"
#include "dns/pool_list.h"
#include "dns/upstream.h"

namespace haetae::dns {

// Names one sending of a question to one server; after its end it names nothing.
using AttemptId = std::uint64_t;

// The questions that a Forwarder works on and its attempts at them, in bounded tables. Places are
// indexes that stay while the question or attempt lives.
class ForwardTable {
 public:
  struct Question {
    UpstreamQuestion asked;
    std::uint64_t token = 0;
    Monotonic since{};
    std::uint32_t tried = 0;  // servers, as bits
    std::uint8_t sends = 0;   // attempts so far
    std::uint8_t bad_answers = 0;
    bool is_delivered = false;
    std::array<std::uint32_t, limits::kForwardAttemptsMax> attempts{};  // those that are open …
    std::uint8_t attempts_open = 0;                                     // … so many
  };
  enum class Stage : std::uint8_t {
    Unsent,  // waits for a connection, not for long yet
    Stuck,   // waits for a connection
    Sent,    // waits for an answer
    Overdue  // the same, longer than kHedgeAfter
  };
  struct Attempt {
    std::uint32_t question = kNobody;
    Monotonic since{};  // asked; from on_sent() on: sent
    std::uint8_t server = 0;
    Stage stage = Stage::Unsent;
    bool is_probe = false;  // a copy, to see how the server is: nothing hangs on it
  };

  // kNobody if the table is full.
  std::uint32_t open_question(const UpstreamQuestion& asked, std::uint64_t token,
                              Monotonic now) noexcept;
  // It has no open attempts.
  void close_question(std::uint32_t place) noexcept;
  Question& question(std::uint32_t place) noexcept { return questions_[place].value; }
  const Question& question(std::uint32_t place) const noexcept { return questions_[place].value; }
  std::uint32_t oldest_question() const noexcept { return by_age_.first; }

  // kNobody if the table is full or the question had kForwardAttemptsMax.
  std::uint32_t open_attempt(std::uint32_t question, std::size_t server, bool is_probe) noexcept;
  // Its stage is Unsent or Sent from now on, since `now`.
  void start(std::uint32_t place, Stage stage, Monotonic now) noexcept;
  // It waits too long: Unsent becomes Stuck, Sent becomes Overdue.
  void age(std::uint32_t place) noexcept;
  void close_attempt(std::uint32_t place) noexcept;
  Attempt& attempt(std::uint32_t place) noexcept { return attempts_[place].value; }
  const Attempt& attempt(std::uint32_t place) const noexcept { return attempts_[place].value; }
  AttemptId id_of(std::uint32_t place) const noexcept;
  // kNobody once it is closed.
  std::uint32_t attempt_of(AttemptId id) const noexcept;
  std::uint32_t oldest_unsent() const noexcept { return unsent_.first; }
  std::uint32_t oldest_sent() const noexcept { return sent_.first; }

 private:
  struct QuestionRow {
    std::uint32_t next_free = kNobody;
    PoolLink by_age;
    Question value;
  };
  struct AttemptRow {
    std::uint32_t next_free = kNobody;
    PoolLink by_time;
    std::uint32_t generation = 0;
    bool is_open = false;
    bool is_listed = false;
    Attempt value;
  };

  void take_out(std::uint32_t place) noexcept;

  Pool<QuestionRow, limits::kPendingQuestionsMax> questions_;
  Pool<AttemptRow, limits::kForwardAttemptsInFlightMax> attempts_;
  PoolList by_age_;
  PoolList unsent_;
  PoolList sent_;
};

}  // namespace haetae::dns
