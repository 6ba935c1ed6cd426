#include "list/source_reader_unpack.h"

#include <fmt/format.h>
#include <xxhash.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <vector>

#include "base/assert.h"
#include "base/limits.h"
#include "list/source_reader.h"

namespace haetae::list {
namespace {

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using File = std::unique_ptr<std::FILE, Freed<std::fclose>>;
using DigestState = std::unique_ptr<XXH3_state_t, Freed<XXH3_freeState>>;
using ZstdContext = std::unique_ptr<ZSTD_DCtx, Freed<ZSTD_freeDCtx>>;

std::string message_of(int error_number) {
  return std::generic_category().message(error_number);
}

}  // namespace

struct StoredOctets::Parts {
  std::string label;
  File file;
  Bytes memory;  // what is left of it, if there is no file
  std::vector<std::uint8_t> chunk;
  DigestState state{XXH3_createState()};
  std::uint64_t count = 0;
};

StoredOctets::StoredOctets(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
  HAETAE_ASSERT(parts_->state != nullptr && XXH3_64bits_reset(parts_->state.get()) == XXH_OK);
}

StoredOctets::~StoredOctets() = default;

std::expected<std::unique_ptr<StoredOctets>, std::string> StoredOctets::open(
    const std::filesystem::path& path) {
  const auto failed = [&path](std::string_view what) {
    return std::unexpected(fmt::format("{}: {}", path.string(), what));
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return failed("the list's file does not exist");
  // A pipe or device could keep the reader waiting for ever.
  if (!std::filesystem::is_regular_file(status)) return failed("not a file");
  auto parts = std::make_unique<Parts>();
  parts->label = path.string();
  parts->file.reset(std::fopen(path.c_str(), "rbe"));
  if (parts->file == nullptr) {
    return failed(fmt::format("the list cannot be read: {}", message_of(errno)));
  }
  std::setvbuf(parts->file.get(), nullptr, _IONBF, 0);  // chunks are read whole
  parts->chunk.resize(limits::kListChunkBytes);
  return std::unique_ptr<StoredOctets>(new StoredOctets(std::move(parts)));
}

std::unique_ptr<StoredOctets> StoredOctets::over(Bytes source) {
  auto parts = std::make_unique<Parts>();
  parts->label = "the list";
  parts->memory = source;
  return std::unique_ptr<StoredOctets>(new StoredOctets(std::move(parts)));
}

std::expected<Bytes, std::string> StoredOctets::next_chunk() {
  Bytes chunk;
  if (parts_->file != nullptr) {
    std::FILE* const file = parts_->file.get();
    const std::size_t size = std::fread(parts_->chunk.data(), 1, parts_->chunk.size(), file);
    if (size == 0 && std::ferror(file) != 0) {
      return std::unexpected(
          fmt::format("{}: the list cannot be read: {}", parts_->label, message_of(errno)));
    }
    chunk = Bytes(parts_->chunk).first(size);
  } else {
    chunk = parts_->memory.first(std::min(parts_->memory.size(), limits::kListChunkBytes));
    parts_->memory = parts_->memory.subspan(chunk.size());
  }
  parts_->count += chunk.size();
  XXH3_64bits_update(parts_->state.get(), chunk.data(), chunk.size());
  return chunk;
}

std::uint64_t StoredOctets::count() const noexcept {
  return parts_->count;
}

std::uint64_t StoredOctets::digest() const noexcept {
  return XXH3_64bits_digest(parts_->state.get());
}

const std::string& StoredOctets::label() const noexcept {
  return parts_->label;
}

namespace {

using ReadResult = std::expected<std::size_t, std::string>;

class PlainText : public Unpacker {
 public:
  PlainText(StoredOctets& source, Bytes first) : source_(source), pending_(first) {}

  ReadResult read(std::span<char> out) override {
    if (pending_.empty()) {
      const auto chunk = source_.next_chunk();
      if (!chunk) return std::unexpected(chunk.error());
      pending_ = *chunk;
    }
    const std::size_t size = std::min(out.size(), pending_.size());
    std::copy_n(pending_.begin(), size, out.begin());
    pending_ = pending_.subspan(size);
    return size;
  }

 private:
  StoredOctets& source_;
  Bytes pending_;
};

class Gzip : public Unpacker {
 public:
  Gzip(StoredOctets& source, Bytes first) : source_(source), pending_(first) {
    constexpr int kGzipHeaderOnly = 16;
    HAETAE_ASSERT(inflateInit2(&stream_, MAX_WBITS + kGzipHeaderOnly) == Z_OK);
  }
  ~Gzip() override { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  ReadResult read(std::span<char> out) override {
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    while (stream_.avail_out == out.size()) {
      if (pending_.empty()) {
        const auto chunk = source_.next_chunk();
        if (!chunk) return std::unexpected(chunk.error());
        if (chunk->empty()) return end();
        pending_ = *chunk;
      }
      if (const auto step = inflate_pending(); !step) return std::unexpected(step.error());
    }
    return out.size() - stream_.avail_out;
  }

 private:
  ReadResult end() const {
    if (member_ended_) return 0;
    return std::unexpected(fmt::format("{}: the gzip data ends too early", source_.label()));
  }

  std::expected<void, std::string> inflate_pending() {
    if (member_ended_) {  // files put behind one another are one text
      inflateReset(&stream_);
      member_ended_ = false;
    }
    // zlib's pointer is not const, though it only reads.
    stream_.next_in = const_cast<Bytef*>(pending_.data());
    stream_.avail_in = static_cast<uInt>(pending_.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    pending_ = pending_.last(stream_.avail_in);
    if (result == Z_STREAM_END) {
      member_ended_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return std::unexpected(fmt::format("{}: the gzip data is damaged", source_.label()));
    }
    return {};
  }

  StoredOctets& source_;
  Bytes pending_;
  z_stream stream_{};
  bool member_ended_ = false;
};

class Zstd : public Unpacker {
 public:
  Zstd(StoredOctets& source, Bytes first)
      : source_(source), pending_(first), context_(ZSTD_createDCtx()) {
    HAETAE_ASSERT(context_ != nullptr);
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, limits::kListZstdWindowBitsMax);
  }

  ReadResult read(std::span<char> out) override {
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    while (to.pos == 0) {
      // Even without input there may be output left to flush.
      if (const auto step = decompress_pending(to); !step) return std::unexpected(step.error());
      if (to.pos > 0 || !pending_.empty()) continue;
      const auto chunk = source_.next_chunk();
      if (!chunk) return std::unexpected(chunk.error());
      if (chunk->empty()) return end();
      pending_ = *chunk;
    }
    return to.pos;
  }

 private:
  ReadResult end() const {
    if (frame_ended_) return 0;
    return std::unexpected(fmt::format("{}: the zstd data ends too early", source_.label()));
  }

  std::expected<void, std::string> decompress_pending(ZSTD_outBuffer& to) {
    if (frame_ended_ && pending_.empty()) return {};
    ZSTD_inBuffer from{pending_.data(), pending_.size(), 0};
    const std::size_t result = ZSTD_decompressStream(context_.get(), &to, &from);
    pending_ = pending_.subspan(from.pos);
    if (ZSTD_isError(result) != 0) return std::unexpected(message_of_zstd(result));
    frame_ended_ = result == 0;
    return {};
  }

  std::string message_of_zstd(std::size_t result) const {
    if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
      return fmt::format(
          "{}: packed with a zstd window of more than {} MB; pack it with -19 or less",
          source_.label(), 1 << (limits::kListZstdWindowBitsMax - 20));
    }
    return fmt::format("{}: the zstd data is damaged", source_.label());
  }

  StoredOctets& source_;
  Bytes pending_;
  ZstdContext context_;
  bool frame_ended_ = false;
};

bool starts_with(Bytes bytes, std::string_view magic) {
  return as_text(bytes).starts_with(magic);
}

}  // namespace

std::expected<std::unique_ptr<Unpacker>, std::string> make_unpacker(StoredOctets& source) {
  const auto first = source.next_chunk();
  if (!first) return std::unexpected(first.error());
  if (starts_with(*first, "\x1f\x8b")) return std::make_unique<Gzip>(source, *first);
  if (starts_with(*first, "\x28\xb5\x2f\xfd")) return std::make_unique<Zstd>(source, *first);
  return std::make_unique<PlainText>(source, *first);
}

std::uint64_t digest_of(Bytes bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::expected<std::uint64_t, std::string> digest_of_file(const std::filesystem::path& path) {
  const auto source = StoredOctets::open(path);
  if (!source) return std::unexpected(source.error());
  while (true) {
    const auto chunk = (*source)->next_chunk();
    if (!chunk) return std::unexpected(chunk.error());
    if (chunk->empty()) return (*source)->digest();
  }
}

}  // namespace haetae::list
