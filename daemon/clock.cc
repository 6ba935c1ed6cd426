#include "daemon/clock.h"

namespace haetae::daemon {

Now read_clock() noexcept {
  using std::chrono::floor;
  return {floor<milliseconds>(std::chrono::system_clock::now()),
          floor<milliseconds>(std::chrono::steady_clock::now())};
}

}  // namespace haetae::daemon
