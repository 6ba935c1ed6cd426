// The tags of PageText, by the states of WHATWG HTML, section 13.2.5.
#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "base/ascii_text.h"
#include "content/page_text.h"

namespace haetae::content {
namespace {

constexpr bool is_letter(char c) noexcept {
  return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}
constexpr bool is_html_blank(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}
// A table, for it is asked of every octet of every name.
constexpr std::array<bool, 256> kEndsTagName = [] {
  std::array<bool, 256> ends{};
  for (const char c : std::string_view(" \n\t\r\f/>")) ends[static_cast<unsigned char>(c)] = true;
  return ends;
}();
constexpr bool ends_tag_name(char c) noexcept {
  return kEndsTagName[static_cast<unsigned char>(c)];
}

const char* find(const char* at, const char* end, char wanted) noexcept {
  const void* const found = std::memchr(at, wanted, static_cast<std::size_t>(end - at));
  return found != nullptr ? static_cast<const char*>(found) : end;
}

// Meta elements that tell what a page is about.
constexpr bool is_about_page(std::string_view name) noexcept {
  constexpr std::string_view kNames[] = {
      "keywords", "description", "og:title",       "og:description", "twitter:title",
      "title",    "subject",     "news_keywords",  "abstract",       "twitter:description",
      "dc.title", "dc.subject",  "dc.description", "og:site_name",   "article:tag"};
  const auto is_name = [name](std::string_view other) { return is_same_word(name, other); };
  return std::any_of(std::begin(kNames), std::end(kNames), is_name);
}

}  // namespace

const char* PageText::open_tag(const char* at, const char* end) noexcept {
  name_ = {};
  is_end_tag_ = ends_itself_ = false;
  if (is_letter(*at)) {
    state_ = State::TagName;
    return read_tag_name(at, end);
  }
  switch (*at) {
    case '/': state_ = State::EndTagOpen; return at + 1 != end ? open_end_tag(at + 1, end) : end;
    case '!':
      state_ = State::Declaration;
      reference_.clear();
      return at + 1;
    case '?': state_ = State::UpToBracket; return at + 1;
    default:
      state_ = State::Text;
      separate(Gap::Blank);  // "<" was a sign
      return at;
  }
}

const char* PageText::open_end_tag(const char* at, const char* end) noexcept {
  is_end_tag_ = true;
  state_ = is_letter(*at) ? State::TagName : State::UpToBracket;
  return state_ == State::TagName ? read_tag_name(at, end) : at;
}

const char* PageText::read_tag_name(const char* at, const char* end) noexcept {
  ElementName name = name_;
  for (; at != end; ++at) {
    if (ends_tag_name(*at)) {
      name_ = name;
      element_ = element_of(name);
      is_watched_ = !is_end_tag_ && (element_.kind == Element::Kind::Meta ||
                                     element_.kind == Element::Kind::Picture);
      state_ = State::BeforeAttribute;
      return read_before_attribute(at, end);
    }
    name.add(ascii_lower(*at));
  }
  name_ = name;
  return at;
}

const char* PageText::read_before_attribute(const char* at, const char* end) noexcept {
  for (; at != end; ++at) {
    if (*at == '>') {
      end_tag();
      return at + 1;
    }
    const bool is_blank = is_html_blank(*at);
    if (!is_blank && *at != '/') {
      ends_itself_ = false;
      attribute_.clear();
      attribute_.add(*at);  // a "=" here is a part of the name
      state_ = State::AttributeName;
      return read_attribute_name(at + 1, end);
    }
    ends_itself_ = *at == '/';
  }
  return at;
}

const char* PageText::read_attribute_name(const char* at, const char* end) noexcept {
  for (; at != end; ++at) {
    if (*at == '=') {
      state_ = State::BeforeValue;
      return read_before_value(at + 1, end);
    }
    if (ends_tag_name(*at)) {
      state_ = State::AfterAttributeName;
      return at;
    }
    if (is_watched_) attribute_.add(*at);
  }
  return at;
}

const char* PageText::read_after_attribute_name(const char* at, const char* end) noexcept {
  while (at != end && is_html_blank(*at)) ++at;
  if (at == end) return at;
  state_ = *at == '=' ? State::BeforeValue : State::BeforeAttribute;
  return *at == '=' ? at + 1 : at;
}

const char* PageText::read_before_value(const char* at, const char* end) noexcept {
  while (at != end && is_html_blank(*at)) ++at;
  if (at == end) return at;
  if (*at == '>') {
    state_ = State::BeforeAttribute;
    return at;
  }
  const bool is_quoted = *at == '"' || *at == '\'';
  quote_ = is_quoted ? *at : '\0';
  state_ = value_state();
  if (is_quoted) ++at;
  return state_ == State::TextValue ? at : read_value(at, end);
}

PageText::State PageText::value_state() noexcept {
  if (!is_watched_) return State::Value;
  const auto is_named = [name = attribute_.text()](std::string_view other) {
    return is_same_word(name, other);
  };
  if (element_.kind == Element::Kind::Picture) {
    if (!is_named("alt") && !is_named("title") && !is_named("placeholder")) return State::Value;
    separate(Gap::Blank);
    return State::TextValue;
  }
  keeps_content_ = is_named("content");
  if (keeps_content_) {
    meta_content_.clear();
  } else if (is_named("name") || is_named("property") || is_named("http-equiv") ||
             is_named("itemprop")) {
    meta_name_.clear();
  } else {
    return State::Value;
  }
  return State::KeptValue;
}

const char* PageText::read_value(const char* at, const char* end) noexcept {
  const char* const start = at;
  if (quote_ != '\0') {
    at = find(at, end, quote_);
  } else {
    while (at != end && !is_html_blank(*at) && *at != '>') ++at;
  }
  if (state_ == State::KeptValue) {
    for (const char c : std::string_view(start, at)) {
      keeps_content_ ? meta_content_.add(c) : meta_name_.add(c);
    }
  }
  if (at == end) return at;
  state_ = State::BeforeAttribute;
  return quote_ != '\0' ? at + 1 : at;
}

const char* PageText::read_text_value(const char* at, const char* end) noexcept {
  at = read_value_words(at, end);
  if (at == end) return at;
  if (*at == '&') {
    start_reference(State::ValueReference);
    return at + 1;
  }
  separate(Gap::Blank);
  state_ = State::BeforeAttribute;
  return quote_ != '\0' ? at + 1 : at;
}

// "<!--", and where XML's rules hold "<![CDATA[", whose content is text.
const char* PageText::read_declaration(const char* at) noexcept {
  constexpr std::string_view kComment = "--", kCdata = "[CDATA[";
  reference_.add(*at);
  const std::string_view start = reference_.text();
  if (start == kComment) {
    state_ = State::Comment;
    dashes_ = 2;  // "<!-->" is a comment, and whole
    comment_bytes_ = 0;
    is_behind_bang_ = false;
    return at + 1;
  }
  const bool knows_cdata = form_ == Form::Xml || (is_foreign_ && !is_html_again_);
  if (knows_cdata && start == kCdata) {
    state_ = State::Cdata;
    dashes_ = 0;
    separate(Gap::Boundary);
    return at + 1;
  }
  if (kComment.starts_with(start) || (knows_cdata && kCdata.starts_with(start))) return at + 1;
  state_ = State::UpToBracket;
  return at;
}

const char* PageText::read_comment(const char* at, const char* end) noexcept {
  while (at != end) {
    if (dashes_ == 0 && !is_behind_bang_) {
      at = find(at, end, '-');
      if (at == end) break;
      comment_bytes_ = 2;
    }
    const char c = *at++;
    if (c == '>' && (dashes_ == 2 || is_behind_bang_)) {
      state_ = State::Text;
      return at;
    }
    // The dashes of "<!--" themselves end no comment with "!>".
    is_behind_bang_ = c == '!' && dashes_ == 2 && comment_bytes_ == 2;
    dashes_ = c == '-' ? static_cast<std::uint8_t>(std::min(dashes_ + 1, 2)) : std::uint8_t{0};
    comment_bytes_ = static_cast<std::uint8_t>(std::min(comment_bytes_ + 1, 2));
  }
  return at;
}

const char* PageText::read_up_to_bracket(const char* at, const char* end) noexcept {
  at = find(at, end, '>');
  if (at == end) return at;
  state_ = State::Text;
  return at + 1;
}

// True if `</name` was matched and the tag's name ends here.
bool PageText::is_own_end_tag(char next) const noexcept {
  return matched_ == name_.size + 2U && ends_tag_name(next);
}

bool PageText::matches_own_end_tag(char c) const noexcept {
  if (matched_ == 1) return c == '/';
  const std::size_t at = matched_ - 2U;
  return at < std::min<std::size_t>(name_.size, ElementName::kBytesMax) &&
         ascii_lower(c) == name_[at];
}

void PageText::start_own_end_tag() noexcept {
  is_end_tag_ = true;
  state_ = State::BeforeAttribute;
}

const char* PageText::read_alone_tag(const char* at) noexcept {
  if (is_own_end_tag(*at)) {
    start_own_end_tag();
    return at;
  }
  if (matches_own_end_tag(*at)) {
    ++matched_;
    return at + 1;
  }
  // It was text.
  state_ = State::Text;
  separate(Gap::Blank);
  for (std::size_t i = 2; i < matched_; ++i) add(static_cast<unsigned char>(name_[i - 2]));
  return at;
}

const char* PageText::read_unseen(const char* at, const char* end) noexcept {
  while (at != end) {
    if (matched_ == 0) {
      at = find(at, end, '<');
      if (at == end) break;
      ++at;
      matched_ = 1;
    } else if (is_own_end_tag(*at)) {
      start_own_end_tag();
      break;
    } else if (matches_own_end_tag(*at)) {
      ++at;
      ++matched_;
    } else {
      matched_ = 0;
    }
  }
  return at;
}

const char* PageText::read_script(const char* at, const char* end) noexcept {
  constexpr std::string_view kEnd = "</script", kStart = "<script", kComment = "<!--";
  while (at != end) {
    if (script_state_ == ScriptState::Plain && reference_.size == 0) {
      at = find(at, end, '<');
      if (at == end) break;
    }
    const std::string_view tag = reference_.text();
    if (tag == kEnd && ends_tag_name(*at) && script_state_ != ScriptState::DoubleEscaped) {
      start_own_end_tag();
      return at;
    }
    const bool is_name = (tag == kEnd || tag == kStart) && ends_tag_name(*at);
    if (is_name && script_state_ != ScriptState::Plain) {
      script_state_ = tag == kEnd ? ScriptState::Escaped : ScriptState::DoubleEscaped;
    }
    const char c = *at++;
    if (c == '>' && dashes_ == 2) script_state_ = ScriptState::Plain;
    dashes_ = c == '-' ? static_cast<std::uint8_t>(std::min(dashes_ + 1, 2)) : std::uint8_t{0};
    reference_.add(ascii_lower(c));
    const std::string_view longer = reference_.text();
    if (longer == kComment && script_state_ == ScriptState::Plain) {
      script_state_ = ScriptState::Escaped;
    }
    const bool goes_on = kEnd.starts_with(longer) || kStart.starts_with(longer) ||
                         (kComment.starts_with(longer) && longer != kComment);
    if (goes_on) continue;
    reference_.clear();
    if (c == '<') reference_.add(c);
  }
  return at;
}

// At the ">" of a tag.
void PageText::end_tag() noexcept {
  state_ = State::Text;
  is_alone_ = false;
  if (element_.breaks_out) is_foreign_ = false;
  const bool opens = !is_end_tag_;
  // There "/>" is an element's end, and no content is read by rules of its own.
  const bool has_xml_rules = form_ == Form::Xml || (is_foreign_ && !is_html_again_);
  // Elements that nobody knows are what XML is made of.
  const bool is_unknown = element_.kind == Element::Kind::Inline && !element_.breaks_out;
  if (element_.kind == Element::Kind::Inline && !(is_unknown && form_ == Form::Xml)) {
    return end_inline_tag();
  }
  is_behind_close_ = false;
  switch (element_.kind) {
    case Element::Kind::Inline:
    case Element::Kind::Block: separate(Gap::Boundary); break;
    case Element::Kind::Gap: separate(Gap::Blank); break;
    case Element::Kind::Title:
    case Element::Kind::Heading:
      if (opens && ends_itself_ && has_xml_rules) break;
      go_to(opens ? Place::Title : Place::Body);
      if (element_.kind == Element::Kind::Title) is_html_again_ = opens;
      break;
    case Element::Kind::TextAlone: separate(Gap::Boundary); break;
    case Element::Kind::Meta:
      if (opens) read_meta();
      break;
    case Element::Kind::Foreign:
      is_foreign_ = opens && !ends_itself_;
      is_html_again_ = false;
      break;
    case Element::Kind::BackToHtml: is_html_again_ = opens; break;
    case Element::Kind::Picture:
    case Element::Kind::Unseen:
    case Element::Kind::Script:
    case Element::Kind::Plaintext: break;
  }
  run_letters_ = 0;
  if (opens && !has_xml_rules) start_content();
}

// "p<b>or</b>n" is one word. Where one element closes and the next opens, as links of a menu do,
// words end, unless the pieces are letters: then somebody writes a word in pieces.
void PageText::end_inline_tag() noexcept {
  if (is_end_tag_) {
    if (run_letters_ > 0) closed_more_ = run_letters_ > 1;
    is_behind_close_ = true;
  } else {
    if (is_behind_close_ && run_letters_ == 0 && closed_more_) separate(Gap::Blank);
    is_behind_close_ = false;
  }
  run_letters_ = 0;
}

void PageText::go_to(Place place) noexcept {
  separate(Gap::Boundary);
  place_ = place;
  separate(Gap::Boundary);
}

// Some elements' content is read by rules of its own.
void PageText::start_content() noexcept {
  matched_ = 0;
  switch (element_.kind) {
    case Element::Kind::Title:
    case Element::Kind::TextAlone: is_alone_ = true; break;
    case Element::Kind::Unseen: state_ = State::Unseen; break;
    case Element::Kind::Script:
      state_ = State::Script;
      script_state_ = ScriptState::Plain;
      dashes_ = 0;
      reference_.clear();
      break;
    case Element::Kind::Plaintext: form_ = Form::Plain; break;
    default: break;
  }
}

void PageText::read_meta() noexcept {
  const std::string_view name = meta_name_.text(), content = meta_content_.text();
  if (!meta_name_.is_cut) {
    read_self_label(name, content, labels_);
    if (is_about_page(name)) {
      const Place place = place_;
      go_to(Place::Title);
      read_kept(content);
      go_to(place);
      state_ = State::Text;
    }
  }
  meta_name_.clear();
  meta_content_.clear();
}

}  // namespace haetae::content
