#pragma once

#include <memory>

#include "base/bytes.h"
#include "content/body_decoder.h"

namespace haetae::content {

// The seam to one library that undoes one coding.
class Decompressor {
 public:
  virtual ~Decompressor() = default;
  // Forgets all of the last body. False if there is no memory for the next.
  virtual bool start() noexcept = 0;
  // As BodyDecoder::feed(), for this coding alone and without limits on how much comes out.
  virtual BodyDecoder::Step step(Bytes& raw, MutableBytes out) noexcept = 0;
  // The octets so far are a whole body, as far as that can be told.
  virtual bool is_whole() const noexcept = 0;
  // Nothing more comes: gives back what the next body may not need.
  virtual void stop() noexcept = 0;
};

std::unique_ptr<Decompressor> make_gzip_decompressor(DecoderBudget& budget);
std::unique_ptr<Decompressor> make_deflate_decompressor(DecoderBudget& budget);
std::unique_ptr<Decompressor> make_brotli_decompressor(DecoderBudget& budget);
std::unique_ptr<Decompressor> make_zstd_decompressor(DecoderBudget& budget);

// Counts what a library allocates for one body, and refuses beyond limits::kDecoderBytesMax or the
// budget.
class DecoderMemory {
 public:
  explicit DecoderMemory(DecoderBudget& budget) noexcept : budget_(&budget) {}
  // As malloc() and free(); thread-safe no more than its decoder.
  void* allocate(std::size_t bytes) noexcept;
  void release(void* block) noexcept;

  bool was_refused() const noexcept { return was_refused_; }
  void clear_refusal() noexcept { was_refused_ = false; }

 private:
  DecoderBudget* budget_;
  std::size_t used_bytes_ = 0;
  bool was_refused_ = false;
};

}  // namespace haetae::content
