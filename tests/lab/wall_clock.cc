// Gives a program another wall clock, as if somebody had set the machine's: loaded before it by
// LD_PRELOAD, see clock.py. $WALL_CLOCK names a file that holds the nanoseconds to add (64 bits,
// signed, of this machine's byte order); it is mapped, so that a jump is one store for all threads
// at once. libfaketime would move timers on the monotonic clock as well, and they would not fire.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

const std::atomic<std::int64_t>* map_offset() {
  const int file = open(getenv("WALL_CLOCK"), O_RDONLY | O_CLOEXEC);
  void* const at = mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
  if (at == MAP_FAILED) abort();
  close(file);
  return static_cast<const std::atomic<std::int64_t>*>(at);
}

std::int64_t wall_nanos() {
  static const std::atomic<std::int64_t>* const offset = map_offset();
  timespec machine{};
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &machine);
  return machine.tv_sec * kNanosPerSecond + machine.tv_nsec + offset->load();
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* out) noexcept {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) {
    return static_cast<int>(syscall(SYS_clock_gettime, clock, out));
  }
  const std::int64_t nanos = wall_nanos();
  *out = {nanos / kNanosPerSecond, nanos % kNanosPerSecond};
  return 0;
}

int gettimeofday(timeval* out, void* /*zone*/) noexcept {
  const std::int64_t nanos = wall_nanos();
  *out = {nanos / kNanosPerSecond, nanos % kNanosPerSecond / 1000};
  return 0;
}

time_t time(time_t* out) noexcept {
  const time_t seconds = wall_nanos() / kNanosPerSecond;
  if (out != nullptr) *out = seconds;
  return seconds;
}

}  // extern "C"
