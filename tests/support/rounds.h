#pragma once

#include <algorithm>

namespace haetae::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

// How often to repeat what is drawn at random, or looked up in bulk. The release run does all
// `count` of it and is the one that proves what a test says; a run under sanitizers, where each
// costs many times as much, does a tenth, to walk the same code: at least one.
template <typename Count>
constexpr Count rounds(Count count) {
  return kIsSanitized ? std::max<Count>(count / 10, 1) : count;
}

}  // namespace haetae::test
