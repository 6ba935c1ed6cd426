// Any rows as a saved memory of names, under a head and a checksum that are right: what was taken
// is saved and restored the same again.
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "policy/resolved.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haetae;
  constexpr std::size_t kRowBytes = 128;
  constexpr std::size_t kHeadBytes = 48;
  constexpr std::size_t kRows = 64;
  const Now now{Time{std::chrono::hours{24 * 365 * 50}}, Monotonic{seconds{1000}}};
  std::vector<std::uint8_t> saved = policy::Resolved(kRows, {1, 2}).save(now);
  saved.resize(kHeadBytes);
  const std::uint64_t rows = size / kRowBytes;
  std::memcpy(saved.data() + kHeadBytes - sizeof rows, &rows, sizeof rows);
  saved.insert(saved.end(), data, data + rows * kRowBytes);
  const std::uint64_t sum = XXH3_64bits(saved.data(), saved.size());
  saved.resize(saved.size() + sizeof sum);
  std::memcpy(saved.data() + saved.size() - sizeof sum, &sum, sizeof sum);

  (void)policy::Resolved::restore({data, size}, kRows, now);
  const auto first = policy::Resolved::restore(saved, kRows, now);
  HAETAE_ASSERT(first != nullptr);
  const std::vector<std::uint8_t> again = first->save(now);
  const auto second = policy::Resolved::restore(again, kRows, now);
  HAETAE_ASSERT(second != nullptr);
  HAETAE_ASSERT(second->save(now) == again);
  return 0;
}
