#pragma once

namespace haetae {

// Prints the broken promise and where it was made, then aborts.
[[noreturn]] void assertion_failed(const char* promise, const char* file, int line) noexcept;

}  // namespace haetae

// For our own mistakes only, never for bytes, files or people. Always on: a filter that goes on
// after a broken invariant may let through what it must not.
#define HAETAE_ASSERT(promise) \
  ((promise) ? static_cast<void>(0) : ::haetae::assertion_failed(#promise, __FILE__, __LINE__))
