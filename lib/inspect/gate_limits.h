#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

// Limits of what one worker of the gate remembers beside its Inspector. Memory is asked for at the
// start and costs nothing until it is used.
namespace haetae::limits {

// Flows whose verdict is remembered, 200 octets each, so that a change of the policy reaches them
// while they live. A newer one takes the place of one of whoever has the most; a flow that was
// forgotten keeps its mark until it ends.
inline constexpr std::size_t kJudgedFlowsMax = 131'072;
// Of those, how many are judged again between two batches of packets: some 0.3 ms of work.
inline constexpr std::size_t kJudgedAgainPerTurn = 256;
// A wall clock that moves against the steady one by more was set: what is remembered is judged
// again.
inline constexpr std::chrono::milliseconds kClockStep{2000};

// Packets that are kept back until what they say is whole: of all, and of one source address. One
// more is let through, or dropped where the gate is strict.
inline constexpr std::size_t kHeldPacketsMax = 2048;
inline constexpr std::size_t kHeldPacketsOfSourceMax = 128;
// Their octets, which wait in the kernel's memory; a large hello's segments come as one packet.
inline constexpr std::size_t kHeldBytesMax = 8UL * 1024 * 1024;
// How long one is kept back. A client sends the rest of a hello in the same moment, or, where a
// segment was lost, after 200 ms and a round trip (RFC 6298).
inline constexpr std::chrono::milliseconds kHeldTime{300};

}  // namespace haetae::limits
