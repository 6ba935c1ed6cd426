#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace haetae {

void assertion_failed(const char* promise, const char* file, int line) noexcept {
  std::fprintf(stderr, "haetae: broken promise at %s:%d: %s\n", file, line, promise);
  std::abort();
}

}  // namespace haetae
