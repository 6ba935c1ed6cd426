#include "daemon/privileges.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>

namespace haetae::daemon {
namespace {

// The sets of capabilities(7), in the kernel's third version of them: 64 bits in two words. The C
// library has no wrapper.
using Sets = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

void give_up(unsigned capability) noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  Sets sets{};
  if (syscall(SYS_capget, &header, sets.data()) != 0) return;
  const std::uint32_t kept = ~CAP_TO_MASK(capability);
  __user_cap_data_struct& word = sets[CAP_TO_INDEX(capability)];
  word.effective &= kept;
  word.permitted &= kept;
  word.inheritable &= kept;
  // A set that is smaller is never refused; what is not permitted leaves the ambient set, too.
  (void)syscall(SYS_capset, &header, sets.data());
}

}  // namespace

bool may_administer_network() noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  Sets sets{};
  if (syscall(SYS_capget, &header, sets.data()) != 0) return false;
  return (sets[CAP_TO_INDEX(CAP_NET_ADMIN)].effective & CAP_TO_MASK(CAP_NET_ADMIN)) != 0;
}

void give_up_raw_sockets() noexcept {
  give_up(CAP_NET_RAW);
}

void give_up_network_administration() noexcept {
  if (geteuid() != 0) give_up(CAP_NET_ADMIN);
}

}  // namespace haetae::daemon
