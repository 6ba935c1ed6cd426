#include <algorithm>

#include "base/ascii_text.h"
#include "content/charset.h"

namespace haetae::content {
namespace {

constexpr std::string_view kBlanks = " \t\n\f\r";

constexpr bool is_letter(char c) noexcept {
  return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

struct Attribute {
  std::string_view name;
  std::string_view value;
};

// Walks over a page's first octets (WHATWG HTML, section 13.2.3.2).
class Prescan {
 public:
  explicit Prescan(std::string_view head) noexcept : left_(head) {}

  std::optional<Charset> run() noexcept {
    while (!left_.empty()) {
      left_.remove_prefix(std::min(left_.find('<'), left_.size()));
      if (left_.starts_with("<!--")) {
        // The comment's start may be its end, too: "<!-->".
        left_.remove_prefix(2);
        skip_behind("-->");
      } else if (is_meta()) {
        left_.remove_prefix(5);
        if (const std::optional<Charset> said = read_meta()) return said;
      } else if (is_tag()) {
        left_.remove_prefix(std::min(left_.find_first_of(" \t\n\f\r>"), left_.size()));
        while (next_attribute()) {
        }
      } else if (left_.starts_with("<!") || left_.starts_with("</") || left_.starts_with("<?")) {
        skip_behind(">");
      } else if (!left_.empty()) {
        left_.remove_prefix(1);
      }
    }
    return std::nullopt;
  }

 private:
  void skip_behind(std::string_view end) noexcept {
    const std::size_t at = left_.find(end);
    left_ = at == std::string_view::npos ? std::string_view{} : left_.substr(at + end.size());
  }
  bool is_meta() const noexcept {
    constexpr std::string_view kMeta = "<meta";
    return left_.size() > kMeta.size() && is_same_word(left_.substr(0, kMeta.size()), kMeta) &&
           (left_[kMeta.size()] == '/' || kBlanks.find(left_[kMeta.size()]) != kBlanks.npos);
  }
  bool is_tag() const noexcept {
    const std::size_t name = left_.starts_with("</") ? 2 : 1;
    return left_.size() > name && is_letter(left_[name]);
  }

  std::optional<Charset> read_meta() noexcept {
    bool has_pragma = false;
    std::optional<Charset> of_charset, of_content;
    while (const std::optional<Attribute> attribute = next_attribute()) {
      if (is_same_word(attribute->name, "http-equiv")) {
        has_pragma = has_pragma || is_same_word(attribute->value, "content-type");
      } else if (is_same_word(attribute->name, "charset") && !of_charset) {
        of_charset = charset_of(attribute->value);
      } else if (is_same_word(attribute->name, "content") && !of_content) {
        of_content = charset_in(attribute->value);
      }
    }
    if (of_charset) return of_charset;
    return has_pragma ? of_content : std::nullopt;
  }

  // "text/html; charset=euc-kr" (WHATWG HTML, section 2.5.4).
  static std::optional<Charset> charset_in(std::string_view content) noexcept {
    constexpr std::string_view kCharset = "charset";
    while (content.size() > kCharset.size()) {
      if (!is_same_word(content.substr(0, kCharset.size()), kCharset)) {
        content.remove_prefix(1);
        continue;
      }
      content.remove_prefix(kCharset.size());
      trim_front(content);
      if (!content.starts_with('=')) continue;
      content.remove_prefix(1);
      trim_front(content);
      const char quote = content.empty() ? '\0' : content.front();
      if (quote == '"' || quote == '\'') {
        content.remove_prefix(1);
        return charset_of(content.substr(0, content.find(quote)));
      }
      return charset_of(content.substr(0, content.find_first_of(" \t\n\f\r;")));
    }
    return std::nullopt;
  }

  static void trim_front(std::string_view& text) noexcept {
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  }

  // No value at the tag's end.
  std::optional<Attribute> next_attribute() noexcept {
    left_.remove_prefix(std::min(left_.find_first_not_of(" \t\n\f\r/"), left_.size()));
    if (left_.empty() || left_.front() == '>') return std::nullopt;
    Attribute attribute;
    // A sign of equality at the start is a part of the name.
    const std::size_t name_end = std::min(left_.find_first_of(" \t\n\f\r/>=", 1), left_.size());
    attribute.name = left_.substr(0, name_end);
    left_.remove_prefix(name_end);
    std::string_view ahead = left_;
    trim_front(ahead);
    if (!ahead.starts_with('=')) return attribute;
    ahead.remove_prefix(1);
    trim_front(ahead);
    left_ = ahead;
    attribute.value = take_value();
    return attribute;
  }

  std::string_view take_value() noexcept {
    const char quote = left_.empty() ? '\0' : left_.front();
    const bool is_quoted = quote == '"' || quote == '\'';
    if (is_quoted) left_.remove_prefix(1);
    const std::size_t end =
        std::min(is_quoted ? left_.find(quote) : left_.find_first_of(" \t\n\f\r>"), left_.size());
    const std::string_view value = left_.substr(0, end);
    left_.remove_prefix(std::min(end + (is_quoted ? 1 : 0), left_.size()));
    return value;
  }

  std::string_view left_;
};

// <?xml version="1.0" encoding="euc-kr"?> (XML 1.0, section 2.8).
std::optional<Charset> charset_of_declaration(std::string_view head) noexcept {
  if (!head.starts_with("<?xml")) return std::nullopt;
  head = head.substr(0, head.find("?>"));
  constexpr std::string_view kEncoding = "encoding";
  const std::size_t at = head.find(kEncoding);
  if (at == std::string_view::npos) return std::nullopt;
  head.remove_prefix(at + kEncoding.size());
  const std::size_t start = head.find_first_of("\"'");
  if (start == std::string_view::npos) return std::nullopt;
  const char quote = head[start];
  head.remove_prefix(start + 1);
  return charset_of(head.substr(0, head.find(quote)));
}

}  // namespace

std::optional<Charset> charset_of_page(Bytes head) noexcept {
  const std::string_view text = as_text(head);
  std::optional<Charset> said = charset_of_declaration(text);
  if (!said) said = Prescan(text).run();
  if (said == Charset::Utf16Le || said == Charset::Utf16Be) return Charset::Utf8;
  return said;
}

}  // namespace haetae::content
