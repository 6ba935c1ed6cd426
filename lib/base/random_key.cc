#include "base/random_key.h"

#include <sys/random.h>

#include "base/assert.h"

namespace haetae {

HashKey random_key() noexcept {
  HashKey key;
  HAETAE_ASSERT(getrandom(&key, sizeof key, 0) == static_cast<ssize_t>(sizeof key));
  return key;
}

}  // namespace haetae
