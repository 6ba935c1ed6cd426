#include <brotli/decode.h>

#include "content/decompressor.h"

namespace haetae::content {
namespace {

extern "C" void* brotli_allocate(void* memory, std::size_t bytes) {
  return static_cast<DecoderMemory*>(memory)->allocate(bytes);
}

extern "C" void brotli_release(void* memory, void* block) {
  static_cast<DecoderMemory*>(memory)->release(block);
}

struct FreeBrotli {
  void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
};

class Brotli final : public Decompressor {
 public:
  explicit Brotli(DecoderBudget& budget) noexcept : memory_(budget) {}

  // The library cannot use its state again: each body gets one of its own.
  bool start() noexcept override {
    state_.reset();
    memory_.clear_refusal();
    is_whole_ = false;
    state_.reset(BrotliDecoderCreateInstance(brotli_allocate, brotli_release, &memory_));
    return state_ != nullptr;
  }

  BodyDecoder::Step step(Bytes& raw, MutableBytes out) noexcept override {
    const std::uint8_t* next_in = raw.data();
    std::size_t left_in = raw.size();
    std::uint8_t* next_out = out.data();
    std::size_t left_out = out.size();
    const BrotliDecoderResult result = BrotliDecoderDecompressStream(
        state_.get(), &left_in, &next_in, &left_out, &next_out, nullptr);
    raw = raw.last(left_in);
    const std::size_t bytes = out.size() - left_out;
    is_whole_ = result == BROTLI_DECODER_RESULT_SUCCESS;
    switch (result) {
      case BROTLI_DECODER_RESULT_SUCCESS: return {DecodeEnd::Done, bytes};
      case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT: {
        // It asks for input even where out was too small for what it has.
        const bool has_more = BrotliDecoderHasMoreOutput(state_.get()) == BROTLI_TRUE;
        return {has_more ? DecodeEnd::MoreText : DecodeEnd::NeedMore, bytes};
      }
      case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: return {DecodeEnd::MoreText, bytes};
      case BROTLI_DECODER_RESULT_ERROR: break;
    }
    return {memory_.was_refused() ? DecodeEnd::TooLarge : DecodeEnd::Corrupt, bytes};
  }

  bool is_whole() const noexcept override { return is_whole_; }
  void stop() noexcept override { state_.reset(); }

 private:
  DecoderMemory memory_;  // outlives the state
  std::unique_ptr<BrotliDecoderState, FreeBrotli> state_;
  bool is_whole_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_brotli_decompressor(DecoderBudget& budget) {
  return std::make_unique<Brotli>(budget);
}

}  // namespace haetae::content
