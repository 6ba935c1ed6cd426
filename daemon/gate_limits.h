#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

// Limits of one worker of the gate; lib/inspect/gate_limits.h has those of what it remembers.
namespace haetae::limits {

// Packets that may wait in one queue of the kernel, held ones too. More than our buffer takes: what
// finds no room there the kernel numbers, so that it can be counted.
inline constexpr std::uint32_t kQueuePacketsMax = 65'536;
// The kernel's memory for what it tells us of them, of which it gives twice as much: 40,000 short
// packets, 10,000 hellos of 1.5 KB. What finds no room passes unasked (when_down: open) or is
// dropped (closed).
inline constexpr int kQueueBufferBytes = 16 * 1024 * 1024;
// Octets of each packet that we are told: a segment that a network card is still to cut up, a whole
// hello among them, is as long.
inline constexpr std::uint32_t kQueueCopyBytes = 0xffff;
// Packets read in one call, at 68 KB of address space each.
inline constexpr std::size_t kQueueBatch = 64;
inline constexpr std::size_t kQueueMessageBytesMax = 68 * 1024;
// Verdicts are sent in one call, but no more octets than this.
inline constexpr std::size_t kVerdictBytesMax = 16 * 1024;
// How long a worker waits for packets before it looks whether the policy changed or a held packet's
// time is up.
inline constexpr std::chrono::milliseconds kGateTurn{50};
// From how many packets a millisecond on, over so long, a worker rests before it looks for more;
// and for how long, which each of them may wait. At fewer it would rest more often than it is
// woken.
inline constexpr std::size_t kPacedPacketsPerMs = 5;
inline constexpr std::chrono::milliseconds kPaceWindow{20};
inline constexpr std::chrono::microseconds kPaceRest{250};
// Of packets that open connections, which we are told of by the kernel's log: the headers of each,
// and its memory for those that we have not read, at about 1 KB each.
inline constexpr std::uint32_t kOpeningCopyBytes = 128;
inline constexpr std::size_t kOpeningMessageBytesMax = 512;
inline constexpr std::size_t kOpeningBatch = 64;
inline constexpr int kOpeningBufferBytes = 16 * 1024 * 1024;
// How long the kernel may take to say that a queue or a group is ours.
inline constexpr int kQueueAnswerMilliseconds = 2000;
// How long to wait before a queue that another program has is asked for again.
inline constexpr std::chrono::seconds kQueueTakeAgain{1};
// Changes of connection marks that are sent in one call.
inline constexpr std::size_t kMarkChangeBytesMax = 32 * 1024;

}  // namespace haetae::limits
