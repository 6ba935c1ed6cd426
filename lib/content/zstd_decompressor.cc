#include <zstd.h>
#include <zstd_errors.h>

#include <utility>

#include "content/decompressor.h"

namespace haetae::content {
namespace {

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class Zstd final : public Decompressor {
 public:
  explicit Zstd(DecoderBudget& budget) noexcept : budget_(&budget) {}
  ~Zstd() override { budget_->give_back(taken_bytes_); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  bool start() noexcept override {
    if (context_ == nullptr) context_.reset(ZSTD_createDCtx());
    is_whole_ = false;
    is_at_start_ = true;
    if (context_ == nullptr || !take_what_it_has()) return false;
    ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, limits::kZstdWindowBitsMax);
    return true;
  }

  // Frames put behind one another are one body (RFC 8878, section 3.1).
  BodyDecoder::Step step(Bytes& raw, MutableBytes out) noexcept override {
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    ZSTD_inBuffer from{raw.data(), raw.size(), 0};
    std::size_t result = 0;
    while (from.pos < from.size || !is_at_start_) {
      if (is_at_start_ && !starts_frame(raw[from.pos])) return {DecodeEnd::Corrupt, to.pos};
      const std::size_t before = from.pos + to.pos;
      result = ZSTD_decompressStream(context_.get(), &to, &from);
      is_whole_ = is_at_start_ = result == 0;
      const bool is_stuck = from.pos + to.pos == before;
      if (ZSTD_isError(result) != 0 || is_stuck || to.pos == to.size) break;
    }
    raw = raw.subspan(from.pos);
    if (ZSTD_isError(result) != 0) return {end_of(result), to.pos};
    if (!take_what_it_has()) return {DecodeEnd::TooLarge, to.pos};
    return {to.pos == to.size ? DecodeEnd::MoreText : DecodeEnd::NeedMore, to.pos};
  }

  bool is_whole() const noexcept override { return is_whole_; }

  // A context keeps the largest window that it ever had.
  void stop() noexcept override {
    constexpr std::size_t kKeptBytesMax = std::size_t{1} << 19;
    if (ZSTD_sizeof_DCtx(context_.get()) <= kKeptBytesMax) return;
    context_.reset();
    budget_->give_back(std::exchange(taken_bytes_, 0));
  }

 private:
  // The library tells only afterwards what it allocated: the window, when it reads a frame's head.
  bool take_what_it_has() noexcept {
    const std::size_t bytes = ZSTD_sizeof_DCtx(context_.get());
    if (bytes <= taken_bytes_) return true;
    if (!budget_->take(bytes - taken_bytes_)) return false;
    taken_bytes_ = bytes;
    return true;
  }

  static DecodeEnd end_of(std::size_t error) noexcept {
    switch (ZSTD_getErrorCode(error)) {
      case ZSTD_error_frameParameter_windowTooLarge:
      case ZSTD_error_memory_allocation: return DecodeEnd::TooLarge;
      default: return DecodeEnd::Corrupt;
    }
  }

  // The first octet of a frame or of one to be skipped (RFC 8878, section 3.1). The library would
  // read formats of before the standard, too, which no browser does.
  static constexpr bool starts_frame(std::uint8_t octet) noexcept {
    return octet == 0x28 || (octet >= 0x50 && octet <= 0x5f);
  }

  DecoderBudget* budget_;
  std::size_t taken_bytes_ = 0;
  std::unique_ptr<ZSTD_DCtx, FreeZstd> context_;
  bool is_at_start_ = true;  // of a frame
  bool is_whole_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_zstd_decompressor(DecoderBudget& budget) {
  return std::make_unique<Zstd>(budget);
}

}  // namespace haetae::content
