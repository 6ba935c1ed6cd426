#include <cstdlib>
#include <new>

#include "content/decompressor.h"

namespace haetae::content {
namespace {

// In front of each block stands its size, in room that keeps the block aligned for anything.
constexpr std::size_t kHeaderBytes = alignof(std::max_align_t);
static_assert(kHeaderBytes >= sizeof(std::size_t));

}  // namespace

void* DecoderMemory::allocate(std::size_t bytes) noexcept {
  if (bytes > limits::kDecoderBytesMax - used_bytes_) {
    was_refused_ = true;
    return nullptr;
  }
  void* const block = std::malloc(kHeaderBytes + bytes);
  if (block == nullptr) {
    was_refused_ = true;
    return nullptr;
  }
  ::new (block) std::size_t(bytes);
  used_bytes_ += bytes;
  return static_cast<std::uint8_t*>(block) + kHeaderBytes;
}

void DecoderMemory::release(void* block) noexcept {
  if (block == nullptr) return;
  void* const start = static_cast<std::uint8_t*>(block) - kHeaderBytes;
  used_bytes_ -= *static_cast<std::size_t*>(start);
  std::free(start);
}

}  // namespace haetae::content
