#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "content/body_decoder.h"
#include "content/charset.h"
#include "content/media_type.h"
#include "content/page_text.h"

namespace haetae::content {

// Takes the words of a page, piece by piece: see PageRoom::text().
class TextSink {
 public:
  virtual ~TextSink() = default;
  virtual void take(std::string_view text, Place place) noexcept = 0;
};

// Room for what one call of BodyText unpacks and writes; one serves all bodies of a worker. Some
// 70 KB.
struct BodyRoom {
  std::array<std::uint8_t, limits::kPageChunkBytesMax> decoded;
  std::array<char, limits::kPageChunkBytesMax> utf8;
  PageRoom page;
};

enum class BodyEnd : std::uint8_t {
  NeedMore,
  Done,      // the body's own end
  NotText,   // nothing that people read
  Corrupt,   // not what its coding says; the words before stand
  TooLarge,  // it unpacks to too much, or asks for too much memory
};

// Reads one body after the other as text, streaming: codings undone, brought to UTF-8, words. Keeps
// memory from one body to the next, and nothing of a body. Some 5 KB, and what its decoder takes.
class BodyText {
 public:
  explicit BodyText(DecoderBudget& budget) noexcept : decoder_(budget) {}

  // content_type: the field, empty for none; then the body's first octets tell. False: it is
  // nothing that people read as text, and need not be fed.
  bool start(std::string_view content_type, const Codings& codings);
  // The next octets as they were sent. After any end but NeedMore nothing more may be fed.
  BodyEnd feed(Bytes raw, BodyRoom& room, TextSink& sink);
  // The body ended. False if that was in the middle of its coding.
  bool finish(BodyRoom& room, TextSink& sink);
  // No further body for now: gives back large memory.
  void stop() noexcept { decoder_.stop(); }

  const SelfLabels& labels() const noexcept { return page_.labels(); }
  // Octets that were read as text so far, after decoding.
  std::uint64_t read_bytes() const noexcept { return read_bytes_; }

 private:
  BodyEnd read(Bytes octets, BodyRoom& room, TextSink& sink);
  bool read_sniffed(BodyRoom& room, TextSink& sink);
  void read_page(Bytes octets, BodyRoom& room, TextSink& sink);
  void read_text(std::string_view utf8, BodyRoom& room, TextSink& sink);
  static void give(const PageRoom& page, TextSink& sink);

  BodyDecoder decoder_;
  CharsetReader charset_;
  PageText page_;
  std::uint64_t read_bytes_ = 0;
  bool is_packed_ = false;
  bool is_sniffing_ = false;  // what it is, is told by the first octets
  std::uint16_t sniffed_bytes_ = 0;
  std::array<std::uint8_t, kSniffedBytesMax> sniffed_{};
};

}  // namespace haetae::content
