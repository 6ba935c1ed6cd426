#pragma once

#include <cstdint>

namespace haetae::wire {

// How far a parser came with the start of a conversation. Each is given what has arrived so far and
// is asked again when there is more.
enum class Progress : std::uint8_t {
  NeedMore,   // the octets so far fit and are not all: nothing is missing yet that could still come
  Done,       // all of it was there and was read
  NotThis,    // another protocol: no octets that may follow could make it this one
  Malformed,  // this protocol by its start, and then not as its RFC wants it; more will not help
};

}  // namespace haetae::wire
