#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "content/character_reference.h"
#include "content/element.h"
#include "content/limits.h"
#include "content/media_type.h"
#include "content/self_labels.h"

namespace haetae::content {

// Where in a page a text stands.
enum class Place : std::uint8_t {
  Body,   // what is read, descriptions of pictures included
  Title,  // title, headings, and what meta elements tell of the page: keywords, description
};
inline constexpr std::size_t kPlacesCount = 2;

// Longer names are none that is looked for.
inline constexpr std::size_t kAttributeNameBytesMax = 16;
inline constexpr std::size_t kMetaNameBytesMax = 32;

// The words of a page as phrases read them: letters and digits, folded (base/fold.h), an apostrophe
// is nothing. A blank stands before the first one and one between two, " \n " where something else
// begins (a paragraph, a cell, a value of JSON), so that no phrase reaches across. Where a Latin
// letter meets Hangul, kana or an ideograph is a blank, too ("av배우" is "av 배우"): Korean writes
// particles behind English words without one. For matching, never for display.
//
// Room for what one call of PageText writes; one serves all pages of a worker.
class PageRoom {
 public:
  // The texts of one place, call after call of one page, are one text.
  std::string_view text(Place place) const noexcept {
    const Part& part = parts_[static_cast<std::size_t>(place)];
    return {part.octets.data() + kBeforeBytes, part.size};
  }

 private:
  friend class PageText;
  // In front of the text, the last octets of the call before.
  static constexpr std::size_t kBeforeBytes = 4;
  // A sign may become three octets, and a letter stands between two. Beside it stands what was kept
  // of calls before, and what a wide store may write too much.
  static constexpr std::size_t kBytesMax =
      2 * (limits::kPageChunkBytesMax + limits::kMetaContentBytesMax) + 128;
  struct Part {
    std::size_t size = 0;
    std::array<char, kBeforeBytes + kBytesMax> octets{};
  };
  std::array<Part, kPlacesCount> parts_;
};

// Reads one page after the other, streaming; however it is cut into pieces, its text is the same.
// Hot path: no allocation. Never fails: whatever comes is a page to some browser.
//
// Of HTML and XML: tags, comments, scripts and styles are left out, character references decoded
// (WHATWG HTML, section 13.5; of the named ones those that are letters). Elements inside of a line
// do not part words (p<b>or</b>n is a word), unless one closes where another opens. alt, title and
// placeholder of pictures and fields are text where they stand. Of JSON: keys and strings with
// escapes undone. Of a plain text all.
class PageText {
 public:
  struct Reading;  // how octets are read at one place; of no use outside

  void start(Form form) noexcept;

  // utf8: at most limits::kPageChunkBytesMax octets; broken ones are no letters. room: what is in
  // it is replaced.
  void feed(std::string_view utf8, PageRoom& room) noexcept;
  // What was held back, at the page's end.
  void finish(PageRoom& room) noexcept;

  // Of the meta elements read so far.
  const SelfLabels& labels() const noexcept { return labels_; }

 private:
  enum class State : std::uint8_t {
    Text,
    Reference,   // behind "&" in a text
    Escape,      // behind "\" in JSON
    TagOpen,     // behind "<"
    EndTagOpen,  // behind "</"
    TagName,
    BeforeAttribute,
    AttributeName,
    AfterAttributeName,
    BeforeValue,     // behind "="
    Value,           // of an attribute that nobody reads
    TextValue,       // of one that is text
    ValueReference,  // behind "&" in such a one
    KeptValue,       // of one that is looked at when the tag ends
    Declaration,     // behind "<!"
    Cdata,           // text up to "]]>"
    Comment,
    UpToBracket,  // not seen up to ">"
    AloneTag,     // behind "<" where only one end tag is a tag
    Unseen,       // in style and the like
    Script,
  };
  // What stands before the next letter.
  enum class Gap : std::uint8_t { None, Blank, Boundary };
  // Comments in scripts hide their end tags once, and scripts in those do so twice (WHATWG HTML,
  // section 13.2.5.15 and on).
  enum class ScriptState : std::uint8_t { Plain, Escaped, DoubleEscaped };
  enum class Script : std::uint8_t { Latin, Wide, Other };
  // One place's text: where it is written while a call runs, and what is remembered of it.
  struct Writer {
    const char* start = nullptr;
    char* at = nullptr;
    Gap gap = Gap::Blank;
    bool has_text = false;
    // The last octets of the call before. Some were not given, if those are a syllable: a
    // conjoining letter may follow and change it.
    std::array<char, PageRoom::kBeforeBytes> last{};
    std::uint8_t held_bytes = 0;

