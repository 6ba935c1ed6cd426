// Bodies in any charset: the first octet says which is declared, if one is, the second in which
// pieces the body comes. However it is cut, the same text comes out.
#include <algorithm>
#include <string>

#include "base/assert.h"
#include "content/charset.h"

using namespace haetae;
using namespace haetae::content;

namespace {

std::string read(CharsetReader& reader, Bytes body, std::size_t piece, std::span<char> room) {
  std::string text;
  while (!body.empty()) {
    Bytes raw = body.first(std::min(piece, body.size()));
    body = body.subspan(raw.size());
    while (true) {
      const std::string_view more = reader.read(raw, room);
      text += more;
      if (more.empty() && raw.empty()) break;
    }
  }
  while (true) {
    const std::string_view more = reader.finish(room);
    text += more;
    if (more.empty()) return text;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static CharsetReader reader;
  if (size < 2) return 0;
  std::optional<Charset> declared;
  const std::size_t said = data[0] & 0x7fU;
  if (said < kCharsetsCount) declared = static_cast<Charset>(said);
  const bool is_page = (data[0] & 0x80U) == 0;
  const Bytes body(data + 2, size - 2);
  std::array<char, 4096> room;
  reader.start(declared, is_page);
  const std::string whole = read(reader, body, body.size() + 1, room);
  const auto charset = reader.charset();
  reader.start(declared, is_page);
  const std::string cut = read(reader, body, 1U + data[1], std::span(room).first(64U + data[1]));
  HAETAE_ASSERT(cut == whole && reader.charset() == charset);
  return 0;
}
