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
};

std::unique_ptr<Decompressor> make_gzip_decompressor();
std::unique_ptr<Decompressor> make_deflate_decompressor();
std::unique_ptr<Decompressor> make_brotli_decompressor();
std::unique_ptr<Decompressor> make_zstd_decompressor();

// Counts what a library allocates for one body, and refuses beyond limits::kDecoderBytesMax.
class DecoderMemory {
 public:
  // As malloc() and free(); thread-safe no more than its decoder.
  void* allocate(std::size_t bytes) noexcept;
  void release(void* block) noexcept;

  bool was_refused() const noexcept { return was_refused_; }
  void clear_refusal() noexcept { was_refused_ = false; }

 private:
  std::size_t used_bytes_ = 0;
  bool was_refused_ = false;
};

}  // namespace haetae::content
