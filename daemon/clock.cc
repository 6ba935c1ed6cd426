#include "daemon/clock.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fstream>
#include <random>
#include <string>

namespace haetae::daemon {
namespace {

// Half of the kernel's number for this start of the machine. Where it cannot be read a number of
// our own is as good, until this process ends.
std::uint64_t read_boot_id() {
  std::string text;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> text;
  std::erase(text, '-');
  std::uint64_t id = 0;
  constexpr std::size_t kDigits = 16;
  const char* const end = text.data() + std::min(text.size(), kDigits);
  const auto read = std::from_chars(text.data(), end, id, 16);
  if (text.size() >= kDigits && read.ec == std::errc{} && read.ptr == end) return id;
  std::random_device random;
  return static_cast<std::uint64_t>(random()) << 32 | random();
}

}  // namespace

Now read_clock() noexcept {
  using std::chrono::floor;
  return {floor<milliseconds>(std::chrono::system_clock::now()),
          floor<milliseconds>(std::chrono::steady_clock::now())};
}

standing::Moment read_moment() {
  static const std::uint64_t boot = read_boot_id();
  timespec since_boot{};
  clock_gettime(CLOCK_BOOTTIME, &since_boot);
  constexpr long kNanosPerMilli = 1'000'000;
  return {read_clock().wall,
          seconds(since_boot.tv_sec) + milliseconds(since_boot.tv_nsec / kNanosPerMilli), boot};
}

}  // namespace haetae::daemon
