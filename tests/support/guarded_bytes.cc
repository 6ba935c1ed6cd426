#include "support/guarded_bytes.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "base/assert.h"

namespace haetae::test {

GuardedBytes::GuardedBytes(Bytes bytes) : size_(bytes.size()) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t readable = (bytes.size() + page - 1) / page * page;
  mapping_size_ = readable + page;
  mapping_ =
      mmap(nullptr, mapping_size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  HAETAE_ASSERT(mapping_ != MAP_FAILED);
  auto* const base = static_cast<std::uint8_t*>(mapping_);
  std::ranges::copy(bytes, base + readable - bytes.size());
  start_ = base + readable - bytes.size();
  HAETAE_ASSERT(mprotect(base + readable, page, PROT_NONE) == 0);
}

GuardedBytes::~GuardedBytes() {
  munmap(mapping_, mapping_size_);
}

}  // namespace haetae::test
