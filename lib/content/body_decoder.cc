#include "content/body_decoder.h"

#include <algorithm>

#include "base/ascii_text.h"
#include "base/assert.h"
#include "content/decompressor.h"

namespace haetae::content {
namespace {

std::optional<Coding> read_coding(std::string_view word) noexcept {
  if (is_same_word(word, "gzip") || is_same_word(word, "x-gzip")) return Coding::Gzip;
  if (is_same_word(word, "deflate")) return Coding::Deflate;
  if (is_same_word(word, "br")) return Coding::Brotli;
  if (is_same_word(word, "zstd")) return Coding::Zstd;
  return std::nullopt;
}

std::unique_ptr<Decompressor> make_decompressor(Coding coding, DecoderBudget& budget) {
  switch (coding) {
    case Coding::Gzip: return make_gzip_decompressor(budget);
    case Coding::Deflate: return make_deflate_decompressor(budget);
    case Coding::Brotli: return make_brotli_decompressor(budget);
    case Coding::Zstd: return make_zstd_decompressor(budget);
  }
  return nullptr;
}

}  // namespace

std::optional<Codings> read_codings(std::string_view field) noexcept {
  Codings codings;
  while (!field.empty()) {
    const std::string_view word = trim_blanks(take_until(field, ','));
    if (word.empty() || is_same_word(word, "identity")) continue;
    const std::optional<Coding> coding = read_coding(word);
    if (!coding || codings.count == codings.room.size()) return std::nullopt;
    codings.room[codings.count++] = *coding;
  }
  return codings;
}

BodyDecoder::BodyDecoder(DecoderBudget& budget) noexcept : budget_(&budget) {}
BodyDecoder::~BodyDecoder() = default;
BodyDecoder::BodyDecoder(BodyDecoder&&) noexcept = default;
BodyDecoder& BodyDecoder::operator=(BodyDecoder&&) noexcept = default;

void BodyDecoder::start(const Codings& codings) {
  stage_count_ = codings.count;
  // What was put on last is taken off first.
  for (std::size_t stage = 0; stage < stage_count_; ++stage) {
    const Coding coding = codings.all()[stage_count_ - 1 - stage];
    std::unique_ptr<Decompressor>& kept = kept_[stage][static_cast<std::size_t>(coding)];
    if (kept == nullptr) kept = make_decompressor(coding, *budget_);
    stages_[stage] = kept.get();
    is_ready_ = kept->start();
    if (!is_ready_) break;
  }
  if (stage_count_ > 1 && between_ == nullptr) {
    between_ = std::make_unique<decltype(between_)::element_type>();
  }
  raw_bytes_ = decoded_bytes_ = between_bytes_ = 0;
  between_start_ = between_end_ = 0;
  first_end_ = DecodeEnd::NeedMore;
}

void BodyDecoder::stop() noexcept {
  for (Decompressor* const stage : std::span(stages_).first(stage_count_)) stage->stop();
  stage_count_ = 0;
}

BodyDecoder::Step BodyDecoder::feed(Bytes& raw, MutableBytes out) noexcept {
  HAETAE_ASSERT(!out.empty());
  if (!is_ready_) return {DecodeEnd::TooLarge, 0};
  Step step = stage_count_ > 1 ? feed_both(raw, out) : feed_first(raw, out);
  decoded_bytes_ += step.bytes;
  const bool may_go_on = step.end == DecodeEnd::NeedMore || step.end == DecodeEnd::MoreText;
  if (may_go_on && is_bomb()) step.end = DecodeEnd::TooLarge;
  return step;
}

BodyDecoder::Step BodyDecoder::feed_first(Bytes& raw, MutableBytes out) noexcept {
  const std::size_t raw_size = raw.size();
  const Step step = stage_count_ == 0 ? copy(raw, out) : stages_[0]->step(raw, out);
  raw_bytes_ += raw_size - raw.size();
  return step;
}

BodyDecoder::Step BodyDecoder::copy(Bytes& raw, MutableBytes out) noexcept {
  const std::size_t bytes = std::min(raw.size(), out.size());
  std::copy_n(raw.begin(), bytes, out.begin());
  raw = raw.subspan(bytes);
  return {raw.empty() ? DecodeEnd::NeedMore : DecodeEnd::MoreText, bytes};
}

BodyDecoder::Step BodyDecoder::feed_both(Bytes& raw, MutableBytes out) noexcept {
  while (true) {
    Bytes waiting = Bytes(*between_).first(between_end_).subspan(between_start_);
    const Step second = stages_[1]->step(waiting, out);
    between_start_ = between_end_ - waiting.size();
    if (second.bytes > 0 || second.end != DecodeEnd::NeedMore) {
      // With room left in out the first stage may have more.
      return {second.end == DecodeEnd::NeedMore ? DecodeEnd::MoreText : second.end, second.bytes};
    }
    // A library that said that it is at an end is not asked again.
    if (first_end_ != DecodeEnd::NeedMore && first_end_ != DecodeEnd::MoreText) {
      return {first_end_, 0};
    }
    const Step first = feed_first(raw, *between_);
    first_end_ = first.end;
    between_start_ = 0;
    between_end_ = first.bytes;
    between_bytes_ += first.bytes;
    if (first.bytes == 0) return first;
    if (is_bomb()) return {DecodeEnd::TooLarge, 0};
  }
}

bool BodyDecoder::is_bomb() const noexcept {
  const std::uint64_t unpacked = std::max(decoded_bytes_, between_bytes_);
  return stage_count_ > 0 && unpacked > limits::kDecodedFreeBytes &&
         unpacked / limits::kDecodedRatioMax > raw_bytes_;
}

bool BodyDecoder::is_whole() const noexcept {
  const auto is_whole = [](const Decompressor* stage) { return stage->is_whole(); };
  return std::all_of(stages_.begin(), stages_.begin() + stage_count_, is_whole) &&
         between_start_ == between_end_;
}

}  // namespace haetae::content
