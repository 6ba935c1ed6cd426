#include "proxy/late_notice.h"

#include <fmt/format.h>

#include "content/body_decoder.h"
#include "content/media_type.h"

namespace haetae::proxy {

bool takes_notice(const Response& response) noexcept {
  const auto codings = content::read_codings(response.content_encoding);
  const auto type = content::read_media_type(response.content_type);
  return codings && codings->count == 0 && type && type->form == content::Form::Html;
}

std::string framed_notice(std::string_view notice, Framing framing, std::uint64_t left) {
  if (left >= notice.size()) return std::string(notice);
  if (framing != Framing::Chunked) return {};
  // The chunk is filled up, and the notice is one of its own.
  return fmt::format("{:{}}\r\n{:x}\r\n{}\r\n", "", left, notice.size(), notice);
}

}  // namespace haetae::proxy
