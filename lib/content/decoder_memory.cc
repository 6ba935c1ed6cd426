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
  const bool has_room = bytes <= limits::kDecoderBytesMax - used_bytes_ && budget_->take(bytes);
  void* const block = has_room ? std::malloc(kHeaderBytes + bytes) : nullptr;
  if (block == nullptr) {
    if (has_room) budget_->give_back(bytes);
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
  const std::size_t bytes = *static_cast<std::size_t*>(start);
  used_bytes_ -= bytes;
  budget_->give_back(bytes);
  std::free(start);
}

}  // namespace haetae::content
