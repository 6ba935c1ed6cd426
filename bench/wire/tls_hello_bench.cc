// What a ClientHello costs: whole, in two segments, and as one who wants it to cost most sends it.
//   ninja -C build/release wire_tls_hello_bench && build/release/wire_tls_hello_bench
#include <benchmark/benchmark.h>

#include <algorithm>

#include "support/hello_maker.h"
#include "wire/tls_hello.h"

namespace haetae::wire {
namespace {

void hello_in_segments(benchmark::State& state, std::size_t record_bytes,
                       std::size_t segment_bytes) {
  const test::Octets stream =
      test::in_records(test::browser_hello("www.example.com"), record_bytes);
  for (auto _ : state) {
    TlsHello hello;
    TlsHelloReader reader;
    Progress progress = Progress::NeedMore;
    for (std::size_t at = 0; at < stream.size(); at += segment_bytes) {
      const std::size_t size = std::min(segment_bytes, stream.size() - at);
      progress = reader.feed(Bytes(stream).subspan(at, size), hello);
    }
    if (progress != Progress::Done) state.SkipWithError("no hello");
    benchmark::DoNotOptimize(hello);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stream.size()));
}
BENCHMARK_CAPTURE(hello_in_segments, whole, 16'384, 65'535);
BENCHMARK_CAPTURE(hello_in_segments, two_segments, 16'384, 1448);
BENCHMARK_CAPTURE(hello_in_segments, octet_by_octet, 16'384, 1);
BENCHMARK_CAPTURE(hello_in_segments, records_of_one_octet, 1, 1448);

}  // namespace
}  // namespace haetae::wire

BENCHMARK_MAIN();
