// A request's head and body: every prefix says a part of what the whole says, and a body ends at
// the same octet however it is cut.
#include <algorithm>
#include <vector>

#include "base/assert.h"
#include "wire/host.h"
#include "wire/http_head.h"

using namespace haetae;
using namespace haetae::wire;

namespace {

bool is_inside(Bytes part, Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_views(const HttpRequestHead& head, Bytes stream) {
  const Bytes read = stream.first(head.size_bytes);
  HAETAE_ASSERT(is_inside(head.method, read) && is_inside(head.target, read));
  HAETAE_ASSERT(is_inside(head.path, head.target));
  for (const HttpHost& host : head.hosts()) {
    HAETAE_ASSERT(!host.text.empty() && is_inside(host.text, read));
    HAETAE_ASSERT(read_host(host.text).kind != HostKind::None);
  }
}

void check_prefix(Bytes prefix, Progress progress, const HttpRequestHead& whole) {
  const std::vector<std::uint8_t> copy(prefix.begin(), prefix.end());
  HttpRequestHead head;
  const Progress early = read_http_head(copy, head);
  check_views(head, copy);
  HAETAE_ASSERT(early == Progress::NeedMore || early == progress);
  HAETAE_ASSERT(early != Progress::Done);
  HAETAE_ASSERT(head.host_count <= whole.host_count);
  for (std::size_t i = 0; i < head.host_count; ++i) {
    HAETAE_ASSERT(as_text(head.hosts()[i].text) == as_text(whole.hosts()[i].text));
  }
}

void check_body(const HttpRequestHead& head, Bytes rest) {
  HttpBodyReader whole(head);
  const HttpBodyReader::Step step = whole.feed(rest);
  HAETAE_ASSERT(step.bytes <= rest.size());
  HttpBodyReader cut(head);
  std::size_t bytes = 0;
  HttpBodyReader::Step last = cut.feed({});
  for (std::size_t at = 0; at < rest.size() && last.progress == Progress::NeedMore; ++at) {
    last = cut.feed(rest.subspan(at, 1));
    bytes += last.bytes;
  }
  HAETAE_ASSERT(last.progress == step.progress && bytes == step.bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes stream(data, size);
  HttpRequestHead head;
  const Progress progress = read_http_head(stream, head);
  HAETAE_ASSERT(head.size_bytes <= size);
  check_views(head, stream);
  const std::size_t end = progress == Progress::Done ? head.size_bytes : size;
  const std::size_t step = 1 + end / 24;
  for (std::size_t cut = 0; cut < end; cut += step) check_prefix(stream.first(cut), progress, head);
  if (progress == Progress::Done) check_body(head, stream.subspan(end));
  return 0;
}
