#include "base/unpack.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/assert.h"

namespace haetae {
namespace {

using ReadResult = std::expected<std::size_t, std::string>;
using Done = std::expected<void, std::string>;

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// Packed octets between the source and an unpacker.
class Pending {
 public:
  Pending(OctetSource& source, std::size_t chunk_bytes) : source_(source), chunk_(chunk_bytes) {}

  // Reads the next octets once the last ones are used up, at least `wanted` of them even where a
  // pipe brings them one by one. False at the source's end.
  std::expected<bool, std::string> refill(std::size_t wanted = 1) {
    std::size_t count = 0;
    while (count < wanted) {
      const ReadResult size = source_.read(MutableBytes(chunk_).subspan(count));
      if (!size) return std::unexpected(size.error());
      if (*size == 0) break;
      count += *size;
    }
    left_ = Bytes(chunk_).first(count);
    return count > 0;
  }
  Bytes left() const noexcept { return left_; }
  void keep(std::size_t last) noexcept { left_ = left_.last(last); }
  OctetSource& source() noexcept { return source_; }
  const std::string& label() const noexcept { return source_.label(); }

 private:
  OctetSource& source_;
  std::vector<std::uint8_t> chunk_;
  Bytes left_;
};

class Unpacker : public OctetSource {
 public:
  explicit Unpacker(Pending pending) : pending_(std::move(pending)) {}
  const std::string& label() const noexcept override { return pending_.label(); }

 protected:
  Pending pending_;
};

class Plain : public Unpacker {
 public:
  using Unpacker::Unpacker;

  ReadResult read(MutableBytes out) override {
    if (pending_.left().empty()) return pending_.source().read(out);
    const std::size_t size = std::min(out.size(), pending_.left().size());
    std::copy_n(pending_.left().begin(), size, out.begin());
    pending_.keep(pending_.left().size() - size);
    return size;
  }
};

class Gzip : public Unpacker {
 public:
  explicit Gzip(Pending pending) : Unpacker(std::move(pending)) {
    constexpr int kGzipHeaderOnly = 16;
    HAETAE_ASSERT(inflateInit2(&stream_, MAX_WBITS + kGzipHeaderOnly) == Z_OK);
  }
  ~Gzip() override { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  ReadResult read(MutableBytes out) override {
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(out.size());
    while (stream_.avail_out == out.size()) {
      if (pending_.left().empty()) {
        const auto more = pending_.refill();
        if (!more) return std::unexpected(more.error());
        if (!*more) return end();
      }
      if (const Done step = inflate_pending(); !step) return std::unexpected(step.error());
    }
    return out.size() - stream_.avail_out;
  }

 private:
  ReadResult end() const {
    if (member_ended_) return 0;
    return std::unexpected(fmt::format("{}: the gzip data ends too early", label()));
  }

  Done inflate_pending() {
    if (member_ended_) {  // files put behind one another are one text
      inflateReset(&stream_);
      member_ended_ = false;
    }
    // zlib's pointer is not const, though it only reads.
    stream_.next_in = const_cast<Bytef*>(pending_.left().data());
    stream_.avail_in = static_cast<uInt>(pending_.left().size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    pending_.keep(stream_.avail_in);
    if (result == Z_STREAM_END) {
      member_ended_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return std::unexpected(fmt::format("{}: the gzip data is damaged", label()));
    }
    return {};
  }

  z_stream stream_{};
  bool member_ended_ = false;
};

class Zstd : public Unpacker {
 public:
  Zstd(Pending pending, int window_bits_max)
      : Unpacker(std::move(pending)),
        context_(ZSTD_createDCtx()),
        window_bits_max_(window_bits_max) {
    HAETAE_ASSERT(context_ != nullptr);
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, window_bits_max);
  }

  ReadResult read(MutableBytes out) override {
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    while (to.pos == 0) {
      // Even without input there may be output left to flush.
      if (const Done step = decompress_pending(to); !step) return std::unexpected(step.error());
      if (to.pos > 0 || !pending_.left().empty()) continue;
      const auto more = pending_.refill();
      if (!more) return std::unexpected(more.error());
      if (!*more) return end();
    }
    return to.pos;
  }

 private:
  ReadResult end() const {
    if (frame_ended_) return 0;
    return std::unexpected(fmt::format("{}: the zstd data ends too early", label()));
  }

  Done decompress_pending(ZSTD_outBuffer& to) {
    if (frame_ended_ && pending_.left().empty()) return {};
    ZSTD_inBuffer from{pending_.left().data(), pending_.left().size(), 0};
    const std::size_t result = ZSTD_decompressStream(context_.get(), &to, &from);
    pending_.keep(from.size - from.pos);
    if (ZSTD_isError(result) != 0) return std::unexpected(message_of(result));
    frame_ended_ = result == 0;
    return {};
  }

  std::string message_of(std::size_t result) const {
    if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
      return fmt::format(
          "{}: packed with a zstd window of more than {} MB; pack it with -19 or less", label(),
          1 << (window_bits_max_ - 20));
    }
    return fmt::format("{}: the zstd data is damaged", label());
  }

  std::unique_ptr<ZSTD_DCtx, FreeZstd> context_;
  int window_bits_max_;
  bool frame_ended_ = false;
};

}  // namespace

std::expected<std::unique_ptr<OctetSource>, std::string> make_unpacker(OctetSource& source,
                                                                       UnpackLimits limits) {
  using namespace std::string_view_literals;
  constexpr std::size_t kMagicBytes = 4;
  Pending pending(source, limits.chunk_bytes);
  if (const auto first = pending.refill(kMagicBytes); !first) return std::unexpected(first.error());
  const std::string_view start = as_text(pending.left());
  if (start.starts_with("\x1f\x8b"sv)) return std::make_unique<Gzip>(std::move(pending));
  if (start.starts_with("\x28\xb5\x2f\xfd"sv)) {
    return std::make_unique<Zstd>(std::move(pending), limits.zstd_window_bits_max);
  }
  return std::make_unique<Plain>(std::move(pending));
}

}  // namespace haetae
