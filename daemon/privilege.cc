#include "daemon/privilege.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>

namespace haetae::daemon {

void give_up_privilege_over_network() {
  if (geteuid() == 0) return;
  (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_NET_ADMIN, 0, 0);
  // There is no wrapper in the C library.
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (syscall(SYS_capget, &header, sets.data()) != 0) return;
  constexpr std::uint32_t kOthers = ~(1U << CAP_NET_ADMIN);
  sets[0].effective &= kOthers;
  sets[0].permitted &= kOthers;
  sets[0].inheritable &= kOthers;
  (void)syscall(SYS_capset, &header, sets.data());
}

}  // namespace haetae::daemon
