#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

// Every queue, table, loop and buffer of Haetae has its maximum here. Each comment says what the
// limit costs and what happens when it is reached.
namespace haetae::limits {

// RFC 1035, section 3.1: a name is at most 255 octets on the wire, hence at most 127 labels.
inline constexpr std::size_t kNameBytesMax = 255;
inline constexpr std::size_t kLabelBytesMax = 63;
inline constexpr std::size_t kNameLabelsMax = 127;

// Pointers followed inside one DNS name: as many as a name can have labels. More is a name made to
// waste time; it is refused as too long.
inline constexpr std::size_t kNamePointersMax = 128;
// Records that a DNS query may carry beside its question: OPT, TSIG or SIG(0), the SOA of an IXFR,
// one to spare. Each costs a few ns; with more the query gets FORMERR.
inline constexpr std::size_t kQueryRecordsMax = 4;
// A header of the PROXY protocol with all its additional values. Balancers write some 30 to 100
// octets; a longer one is refused. Costs that much room at the start of a stream from a balancer.
inline constexpr std::size_t kProxyHeaderBytesMax = 1024;
// What a forwarder calls a client: a name or a number of a few octets. Each waiting query has room
// for one; a longer one is refused and counted, and is a fault in the configuration.
inline constexpr std::size_t kClientIdBytesMax = 64;
// Places that a DNS message being written remembers for compression: 2 octets each on the stack.
// Names beyond that are written whole.
inline constexpr std::size_t kCompressionOffsetsMax = 64;

// A line of a list file. Longer ones are skipped and counted; they cost no memory.
inline constexpr std::size_t kListLineBytesMax = 4096;
// Names on one line of a hosts or dnsmasq file; those after it are skipped and counted.
inline constexpr std::size_t kListNamesPerLineMax = 32;
// Octets of a list file read at a time, and of unpacked text held. A reader costs their sum and
// what the packer asks for.
inline constexpr std::size_t kListChunkBytes = 65'536;
inline constexpr std::size_t kListTextBytes = 262'144;
// What a list may unpack to: some 50 million names. A longer one is refused.
inline constexpr std::uint64_t kListSourceBytesMax = 1024ULL * 1024 * 1024;
// log2 of the window of a .zst list: 32 MB of memory while it is read. A larger one is refused.
inline constexpr int kListZstdWindowBitsMax = 25;
// Text at a list's start that decides its format, and whether it is a list at all.
inline constexpr std::size_t kListHeadBytesMax = 65'536;
// Examples kept for each reason in an import report, and octets of each; the rest is only counted.
inline constexpr std::size_t kReportExamplesMax = 20;
inline constexpr std::size_t kReportExcerptBytesMax = 120;
// Quarantined entries named in an import report; the rest is only counted.
inline constexpr std::size_t kReportQuarantinedMax = 1000;
// A list is refused if more of its entries than both of these had to be quarantined.
inline constexpr std::uint64_t kListQuarantinedCountMax = 20;
inline constexpr std::uint64_t kListQuarantinedPercentMax = 5;
// A network in a list that is wider than this is quarantined: it would block a share of the
// internet. Those of published drop lists are narrower.
inline constexpr int kListV4PrefixBitsMin = 12;
inline constexpr int kListV6PrefixBitsMin = 24;
// A list that had at least so many rules is refused if it shrank by more than half. Smaller ones
// are written by hand and may shrink.
inline constexpr std::uint64_t kListShrinkCheckRulesMin = 100;

// Patterns of one set: each costs some 200 octets and a place in hits. More are refused by name.
inline constexpr std::size_t kPatternsMax = 20'000;
// Strings that stand for one expression in the first look at a text; they cost time at the start.
// An expression that would need more is asked of every text.
inline constexpr std::size_t kPatternFactorsMax = 300;
// Those of one set, together. Expressions beyond are asked of every text.
inline constexpr std::size_t kPatternSetFactorsMax = 20'000;
// Categories that the patterns of one set speak of; they size an array on the stack of each scan.
inline constexpr std::size_t kPatternCategoriesMax = 32;
// A compiled pattern database kept on disk. A larger file is not read and is made anew.
inline constexpr std::size_t kPatternCacheBytesMax = 64 * 1024 * 1024;
// What RE2 may spend on one set's automaton; a scan that needs more fails and is counted.
inline constexpr std::int64_t kRe2BytesMax = 64 * 1024 * 1024;

// A file of configuration or of rules/. A larger one is refused: it is no text that a person wrote.
inline constexpr std::size_t kYamlFileBytesMax = 4 * 1024 * 1024;
// What one such file may become in memory once its aliases are written out (about 120 bytes a
// node); a file that grows beyond is refused with the line where it did.
inline constexpr std::size_t kYamlNodesMax = 500'000;
inline constexpr std::size_t kYamlTextBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kYamlDepthMax = 32;
// Rows of a configuration; one more is a fault. Larger sites keep subscribers in a feed.
inline constexpr std::size_t kListsMax = 4096;
inline constexpr std::size_t kProfilesMax = 4096;
inline constexpr std::size_t kDevicesMax = 65'536;
inline constexpr std::size_t kSchedulesMax = 256;  // rows of one schedule
// Faults told at once; the rest are counted in one last line.
inline constexpr std::size_t kFaultsMax = 200;

// DNS over UDP: datagrams moved by one system call. Costs kUdpBatchDatagrams query and reply
// buffers a socket.
inline constexpr std::size_t kUdpBatchDatagrams = 64;
// Queries of a batch that are read before the first is answered, so that what they need is fetched
// meanwhile: enough to cover a few fetches, few enough for the processor's first cache. Costs half
// a kilobyte each.
inline constexpr std::size_t kQueriesReadAhead = 16;
// Batches before the loop's other work gets its turn.
inline constexpr int kUdpBatchesPerTurn = 8;
// A longer query is cut by the kernel and gets FORMERR; real ones are below 512 octets.
inline constexpr std::size_t kUdpQueryBytesMax = 4096;
// The kernel's buffers of a UDP socket: a burst of some thousand queries.
inline constexpr int kSocketBufferBytes = 4 * 1024 * 1024;
// DNS over TCP: connections of one worker and socket; further ones are closed at once and counted.
inline constexpr std::size_t kTcpConnectionsMax = 2000;
// Of one address: a device has a few, a forwarder some dozen.
inline constexpr std::size_t kTcpConnectionsOfPeerMax = 200;
// Of one balancer, which brings the streams of all who are behind it; each of those still has no
// more than an address may have.
inline constexpr std::size_t kTcpConnectionsOfBalancerMax = 1500;
// Of peers that may not ask and are only told so.
inline constexpr std::size_t kTcpStrangersMax = 50;
inline constexpr int kTcpBacklog = 512;
// Queries of one connection that wait for their answers; reading stops until some have left.
inline constexpr std::size_t kTcpPipelineMax = 128;
// A connection on which nothing moves for so long is closed (RFC 7766, section 6.2.3).
inline constexpr std::chrono::seconds kTcpIdle{10};

// Queries of one worker that are held until the network has said who sent them, and how many of one
// address; some 0.6 KB each. What finds no room is decided with what is known, and counted.
inline constexpr std::size_t kHeldQueriesMax = 512;
inline constexpr std::size_t kHeldPerClientMax = 32;

// Queries of one worker that wait for the upstream: some 0.6 KB each, touched as needed. With more,
// a query gets a stale answer if there is one, else it is dropped and counted; clients ask again.
inline constexpr std::size_t kPendingQueriesMax = 10000;
// Of those, how many may come from one address; the same happens to its next ones.
inline constexpr std::size_t kPendingPerClientMax = 1000;
// Questions of one worker that the upstream is working on, refreshes included; some 0.5 KB each.
inline constexpr std::size_t kPendingQuestionsMax = 10000;
// Upstream servers of one configuration: the forwarder keeps a bit for each in every question.
inline constexpr std::size_t kUpstreamServersMax = 32;
// How often one question is sent to servers of ours, hedges and retries together; then it fails.
inline constexpr std::size_t kForwardAttemptsMax = 6;
// Attempts of one worker on their way, for kPendingQuestionsMax questions; some 50 octets each.
inline constexpr std::size_t kForwardAttemptsInFlightMax = 2 * kPendingQuestionsMax;
// DNS over TLS to one server, from one worker: connections, 60 to 130 KB each, and questions in
// flight on one (a power of two). With all full the next server is asked.
inline constexpr std::size_t kTlsConnectionsMax = 4;
inline constexpr std::size_t kTlsInFlightMax = 1024;
// Questions in flight on every connection before another one is opened.
inline constexpr std::size_t kTlsSpreadAfter = 64;
// Tickets kept for one server, 2 KB each: one is used up by each connection.
inline constexpr std::size_t kTlsTicketsMax = 4;
// A connection that is not ready by then, TLS included, is given up.
inline constexpr std::chrono::milliseconds kTlsConnectMax{2500};
// What was sent and not even acknowledged by then was lost with the path.
inline constexpr std::chrono::milliseconds kTlsUnacknowledgedMax{2000};
// A connection without questions is closed after this, or what the server asks for (RFC 7828), if
// that is within the second.
inline constexpr std::chrono::milliseconds kTlsIdle{30000};
inline constexpr std::chrono::milliseconds kTlsIdleMax{120000};
// Messages in a row that answer nothing we asked; then the connection is closed as not DNS.
inline constexpr int kTlsWrongAnswersMax = 256;
// Reads from one connection, 16 KB each, before the loop's other work gets its turn.
inline constexpr int kTlsReadsPerTurn = 16;
// How often a waiting query may turn to another question because the policy changed meanwhile.
inline constexpr int kPendingRestartsMax = 1;
// Answers longer than this pass through and are not cached.
inline constexpr std::size_t kCacheAnswerBytesMax = 16 * 1024;
// Names and addresses that one answer may lead to: resolvers give up chains at a dozen names, and a
// message over UDP holds some seventy addresses. Each costs about 0.2 us when it is judged; what
// leads to more is judged by the profile's rule for what cannot be decided.
inline constexpr std::size_t kAnswerNamesMax = 32;
inline constexpr std::size_t kAnswerAddressesMax = 256;
// TTLs in one message: a record takes 11 octets at least.
inline constexpr std::size_t kDnsTtlsMax = 65535 / 11;
// Entries in use that making room for one new entry may move; then the oldest go, in use or not.
inline constexpr std::size_t kCacheMovesPerFillMax = 8;
// The smallest answer cache; a smaller budget is raised to it.
inline constexpr std::size_t kCacheBytesMin = 256 * 1024;
// The text of an Extended DNS Error; cut at a character's end.
inline constexpr std::size_t kEdeTextBytesMax = 128;

// Image: distinct names. At about 50 bytes each while building; one more refuses the build.
inline constexpr std::size_t kImageNamesMax = 100'000'000;
// Image: distinct prefixes of addresses, at up to 68 bytes each; one more refuses the build.
inline constexpr std::size_t kImagePrefixesMax = 1'000'000;
// Elements at one name, its ancestors' included; further ones are left out and counted. Keeps a
// name with very many conditional rules from costing their square.
inline constexpr std::size_t kImageSetElementsMax = 255;
// Elements of all sets together, and bytes of all conditions: 20 bytes each and 1 in the running
// filter; one more refuses the build.
inline constexpr std::size_t kImageElementsMax = 16'000'000;
inline constexpr std::size_t kImageConditionBytesMax = 64 * 1024 * 1024;
// Edits beside an image, at about 60 bytes each; at the limit they must be merged into a new image.
inline constexpr std::size_t kDeltaEditsMax = 10'000;

// Network interfaces, and names that interfaces ever had while the program ran. On what comes
// beyond, nobody is known by MAC; counted.
inline constexpr std::size_t kLinksMax = 4096;
inline constexpr std::size_t kLinkNamesMax = 8192;
// Addresses of this machine on one interface. What comes beyond is not on the link; counted.
inline constexpr std::size_t kAddressesOfLinkMax = 256;

// Pairs of address and MAC that are remembered, at about 130 octets each. Nobody on one link can
// take the place of the others: a link that is full forgets its own strangers, those seen longest
// ago first.
inline constexpr std::size_t kNeighboursMax = 262'144;
inline constexpr std::size_t kNeighboursOfLinkMax = 131'072;
// Of one MAC: a month of IPv6 temporary addresses on two prefixes. It forgets its own oldest.
inline constexpr std::size_t kNeighboursOfMacMax = 96;
// MACs that are remembered, at about 150 octets each; with more, strangers of the same link go.
inline constexpr std::size_t kMacsMax = 65'536;
inline constexpr std::size_t kMacsOfLinkMax = 32'768;
// Addresses that the kernel asked for in vain, remembered for so long that nobody waits for them.
inline constexpr std::size_t kFailedNeighboursMax = 4096;
inline constexpr std::chrono::seconds kFailedNeighbourFor{5};
// Wishes of one worker to look for a neighbour, on their way to who does. More are lost; the next
// query of that neighbour wishes again.
inline constexpr std::size_t kWishesSlots = 512;
// Neighbours that are looked for at one time, and in one second. Further ones are counted, and
// decided on as unknown until somebody asks again; the kernel's own table holds some 1000.
inline constexpr std::size_t kProbesMax = 256;
inline constexpr int kProbesPerSecond = 512;
// The first MAC that held an address owns it until it was away for so long.
inline constexpr std::chrono::days kOwnerKept{30};
// The file of devices seen. What stands beyond is not read.
inline constexpr std::size_t kSeenBytesMax = 64 * 1024 * 1024;
// A DHCP server's leases file; a longer one is read from its end, where the newest leases stand.
inline constexpr std::size_t kLeasesBytesMax = 16 * 1024 * 1024;
// Leases taken from one file; the rest is counted.
inline constexpr std::size_t kLeasesMax = 65'536;
// Resolvers read from one router advertisement: 16 octets each; further ones are left out.
inline constexpr std::size_t kRdnssAddressesMax = 16;

// The admin listener: connections, each some 10 KB; further ones are closed at once. A monitor, a
// dashboard and who looks by hand are a few.
inline constexpr int kAdminConnectionsMax = 64;
// A request's head; a longer one ends the connection.
inline constexpr std::size_t kAdminRequestBytesMax = 8 * 1024;
// A connection on which nothing moves for so long is closed.
inline constexpr std::chrono::seconds kAdminIdle{15};

// The longest DNS message (RFC 1035, section 4.2.2): room for a reply over TCP.
inline constexpr std::size_t kDnsReplyBytesMax = 65535;
// Room for a reply over UDP; a longer one is truncated and comes over TCP.
inline constexpr std::size_t kUdpReplyBytesMax = 4096;
// Events of one worker that wait to be written: about 5 MB. More are lost and counted.
inline constexpr std::size_t kEventRingSlots = 8192;
// How long waiting queries are still answered after SIGTERM.
inline constexpr std::chrono::seconds kDrainMax{5};
// A worker that does not move for so long hangs: the watchdog is no longer fed.
inline constexpr std::chrono::seconds kWorkerSilenceMax{5};
// A start that answers for so long has settled: its configuration and lists are good.
inline constexpr std::chrono::seconds kSettledAfter{60};

// Standing: pauses, focus and grants that are on, at some 0.3 KB each; with more a command is
// refused.
inline constexpr std::size_t kStandingEntriesMax = 16'384;
// Grants of one profile: a decision looks at each of them, some 5 ns each. One more is refused.
inline constexpr std::size_t kGrantsOfProfileMax = 50;
// The longest grant, and the longest pause with an end; what is to hold for longer belongs into the
// configuration.
inline constexpr std::chrono::days kGrantLengthMax{31};
inline constexpr std::chrono::days kPauseLengthMax{366};
// What waits for a profile that the configuration no longer has is forgotten so long after it was
// said, if it has no earlier end.
inline constexpr std::chrono::days kStandingWaitsMax{31};
// The journal of the standing. A record holds all that one command changed; a longer one is none of
// ours. A longer file is not read and kept aside.
inline constexpr std::size_t kJournalRecordBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kJournalBytesMax = 64 * 1024 * 1024;
// Records beyond what is on that make the journal be written anew: some 10 KB.
inline constexpr std::size_t kJournalSpareRecordsMax = 100;

// The control socket: connections at once; one more is told so and closed.
inline constexpr std::size_t kControlConnectionsMax = 16;
// A request is one line; a longer one is refused. Costs that much for each connection.
inline constexpr std::size_t kControlRequestBytesMax = 16 * 1024;
// A client that sends no whole line, or does not take its answer, is closed after so long.
inline constexpr std::chrono::seconds kControlPatience{5};
// What the client's side takes as an answer: status of a large school.
inline constexpr std::size_t kControlAnswerBytesMax = 64 * 1024 * 1024;

}  // namespace haetae::limits
