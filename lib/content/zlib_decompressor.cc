#include <zlib.h>

#include <array>

#include "content/decompressor.h"

namespace haetae::content {
namespace {

extern "C" void* zlib_allocate(void* memory, unsigned count, unsigned size) {
  return static_cast<DecoderMemory*>(memory)->allocate(std::size_t{count} * size);
}

extern "C" void zlib_release(void* memory, void* block) {
  static_cast<DecoderMemory*>(memory)->release(block);
}

constexpr int kGzipHeader = MAX_WBITS + 16;
constexpr int kZlibHeader = MAX_WBITS;
constexpr int kNoHeader = -MAX_WBITS;

// What gzip and deflate share: one stream of zlib.
class Inflater : public Decompressor {
 public:
  Inflater(int header, DecoderBudget& budget) noexcept : memory_(budget), header_(header) {
    stream_.zalloc = zlib_allocate;
    stream_.zfree = zlib_release;
    stream_.opaque = &memory_;
  }
  ~Inflater() override {
    if (is_made_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  bool start() noexcept override { return reset(header_); }
  bool is_whole() const noexcept override { return stream_ended_; }
  void stop() noexcept override {}  // its window is small, and every body's

 protected:
  bool reset(int header) noexcept {
    memory_.clear_refusal();
    stream_ended_ = false;
    if (is_made_) return inflateReset2(&stream_, header) == Z_OK;
    is_made_ = inflateInit2(&stream_, header) == Z_OK;
    return is_made_;
  }

  BodyDecoder::Step inflate_once(Bytes& raw, MutableBytes out) noexcept {
    // zlib's pointer is not const, though it only reads.
    stream_.next_in = const_cast<Bytef*>(raw.data());
    stream_.avail_in = static_cast<uInt>(raw.size());
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(out.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    raw = raw.last(stream_.avail_in);
    const std::size_t bytes = out.size() - stream_.avail_out;
    stream_ended_ = result == Z_STREAM_END;
    if (stream_ended_) return {DecodeEnd::Done, bytes};
    if (result == Z_MEM_ERROR) return {DecodeEnd::TooLarge, bytes};
    if (result != Z_OK && result != Z_BUF_ERROR) return {DecodeEnd::Corrupt, bytes};
    return {stream_.avail_out == 0 ? DecodeEnd::MoreText : DecodeEnd::NeedMore, bytes};
  }

  bool stream_ended_ = false;

 private:
  DecoderMemory memory_;
  z_stream stream_{};
  int header_;
  bool is_made_ = false;
};

// Members put behind one another are one body (RFC 1952, section 2.2). Whatever else stands behind
// one is left unread, as browsers do.
class Gzip final : public Inflater {
 public:
  explicit Gzip(DecoderBudget& budget) noexcept : Inflater(kGzipHeader, budget) {}

  BodyDecoder::Step step(Bytes& raw, MutableBytes out) noexcept override {
    constexpr std::uint8_t kMemberStart = 0x1f;
    std::size_t bytes = 0;
    while (true) {
      if (stream_ended_) {
        if (raw.empty()) return {DecodeEnd::NeedMore, bytes};
        if (raw.front() != kMemberStart) return {DecodeEnd::Done, bytes};
        if (!start()) return {DecodeEnd::TooLarge, bytes};
      }
      if (bytes == out.size()) return {DecodeEnd::MoreText, bytes};
      const BodyDecoder::Step step = inflate_once(raw, out.subspan(bytes));
      bytes += step.bytes;
      if (step.end != DecodeEnd::Done) return {step.end, bytes};
    }
  }
};

// "deflate" is a zlib stream (RFC 9110, section 8.4.1.2), and of some servers what stands inside of
// one. A zlib header tells: its two octets are a multiple of 31 (RFC 1950, section 2.2).
class Deflate final : public Inflater {
 public:
  explicit Deflate(DecoderBudget& budget) noexcept : Inflater(kZlibHeader, budget) {}

  bool start() noexcept override {
    head_bytes_ = 0;
    return Inflater::start();
  }

  BodyDecoder::Step step(Bytes& raw, MutableBytes out) noexcept override {
    while (head_bytes_ < head_.size()) {
      if (raw.empty()) return {DecodeEnd::NeedMore, 0};
      head_[head_bytes_++] = raw.front();
      raw = raw.subspan(1);
      if (head_bytes_ < head_.size()) continue;
      if (!has_zlib_header() && !reset(kNoHeader)) return {DecodeEnd::TooLarge, 0};
      head_left_ = head_.size();
    }
    std::size_t bytes = 0;
    if (head_left_ > 0) {
      Bytes head = Bytes(head_).last(head_left_);
      const BodyDecoder::Step step = inflate_once(head, out);
      head_left_ = head.size();
      bytes = step.bytes;
      if (step.end != DecodeEnd::NeedMore) return step;
    }
    const BodyDecoder::Step step = inflate_once(raw, out.subspan(bytes));
    return {step.end, bytes + step.bytes};
  }

 private:
  bool has_zlib_header() const noexcept {
    constexpr unsigned kDeflateMethod = 8;
    return (head_[0] & 0xfU) == kDeflateMethod && (head_[0] >> 4U) <= 7 &&
           (head_[0] * 256U + head_[1]) % 31 == 0;
  }

  std::array<std::uint8_t, 2> head_{};
  std::size_t head_bytes_ = 0;
  std::size_t head_left_ = 0;  // of those, what is not undone yet
};

}  // namespace

std::unique_ptr<Decompressor> make_gzip_decompressor(DecoderBudget& budget) {
  return std::make_unique<Gzip>(budget);
}

std::unique_ptr<Decompressor> make_deflate_decompressor(DecoderBudget& budget) {
  return std::make_unique<Deflate>(budget);
}

}  // namespace haetae::content