    void open(char* room) noexcept;
    void keep_last() noexcept;
    bool holds_syllable() const noexcept;
    bool meets(Script next) const noexcept;
    void put_gap(Script next) noexcept;
    void put(char32_t character) noexcept;
    void separate(Gap by) noexcept;
  };
  // A short text that is put together octet by octet; what does not fit is counted and not kept.
  template <std::size_t kBytes>
  struct Kept {
    std::uint16_t size = 0;
    bool is_cut = false;
    std::array<char, kBytes> octets{};
    void clear() noexcept {
      size = 0;
      is_cut = false;
    }
    void add(char octet) noexcept {
      if (size < kBytes) {
        octets[size++] = octet;
      } else {
        is_cut = true;
      }
    }
    std::string_view text() const noexcept { return {octets.data(), size}; }
  };

  void open(PageRoom& room) noexcept;
  void close(PageRoom& room) noexcept;
  const char* step(const char* at, const char* end) noexcept;
  // Words: page_text.cc.
  const char* read_text(const char* at, const char* end) noexcept;
  const char* read_words(const char* at, const char* end, const Reading& how) noexcept;
  const char* read_kept_words(const char* at, const char* end) noexcept;
  const char* read_value_words(const char* at, const char* end) noexcept;
  static const char* read_hangul(const char* at, const char* end, bool has_blanks,
                                 Writer& out) noexcept;
  const char* read_wide(const char* at, const char* end, Writer& out) noexcept;
  const char* read_cdata(const char* at, const char* end) noexcept;
  const char* read_cut(const char* at, const char* end, Writer& out) noexcept;
  Writer& writer() noexcept { return writers_[static_cast<std::size_t>(place_)]; }
  void add(char32_t character) noexcept;
  void separate(Gap gap) noexcept;
  void count_letters(std::string_view written) noexcept;
  // References and escapes: page_references.cc.
  void start_reference(State state) noexcept;
  bool takes_into_reference(char c) const noexcept;
  const char* read_reference(const char* at, const char* end) noexcept;
  void end_reference(bool is_ended) noexcept;
  const char* read_escape(const char* at, const char* end) noexcept;
  void end_escape() noexcept;
  void read_kept(std::string_view text) noexcept;
  // Tags: page_tags.cc.
  const char* open_tag(const char* at, const char* end) noexcept;
  const char* open_end_tag(const char* at, const char* end) noexcept;
  const char* read_tag_name(const char* at, const char* end) noexcept;
  const char* read_before_attribute(const char* at, const char* end) noexcept;
  const char* read_attribute_name(const char* at, const char* end) noexcept;
  const char* read_after_attribute_name(const char* at, const char* end) noexcept;
  const char* read_before_value(const char* at, const char* end) noexcept;
  const char* read_value(const char* at, const char* end) noexcept;
  const char* read_text_value(const char* at, const char* end) noexcept;
  const char* read_declaration(const char* at) noexcept;
  const char* read_comment(const char* at, const char* end) noexcept;
  const char* read_up_to_bracket(const char* at, const char* end) noexcept;
  const char* read_alone_tag(const char* at) noexcept;
  const char* read_unseen(const char* at, const char* end) noexcept;
  const char* read_script(const char* at, const char* end) noexcept;
  State value_state() noexcept;
  bool is_own_end_tag(char next) const noexcept;
  bool matches_own_end_tag(char c) const noexcept;
  void start_own_end_tag() noexcept;
  void end_tag() noexcept;
  void end_inline_tag() noexcept;
  void go_to(Place place) noexcept;
  void start_content() noexcept;
  void read_meta() noexcept;

  Form form_ = Form::Html;
  State state_ = State::Text;
  Place place_ = Place::Body;
  std::array<Writer, kPlacesCount> writers_;
  SelfLabels labels_;

  // Letters since the last tag: none, one, or more; whether an inline element closed there, with
  // more than one in it.
  std::uint8_t run_letters_ = 0;
  bool is_behind_close_ = false;
  bool closed_more_ = false;

  // A character of UTF-8 that was cut.
  std::uint8_t cut_bytes_ = 0;
  std::array<char, 4> cut_{};

  // The tag that is read, or whose content is.
  Element element_;
  bool is_end_tag_ = false;
  bool is_watched_ = false;   // some of its attributes matter
  bool ends_itself_ = false;  // "/>"
  bool is_alone_ = false;     // the content is text up to the element's own end tag
  bool is_foreign_ = false;   // inside of svg or math
  bool is_html_again_ = false;
  char quote_ = 0;                  // around the value that is read; 0: none
  std::uint8_t matched_ = 0;        // octets of an end tag's start
  std::uint8_t dashes_ = 0;         // in front, in comments and scripts; "]" in CDATA
  std::uint8_t comment_bytes_ = 0;  // as far as 2
  bool is_behind_bang_ = false;     // "--!" in a comment
  ScriptState script_state_ = ScriptState::Plain;
  ElementName name_;
  Kept<kAttributeNameBytesMax> attribute_;
  Kept<kReferenceBytesMax> reference_;  // or an escape of JSON, or a tag's start in a script
  bool keeps_content_ = false;          // which of the two the value that is read belongs to
  Kept<kMetaNameBytesMax> meta_name_;
  Kept<limits::kMetaContentBytesMax> meta_content_;
};

}  // namespace haetae::content
