#pragma once

#include <array>
#include <expected>
#include <optional>
#include <span>
#include <vector>

#include "config/own_name.h"
#include "dns/allow_from.h"
#include "dns/answer_cache.h"
#include "dns/answer_judge.h"
#include "dns/held.h"
#include "dns/packed_answer.h"
#include "dns/pending.h"
#include "dns/reasons.h"
#include "dns/service.h"
#include "dns/trusted_peers.h"

namespace haetae::dns {

// The way of a query: service.cc takes it in, service_hold.cc waits for who sent it,
// service_answer.cc decides, service_deliver.cc judges and writes the answer, and service_wait.cc
// keeps the query while the upstream works. On arrival, when the upstream has answered or failed,
// and when time is up, the same settle() decides anew: a name denied while a query waited is not
// leaked by its answer.
struct Service::Impl {
  explicit Impl(const Parts& parts);

  // One client's question. out is as long as this client's reply may become.
  struct Ask {
    const wire::Query& query;
    const Client& client;
    const Now& now;
    MutableBytes out;
    policy::Sighting sighting;
    std::uint64_t hash;  // of the question's name, with the cache's key
  };

  // A query as far as it can be read without asking anything.
  struct ReadQuery {
    std::expected<void, wire::ParseError> parsed;
    wire::Query query;
    std::uint64_t hash;  // as in Ask
  };

  // What makes us look at a query.
  enum class Moment : std::uint8_t {
    Arrival,
    Answered,  // the upstream did
    Failed,    // the upstream did
    Late,      // time for a stale answer, if there is one
    GivenUp,   // time for an answer of any kind
  };
  struct Situation {
    Moment moment = Moment::Arrival;
    const wire::Question* asked = nullptr;   // Answered: what the upstream was asked …
    const UpstreamAnswer* answer = nullptr;  // … and what it said
    wire::EdeCode failure{};                 // Failed, GivenUp: why
  };

  struct Decision {
    policy::Identity who;
    policy::Verdict verdict;
    std::optional<policy::SpecialAnswer> special;
    std::uint32_t ttl_max_s = 0;  // an allowed answer does not live longer
    bool sets_clock = false;      // UpstreamQuestion::sets_clock
    // What of the answer gave the verdict its reason; null where the asked name did.
    const wire::Target* decided_by = nullptr;
  };

  // What must be known to answer: the question itself, or safe search's target for it.
  struct Wanted {
    const Name* name = nullptr;
    CacheKey key;
    bool is_rewrite = false;
    bool sets_clock = false;
  };

  struct Step {
    enum class Kind : std::uint8_t { Reply, AskUpstream, Wait };
    Kind kind = Kind::Wait;
    std::size_t size = 0;  // Reply: of the message in Ask::out
    Wanted wanted{};       // AskUpstream
  };

  // ---- service.cc
  void refresh() noexcept;
  void on_queries(std::span<Arrival> arrivals, const Now& now) noexcept;
  void read(Bytes bytes, ReadQuery& out) const noexcept;
  void fetch_ahead(const ReadQuery& read) noexcept;
  Effect on_query(const ReadQuery& read, Bytes bytes, const Client& client, const Now& now,
                  MutableBytes out) noexcept;
  Effect refuse_stranger(const wire::Query& query, MutableBytes out) noexcept;
  // A query of somebody who may ask.
  Effect take_in(const ReadQuery& read, const Client& client, const Now& now,
                 MutableBytes out) noexcept;
  Effect refuse_malformed(Bytes bytes, wire::ParseError error, MutableBytes out) noexcept;
  std::size_t refuse_unserved(const Ask& ask) noexcept;
  MutableBytes room_for(const Client& client, const wire::Query& query,
                        MutableBytes out) const noexcept;

  // Decides; what is to be asked upstream then waits in to_ask_.
  Effect proceed(const Ask& ask) noexcept;

  // ---- service_hold.cc
  // What is known of who sent a query: what a trusted peer says goes before what we see.
  Sightings::Look look_at(const Client& client) const noexcept;
  bool hold(const wire::Query& query, const Client& client, const Sightings::Look& look,
            const Now& now) noexcept;
  void on_neighbours(const Now& now) noexcept;
  void release_overdue(const Now& now) noexcept;
  void release(std::uint32_t place, const Now& now) noexcept;

  // ---- service_claims.cc
  std::optional<Bytes> take_proxy_header(Bytes octets, Client& client) noexcept;
  PeerTrust trust_in(const Client& client) const noexcept;
  void take_claims(const wire::Query& query, PeerTrust trust, Client& client) noexcept;

