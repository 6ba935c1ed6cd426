#include "daemon/privileges.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>

namespace haetae::daemon {

// The sets of capabilities(7), in the kernel's third version of them: 64 bits in two words.
void give_up_raw_sockets() noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (syscall(SYS_capget, &header, sets.data()) != 0) return;
  constexpr std::uint32_t kKept = ~CAP_TO_MASK(CAP_NET_RAW);
  __user_cap_data_struct& word = sets[CAP_TO_INDEX(CAP_NET_RAW)];
  word.effective &= kKept;
  word.permitted &= kKept;
  word.inheritable &= kKept;
  // A set that is smaller is never refused; what is not permitted leaves the ambient set, too.
  (void)syscall(SYS_capset, &header, sets.data());
}

}  // namespace haetae::daemon
