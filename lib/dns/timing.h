#pragma once

#include "base/time.h"

// The times of the DNS service. A home page that shows nothing for four seconds is given up by the
// child; a resolver that answers "no" too early breaks sites that were only slow.
namespace haetae::dns {

// A query of a new address waits so long for the network to say whose it is: a neighbour answers
// within 6 ms as a rule, and half a blink delays nobody.
inline constexpr milliseconds kHoldForIdentity{50};
// RFC 8767, section 5: a client that waited so long gets the stale answer, if there is one.
inline constexpr milliseconds kStaleAnswerAfter{1800};
// Then SERVFAIL: before 4 s, a tick of 50 ms included. The question to the upstream goes on.
inline constexpr milliseconds kGiveUpAfter{3600};
// A question that the upstream never answered is forgotten; its late answer is ignored.
inline constexpr milliseconds kForgetQuestionAfter{30000};

// Servers that we ask ourselves (dns/forwarder.h). A question without an answer is asked at the
// next server too: while the client still waits, and when most slow names have been resolved.
inline constexpr milliseconds kHedgeAfter{2000};
// The same for a question that could not even be sent, since there is no connection yet.
inline constexpr milliseconds kUnsentHedgeAfter{500};
// What nobody answered until then has failed.
inline constexpr milliseconds kForwardGiveUpAfter{10000};
// How long a server that failed is left alone: at first, and at most.
inline constexpr milliseconds kServerRestMin{1000};
inline constexpr milliseconds kServerRestMax{60000};
// How quick a server is may have changed after so long.
inline constexpr minutes kMeasureAgainAfter{10};
// After a failure nobody asks upstream for so long while a stale answer is there (RFC 8767,
// section 5, "failure recheck timer") …
inline constexpr seconds kStaleRecheckAfter{30};
// … or while there is none (RFC 9520, section 3.2: at least 1 s, at most 5 min).
inline constexpr seconds kFailureTtl{5};
inline constexpr seconds kStaleAnswerTtl{30};
inline constexpr std::chrono::hours kStaleKeptFor{24};

inline constexpr std::chrono::hours kTtlMax{24};
inline constexpr std::chrono::hours kNegativeTtlMax{1};
// Block answers die young: a guardian's "yes" is real within 2 s (DESIGN, section 4).
inline constexpr seconds kBlockTtl{2};
inline constexpr seconds kSafeSearchTtlMax{300};
inline constexpr seconds kSpecialTtl{60};
// Answers with a shorter life are not fetched ahead: it would double the upstream's load.
inline constexpr seconds kPrefetchTtlMin{10};

// A duration as it stands in a TTL field.
constexpr std::uint32_t ttl_field(seconds ttl) noexcept {
  return static_cast<std::uint32_t>(ttl.count());
}

}  // namespace haetae::dns
