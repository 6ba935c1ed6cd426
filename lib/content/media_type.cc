#include "content/media_type.h"

#include <algorithm>

#include "base/ascii_text.h"

namespace haetae::content {
namespace {

// What may stand around words of a field or of a page's start.
constexpr std::string_view kBlanks = " \t\r\n\f";

std::string_view trim(std::string_view text) noexcept {
  const std::size_t start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlanks) - start + 1);
}

bool ends_with_word(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && is_same_word(text.substr(text.size() - end.size()), end);
}

bool starts_with_word(std::string_view text, std::string_view start) noexcept {
  return is_same_word(text.substr(0, start.size()), start);
}

std::string_view without_quotes(std::string_view value) noexcept {
  if (!value.starts_with('"')) return value;
  value.remove_prefix(1);
  return value.substr(0, value.find('"'));
}

std::string_view charset_parameter(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    std::string_view value = trim(take_until(parameters, ';'));
    const std::string_view name = trim(take_until(value, '='));
    if (is_same_word(name, "charset")) return trim(without_quotes(trim(value)));
  }
  return {};
}

std::optional<Form> form_of(std::string_view essence) noexcept {
  constexpr std::string_view kNoTexts[] = {"text/css", "text/javascript", "text/ecmascript",
                                           "text/x-javascript"};
  const auto is_essence = [&](std::string_view word) { return is_same_word(essence, word); };
  if (is_essence("text/html") || is_essence("application/xhtml+xml")) return Form::Html;
  if (is_essence("text/xml") || is_essence("application/xml") || ends_with_word(essence, "+xml")) {
    return Form::Xml;
  }
  if (is_essence("application/json") || is_essence("text/json") ||
      ends_with_word(essence, "+json")) {
    return Form::Json;
  }
  if (!starts_with_word(essence, "text/")) return std::nullopt;
  if (std::any_of(std::begin(kNoTexts), std::end(kNoTexts), is_essence)) return std::nullopt;
  return Form::Plain;
}

// An octet that no text holds (WHATWG MIME Sniffing, section 3).
constexpr bool is_binary(std::uint8_t octet) noexcept {
  return octet <= 0x08 || octet == 0x0b || (octet >= 0x0e && octet <= 0x1a) ||
         (octet >= 0x1c && octet <= 0x1f);
}

bool starts_as_html(std::string_view text) noexcept {
  constexpr std::string_view kStarts[] = {"<!doctype html",
                                          "<html",
                                          "<head",
                                          "<script",
                                          "<iframe",
                                          "<h1",
                                          "<div",
                                          "<font",
                                          "<table",
                                          "<a",
                                          "<style",
                                          "<title",
                                          "<b",
                                          "<body",
                                          "<br",
                                          "<p",
                                          "<!--"};
  const auto starts = [&](std::string_view start) {
    if (!starts_with_word(text, start)) return false;
    if (start == "<!--") return true;
    return text.size() > start.size() &&
           (text[start.size()] == '>' || kBlanks.find(text[start.size()]) != kBlanks.npos);
  };
  return std::any_of(std::begin(kStarts), std::end(kStarts), starts);
}

}  // namespace

std::optional<MediaType> read_media_type(std::string_view field) noexcept {
  const std::string_view essence = trim(take_until(field, ';'));
  const std::optional<Form> form = form_of(essence);
  if (!form) return std::nullopt;
  return MediaType{*form, charset_parameter(field)};
}

bool is_no_media_type(std::string_view field) noexcept {
  const std::string_view essence = trim(take_until(field, ';'));
  return essence.find('/') == std::string_view::npos || is_same_word(essence, "unknown/unknown") ||
         is_same_word(essence, "application/unknown") || essence == "*/*";
}

std::optional<Form> sniff_form(Bytes head) noexcept {
  const std::string_view whole = as_text(head.first(std::min(head.size(), kSniffedBytesMax)));
  const bool has_mark = whole.starts_with("\xef\xbb\xbf") || whole.starts_with("\xfe\xff") ||
                        whole.starts_with("\xff\xfe");
  std::string_view text = whole;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  if (starts_as_html(text)) return Form::Html;
  if (text.starts_with("<?xml")) return Form::Xml;
  if (has_mark) return Form::Plain;
  const Bytes octets = as_bytes(whole);
  if (std::any_of(octets.begin(), octets.end(), is_binary)) return std::nullopt;
  return Form::Plain;
}

}  // namespace haetae::content
