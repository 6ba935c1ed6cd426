#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

// Limits of what one Inspector remembers of flows. Memory is asked for at the start and costs
// nothing until it is used: a quiet line stays small.
namespace haetae::limits {

// Flows of one Inspector, 80 octets each with their place in the index. With all taken, a flow that
// never got an answer goes, else one of whoever has the most.
inline constexpr std::size_t kFlowsMax = 1'000'000;
// Flows of one source address: a busy computer has some hundred, a server behind an address some
// thousand. Its next one takes the place of one of its own.
inline constexpr std::size_t kFlowsOfSourceMax = 65'536;
// Source addresses are counted in so many rows, 12 octets each; two of them may share a row, and
// then its limit.
inline constexpr std::size_t kFlowSources = 65'536;
// Flows that one packet's time may clear away; the rest waits for the next packet.
inline constexpr int kFlowsClearedPerPacket = 32;

// How long a flow is remembered after its last packet: while one side alone was heard, while both
// were, once one side said that it is done, and once both did.
inline constexpr std::uint32_t kFlowOpeningSeconds = 10;
inline constexpr std::uint32_t kFlowOpenSeconds = 300;
inline constexpr std::uint32_t kFlowClosingSeconds = 60;
inline constexpr std::uint32_t kFlowClosedSeconds = 3;

// What of a client's first octets is put together: a TLS hello, a QUIC one, a request's head. What
// is longer is judged by the profile's rule for what cannot be decided. Real hellos are below 3 KB;
// with keys and tickets of tomorrow below 10.
inline constexpr std::size_t kWindowBytesMax = 16 * 1024;
// Flows that are still being read: some 80 octets each. With all taken the oldest is given up: its
// next packet is judged by the profile's rule.
inline constexpr std::size_t kFlowWorksMax = 65'536;
// Of those, how many may have octets waiting for others, at kWindowBytesMax and an eighth more
// each; and how many of one source. With all taken the oldest is given up.
inline constexpr std::size_t kHelloRoomsMax = 4096;
inline constexpr std::size_t kHelloRoomsOfSourceMax = 512;
// Payloads of a flow in which its client could not be told, or whose hello could not be opened yet;
// then it is judged by its address.
inline constexpr std::uint32_t kUnreadPacketsMax = 8;
// Requests that one packet may complete: a browser sends one, a test of pipelining some ten. What
// has more is judged by the profile's rule.
inline constexpr std::size_t kRequestsOfPacketMax = 32;
// Text of request targets that one packet's requests are told with; the rest is told shorter.
inline constexpr std::size_t kTargetTextBytesMax = 64 * 1024;

// Datagrams that are being put together from fragments, at kWindowBytesMax and an eighth more each,
// and of one source. With all taken the oldest is given up. A longer datagram is not put together:
// no name stands behind so many octets.
inline constexpr std::size_t kFragmentedMax = 256;
inline constexpr std::size_t kFragmentedOfSourceMax = 64;
// RFC 791, section 3.2 and RFC 8200, section 4.5 say 15 and 60 s.
inline constexpr std::uint32_t kFragmentsSeconds = 30;

// A clock that goes back by less than this is one of several that captured together; by more, it
// was set, and time goes on from where it stands then.
inline constexpr std::int64_t kClockBackSeconds = 60;

}  // namespace haetae::limits
