#pragma once

#include "base/time.h"
#include "standing/entry.h"

namespace haetae::daemon {

// The only places that read the clocks; lib is handed what they say.
Now read_clock() noexcept;

// The wall clock beside the clock that nobody sets. Costs three system calls at the first call.
standing::Moment read_moment();

}  // namespace haetae::daemon
