// A TLS client's first octets: however they are cut, they say the same, and a prefix never says
// anything that the whole does not.
#include <algorithm>

#include "base/assert.h"
#include "wire/tls_hello.h"

using namespace haetae;
using namespace haetae::wire;

namespace {

bool is_same(const Host& a, const Host& b) {
  return a.kind == b.kind && a.name == b.name && a.address == b.address;
}

bool is_same(const TlsHello& a, const TlsHello& b) {
  return is_same(a.server_name, b.server_name) &&
         is_same(a.second_server_name, b.second_server_name) && a.has_ech == b.has_ech &&
         a.offers_tls13 == b.offers_tls13 && a.legacy_version == b.legacy_version &&
         a.alpn == b.alpn && as_text(a.alpn_list()) == as_text(b.alpn_list());
}

template <typename Reader>
void try_cuts(Bytes whole, Progress progress, const TlsHello& hello) {
  for (const std::size_t step : {1, 3, 50}) {
    TlsHello cut;
    Reader reader;
    Progress so_far = Progress::NeedMore;
    for (std::size_t at = 0; at < whole.size(); at += step) {
      so_far = reader.feed(whole.subspan(at, std::min(step, whole.size() - at)), cut);
      if (so_far != Progress::NeedMore) break;
      const bool has_name = cut.server_name.kind != HostKind::None;
      HAETAE_ASSERT(!has_name || is_same(cut.server_name, hello.server_name));
    }
    HAETAE_ASSERT(so_far == progress && is_same(cut, hello));
  }
  // Nothing that follows changes what was said.
  if (progress != Progress::NeedMore) {
    TlsHello again;
    Reader reader;
    reader.feed(whole, again);
    HAETAE_ASSERT(reader.feed(whole, again) == progress && is_same(again, hello));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes whole(data, size);
  TlsHello hello;
  try_cuts<TlsHelloReader>(whole, read_tls_hello(whole, hello), hello);
  HAETAE_ASSERT(hello.server_name.kind != HostKind::Name || !hello.server_name.name.is_root());
  const Progress bare = read_client_hello(whole, hello);
  try_cuts<ClientHelloReader>(whole, bare, hello);
  return 0;
}