  // ---- service_answer.cc
  Step settle(const Ask& ask, const Situation& situation) noexcept;
  Decision decide(const Ask& ask, CacheEntry* entry) noexcept;
  std::size_t answer_alone(const Ask& ask, const Decision& decision) noexcept;
  std::size_t write_block(const Ask& ask, const Decision& decision) noexcept;
  std::size_t write_own_pages(const Ask& ask) noexcept;
  Wanted wanted_for(const Ask& ask, const Decision& decision) noexcept;
  Step answer_with(const Ask& ask, const Decision& decision, const Wanted& wanted,
                   CacheEntry* entry, const Situation& situation) noexcept;
  Step answer_from_cache(const Ask& ask, const Decision& decision, const Wanted& wanted,
                         CacheEntry& entry) noexcept;
  Step answer_from_upstream(const Ask& ask, const Decision& decision, const Wanted& wanted,
                            const Situation& situation) noexcept;
  Step answer_stale_or_fail(const Ask& ask, const Decision& decision, const Wanted& wanted,
                            wire::EdeCode failure) noexcept;
  Step answer_stale(const Ask& ask, const Decision& decision, const Wanted& wanted,
                    CacheEntry& entry) noexcept;
  Step fail(const Ask& ask, const Decision& decision, wire::EdeCode code) noexcept;

  // ---- service_deliver.cc
  // An answer that came or was remembered.
  struct Found {
    const PackedAnswer& packed;
    CacheEntry* entry;  // where it is remembered; null if it is not, or not yet
  };
  // Judges it, then writes it to this client, or what stands in its place.
  Step deliver(const Ask& ask, const Decision& decision, const Wanted& wanted, const Found& found,
               const Delivery& delivery) noexcept;
  Step deliver_judged(const Ask& ask, const Decision& decision, const Wanted& wanted,
                      const Found& found, const Delivery& delivery) noexcept;
  void count(const Judgement& judgement) noexcept;
  std::size_t write(const Ask& ask, const Wanted& wanted, const PackedAnswer& answer,
                    const Delivery& delivery) noexcept;
  // Before the answer is sent: the name is known when the first packet to its addresses comes.
  void tell_resolved(const Ask& ask, const Decision& decision, const Wanted& wanted,
                     const PackedAnswer& answer) noexcept;
  Step reply(const Ask& ask, const Decision& decision, std::size_t size) noexcept;
  void record(const Ask& ask, const Decision& decision) noexcept;
  // The upstream's answer in the form asked for, made and stored at its first use.
  const PackedAnswer* packed_in_form(const Wanted& wanted, const Situation& situation,
                                     const Now& now) noexcept;

  // ---- service_wait.cc
  // Makes the query wait; false if there is no room for it.
  bool wait_for(const Ask& ask, const Wanted& wanted) noexcept;
  void refresh_ahead(const Wanted& wanted, const Now& now) noexcept;
  std::uint32_t question_for(const Wanted& wanted, const Now& now) noexcept;
  bool is_overdue(const Wanted& wanted, const Now& now) const noexcept;
  void ask_upstream(const Now& now) noexcept;
  void on_answer(std::uint64_t token, const UpstreamAnswer& answer, const Now& now) noexcept;
  void on_tick(const Now& now) noexcept;
  void settle_all(std::uint32_t place, const Situation& situation, const Now& now) noexcept;
  bool settle_waiter(std::uint32_t waiter, const Situation& situation, const Now& now) noexcept;
  void fail_question(std::uint32_t place, wire::EdeCode code, bool remember,
                     const Now& now) noexcept;
  void remember_failure(const PendingQuestion& question, wire::EdeCode code,
                        const Now& now) noexcept;

  SnapshotReader<policy::Policy> policy_;
  SnapshotReader<policy::Standing> standing_;
  SnapshotReader<Settings> settings_;
  Upstream& upstream_;
  ReplySink& replies_;
  Ring<event::Event>& events_;
  Counters& counters_;

  const Lan* lan_;
  policy::Resolved* resolved_;

  Sightings sightings_;
  Held held_;
  AllowFrom allow_from_;
  TrustedPeers trusted_peers_;
  policy::Scratch scratch_;
  const Name own_name_ = name_of(config::kOwnName);
  HashKey cache_key_;
  AnswerCache cache_;
  Pending pending_;
  std::array<ReadQuery, limits::kQueriesReadAhead> ahead_;
  AnswerPacker packer_;
  AnswerJudge judge_;
  wire::Target told_;  // of tell_resolved(): room, reused
  std::unique_ptr<std::array<std::uint8_t, limits::kDnsReplyBytesMax>> reply_room_;

  // Questions opened but not asked yet. Asked at the end of each call from outside, since the
  // upstream may answer inside resolve().
  std::vector<std::uint32_t> to_ask_;
  bool asking_ = false;

  // The form in which packer_ holds the upstream's answer of the current on_answer(), and which
  // forms of it were stored, as bits.
  std::optional<AnswerForm> packed_form_;
  PackedAnswer packed_;
  std::uint8_t stored_forms_ = 0;
};

// How long an allowed answer may live: never past the moment at which the verdict may change.
std::uint32_t ttl_max_s(const policy::Verdict& verdict, Time now) noexcept;

// An answer's form as one bit of a set.
constexpr std::uint8_t form_bit(AnswerForm form) noexcept {
  return static_cast<std::uint8_t>(1U << form);
}
inline constexpr AnswerForm kFormsCount = 4;

}  // namespace haetae::dns
