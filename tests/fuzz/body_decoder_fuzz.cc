// Bodies in every coding, as a stranger's server sends them: the first octet says which codings,
// and in which pieces they come. However a body is cut, the same comes out.
#include <algorithm>
#include <string>

#include "base/assert.h"
#include "content/body_decoder.h"

using namespace haetae;
using namespace haetae::content;

namespace {

constexpr std::string_view kFields[] = {"",           "gzip",         "deflate",  "br",
                                        "zstd",       "gzip, br",     "br, gzip", "gzip, gzip",
                                        "zstd, zstd", "deflate, zstd"};

// Past this a body's text is not compared: bombs are slow to unpack in small pieces.
constexpr std::size_t kComparedBytesMax = 100'000;

struct Decoded {
  DecodeEnd end = DecodeEnd::NeedMore;
  std::string text;
};

Decoded decode(BodyDecoder& decoder, const Codings& codings, Bytes body, std::size_t piece) {
  Decoded decoded;
  std::array<std::uint8_t, 1000> out;
  decoder.start(codings);
  while (!body.empty() && decoded.end == DecodeEnd::NeedMore) {
    Bytes raw = body.first(std::min(piece, body.size()));
    body = body.subspan(raw.size());
    do {
      const BodyDecoder::Step step =
          decoder.feed(raw, MutableBytes(out).first(std::min(piece + 3, out.size())));
      decoded.text.append(as_text(Bytes(out).first(step.bytes)));
      decoded.end = step.end;
    } while (decoded.end == DecodeEnd::MoreText && decoded.text.size() < kComparedBytesMax);
    HAETAE_ASSERT(decoded.end != DecodeEnd::NeedMore || raw.empty());
  }
  return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static DecoderBudget budget(limits::kDecodersBytesMax);
  static BodyDecoder decoder(budget);
  if (size == 0) return 0;
  const auto codings = read_codings(kFields[data[0] % std::size(kFields)]);
  HAETAE_ASSERT(codings.has_value());
  const Bytes body(data + 1, size - 1);
  const Decoded whole = decode(decoder, *codings, body, body.size() + 1);
  if (whole.text.size() >= kComparedBytesMax) return 0;
  const std::size_t piece = 1 + data[0] / std::size(kFields);
  const Decoded cut = decode(decoder, *codings, body, piece);
  // What stands behind the damage may come out in part or not at all; what came first is the same.
  // Of a frame that is there whole zstd looks at less than of one that comes in pieces.
  const auto is_broken = [](DecodeEnd end) {
    return end == DecodeEnd::Corrupt || end == DecodeEnd::TooLarge;
  };
  if (is_broken(whole.end) || is_broken(cut.end)) {
    const std::size_t both = std::min(whole.text.size(), cut.text.size());
    HAETAE_ASSERT(whole.text.compare(0, both, cut.text, 0, both) == 0);
  } else {
    HAETAE_ASSERT(cut.text == whole.text && cut.end == whole.end);
  }
  return 0;
}
