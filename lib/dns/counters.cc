#include "dns/counters.h"

#include "dns/upstream_report.h"

namespace haetae::dns {

// As long as Counters has members; a test looks for those that have no row yet.
const std::array<CounterRow, kCounterRowsCount> kCounterRows{{
    {"queries", &Counters::queries, "Queries taken from clients."},
    {"replies", &Counters::replies, "Replies given."},
    {"blocked", &Counters::blocked, "Replies that block."},
    {"watched", &Counters::watched, "Replies that mode watch let through and would have blocked."},
    {"rewritten", &Counters::rewritten, "Replies that lead to safe search."},
    {"cache_hits", &Counters::cache_hits, "Replies from the answer cache."},
    {"cache_stale_hits", &Counters::cache_stale_hits,
     "Replies from answers past their time, since the upstream was late (RFC 8767)."},
    {"cache_misses", &Counters::cache_misses, "Queries that had to wait for the upstream."},
    {"dropped_short", &Counters::dropped_short, "Datagrams dropped: no whole DNS header."},
    {"dropped_response", &Counters::dropped_response, "Messages dropped: responses, not queries."},
    {"dropped_pending_full", &Counters::dropped_pending_full,
     "Queries for which there was no room to wait."},
    {"refused_client", &Counters::refused_client, "Queries of clients that may not ask."},
    {"refused_question", &Counters::refused_question, "Questions that are not answered here."},
    {"formerr", &Counters::formerr, "Queries that were malformed."},
    {"notimp", &Counters::notimp, "Queries of a kind that is not served."},
    {"dropped_proxy_header", &Counters::dropped_proxy_header,
     "Datagrams and connections dropped: a PROXY header is missing or broken."},
    {"claims_ignored", &Counters::claims_ignored,
     "Identity options of peers that are not believed."},
    {"claims_malformed", &Counters::claims_malformed,
     "Identity options of believed peers that say nothing."},
    {"upstream_queries", &Counters::upstream_queries, "Questions asked upstream."},
    {"upstream_failures", &Counters::upstream_failures, "Questions that the upstream failed."},
    {"upstream_bogus", &Counters::upstream_bogus, "Answers whose signatures are wrong (DNSSEC)."},
    {"upstream_timeouts", &Counters::upstream_timeouts, "Questions given up after 4 s."},
    {"servfail", &Counters::servfail, "Replies that say SERVFAIL."},
    {"truncated", &Counters::truncated, "Replies cut for UDP."},
    {"events_lost", &Counters::events_lost, "Events lost: the writer was too slow."},
    {"coalesced", &Counters::coalesced, "Queries that shared a question already on its way."},
    {"prefetches", &Counters::prefetches, "Answers fetched anew before their end."},
}};

const std::array<UpstreamCounterRow, kUpstreamCounterRowsCount> kUpstreamCounterRows{{
    {"queries", &UpstreamCounters::queries, "Questions sent over TLS, repeated ones included."},
    {"answers", &UpstreamCounters::answers, "Answers over TLS that answered a question."},
    {"hedges", &UpstreamCounters::hedges,
     "Questions asked at a second server too, since the first was late."},
    {"retries", &UpstreamCounters::retries, "Questions asked again: their connection ended."},
    {"failures", &UpstreamCounters::failures, "Questions that no server answered."},
    {"wrong_answers", &UpstreamCounters::wrong_answers,
     "Answers dropped: to another id or question."},
    {"malformed", &UpstreamCounters::malformed, "Connections closed: what came was no DNS."},
    {"bad_answers", &UpstreamCounters::bad_answers,
     "Answers that say SERVFAIL or REFUSED, or are cut."},
    {"connections", &UpstreamCounters::connections, "Connections opened."},
    {"resumptions", &UpstreamCounters::resumptions, "Connections resumed by a ticket."},
    {"connection_failures", &UpstreamCounters::connection_failures,
     "Connections that could not be opened."},
    {"certificate_failures", &UpstreamCounters::certificate_failures,
     "Connections refused: the server's certificate is not the right one."},
    {"closed_idle", &UpstreamCounters::closed_idle, "Connections closed: nothing to ask."},
    {"plain_fallbacks", &UpstreamCounters::plain_fallbacks,
     "Questions asked without encryption, as the configuration allows."},
}};

}  // namespace haetae::dns
