#include "list/host_text.h"

#include <algorithm>

#include "list/punycode.h"

namespace haetae::list {
namespace {

constexpr std::string_view kAcePrefix = "xn--";

bool has_a_label(const Name& name) noexcept {
  for (std::size_t i = 0; i < name.label_count(); ++i) {
    if (as_text(name.label(i)).starts_with(kAcePrefix)) return true;
  }
  return false;
}

// Where a label ends in presentation form; dots inside a label are escaped and so never stand bare.
std::size_t label_size(std::string_view text) noexcept {
  return std::min(text.find('.'), text.size());
}

}  // namespace

std::string_view host_scan_text(const Name& name,
                                std::span<char, Name::kTextBytesMax> out) noexcept {
  if (!has_a_label(name)) return name.write_text(out);
  std::array<char, Name::kTextBytesMax> plain;
  std::string_view rest = name.write_text(plain);
  char* at = out.data();
  while (true) {
    const std::string_view label = rest.substr(0, label_size(rest));
    // A code point takes at least one octet of its label and at most four of the text, so decoded
    // labels fit where escaped ones do.
    std::size_t written = 0;
    if (label.starts_with(kAcePrefix)) {
      written =
          decode_punycode(label.substr(kAcePrefix.size()), std::span(at, out.data() + out.size()));
    }
    at = written > 0 ? at + written : std::ranges::copy(label, at).out;
    if (label.size() == rest.size()) break;
    *at++ = '.';
    rest.remove_prefix(label.size() + 1);
  }
  return {out.data(), static_cast<std::size_t>(at - out.data())};
}

}  // namespace haetae::list
