#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace haetae::content {

// How a text is written.
enum class Form : std::uint8_t {
  Html,   // HTML and XHTML (WHATWG HTML, section 13)
  Xml,    // any other XML: feeds, drawings
  Json,   // RFC 8259
  Plain,  // as it stands
};

// What a Content-Type field says (RFC 9110, section 8.3). charset points into the field; empty if
// none was told.
struct MediaType {
  Form form = Form::Html;
  std::string_view charset;
};

// No value: nothing that people read as text, such as pictures, films, scripts, style sheets,
// downloads; or no media type at all, for which browsers look at the octets (is_no_media_type).
std::optional<MediaType> read_media_type(std::string_view field) noexcept;

// True for a field that browsers do not believe (WHATWG MIME Sniffing, section 7): missing, without
// a slash, or one of those that servers send for whatever they do not know.
bool is_no_media_type(std::string_view field) noexcept;

// What a body's first octets, at most kSniffedBytesMax of them, are to a browser that was not told
// (WHATWG MIME Sniffing, section 7.1). No value: no text.
inline constexpr std::size_t kSniffedBytesMax = 512;
std::optional<Form> sniff_form(Bytes head) noexcept;

}  // namespace haetae::content
