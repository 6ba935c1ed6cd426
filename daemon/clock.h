#pragma once

#include "base/time.h"

namespace haetae::daemon {

// The only place that reads the clocks; lib is handed what they say.
Now read_clock() noexcept;

}  // namespace haetae::daemon
