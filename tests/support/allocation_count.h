#pragma once

#include <cstdint>

namespace haetae::test {

// How often this thread has called operator new so far. A program that asks gets counting versions
// of operator new and delete linked in.
std::uint64_t allocation_count() noexcept;

}  // namespace haetae::test
