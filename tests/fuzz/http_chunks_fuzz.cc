// A body in chunks ends at the same octet, with the same data, however it is cut; and where the
// strict reader finds an end, the tolerant one finds the same.
#include <algorithm>
#include <string>

#include "base/assert.h"
#include "wire/http_chunks.h"
#include "wire/http_head.h"

using namespace haetae;
using namespace haetae::wire;

namespace {

struct Outcome {
  Progress progress = Progress::NeedMore;
  std::size_t bytes = 0;
  std::string data;
};

Outcome read(Bytes stream, std::size_t piece) {
  HttpChunkReader reader;
  Outcome out;
  while (!stream.empty() && out.progress == Progress::NeedMore) {
    const auto step = reader.feed(stream.first(std::min(piece, stream.size())));
    HAETAE_ASSERT(step.bytes > 0 || step.progress != Progress::NeedMore);
    out.progress = step.progress;
    out.bytes += step.bytes;
    out.data += as_text(step.data);
    stream = stream.subspan(step.bytes);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes stream(data, size);
  const Outcome whole = read(stream, size + 1);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}}) {
    const Outcome cut = read(stream, piece);
    HAETAE_ASSERT(cut.progress == whole.progress && cut.bytes == whole.bytes);
    HAETAE_ASSERT(cut.data == whole.data);
  }
  if (whole.progress != Progress::Done) return 0;
  HttpRequestHead head;
  head.framing = HttpFraming::Chunked;
  const auto tolerant = HttpBodyReader(head).feed(stream);
  HAETAE_ASSERT(tolerant.progress == Progress::Done && tolerant.bytes == whole.bytes);
  return 0;
}
