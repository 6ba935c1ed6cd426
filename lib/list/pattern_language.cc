#include "list/pattern_language.h"

#include "base/name.h"

namespace haetae::list {
namespace {

constexpr int kRepeatMax = 100;
constexpr int kGroupDepthMax = 16;
constexpr std::size_t kExpressionBytesMax = 512;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_punctuation(char c) noexcept {
  return c > ' ' && c < 0x7f && !is_digit(c) && !is_letter(c);
}
bool is_ascii(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x80;
}
// Engines differ on a \ before a character that needs none, so it is written only where it does.
bool has_meaning(char c) noexcept {
  return std::string_view("\\^$.|?*+()[]{}-").contains(c);
}
char lower(char c) noexcept {
  return static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
}

// Reads an expression once from left to right and writes its normal form; the first fault sticks.
class Normaliser {
 public:
  explicit Normaliser(std::string_view in) : in_(in) {}

  std::expected<std::string, std::string> run() {
    if (in_.empty()) return std::unexpected("it is empty");
    if (in_.size() > kExpressionBytesMax) return std::unexpected("it is longer than 512 octets");
    while (fault_.empty() && !in_.empty()) read_one();
    if (fault_.empty() && depth_ > 0) fail("a group is not closed");
    if (!fault_.empty()) return std::unexpected(fault_);
    return out_;
  }

 private:
  void fail(std::string_view what) {
    if (fault_.empty()) fault_ = what;
  }
  char take() {
    const char c = in_.front();
    in_.remove_prefix(1);
    return c;
  }
  bool take_if(char c) {
    if (!in_.starts_with(c)) return false;
    in_.remove_prefix(1);
    return true;
  }

  void read_one() {
    const char c = take();
    switch (c) {
      case '(': return open_group();
      case ')': return close_group();
      case '[': return read_class();
      case '\\': return read_escape(false);
      case '|': return read_mark("|");
      case '^': return read_mark("^");
      case '$': return read_mark("\\z");
      case '*':
      case '+':
      case '?': return repeat({&c, 1});
      case '{': return read_count();
      case ']':
      case '}': return fail("a closing bracket stands alone; write a \\ before it");
      default: break;
    }
    out_ += lower(c);
    // Engines see octets: a repeat would be of the last octet of such a character.
    repeatable_ = is_ascii(c);
    if (static_cast<unsigned char>(c) < ' ') fail("it holds a control character");
  }

  void read_mark(std::string_view mark) {
    out_ += mark;
    repeatable_ = false;
  }

  void open_group() {
    if (take_if('?') && !take_if(':')) {
      return fail("(? is for (?:…) only: look-around, flags and names are beyond the language");
    }
    // What a group captured is never asked for, so every group is a plain one.
    out_ += "(?:";
    if (++depth_ > kGroupDepthMax) fail("its groups are nested too deep");
    repeatable_ = false;
  }

  void close_group() {
    if (depth_ == 0) return fail("a group is closed that was not opened");
    --depth_;
    out_ += ')';
    repeatable_ = true;
  }

  void repeat(std::string_view mark) {
    if (!repeatable_) return fail("a repeat has nothing that it could repeat");
    out_ += mark;
    repeatable_ = false;  // a second repeat would make it lazy or possessive
  }

  int read_number() {
    int value = 0;
    while (!in_.empty() && is_digit(in_.front()) && value <= kRepeatMax) {
      value = value * 10 + (take() - '0');
    }
    return value;
  }

  void read_count() {
    if (in_.empty() || !is_digit(in_.front())) return fail("{ must open a count such as {1,3}");
    const int least = read_number();
    int most = least;
    std::string text = "{";
    text += std::to_string(least);
    if (take_if(',')) {
      text += ',';
      if (!in_.empty() && is_digit(in_.front())) {
        most = read_number();
        text += std::to_string(most);
      }
    }
    if (!take_if('}')) return fail("a count is not closed");
    if (least > kRepeatMax || most > kRepeatMax) return fail("a count is above 100");
    if (most < least || (most == 0 && text.back() != ',')) return fail("a count runs backwards");
    repeat(text + "}");
  }

  void read_escape(bool in_class) {
    if (in_.empty()) return fail("it ends in a \\");
    const char c = take();
    repeatable_ = true;
    if (c == 'd' || c == 'w') {
      out_ += '\\';
      out_ += c;
    } else if (c == 's') {
      out_ += in_class ? "\\t\\n\\f\\r\\x20" : "[\\t\\n\\f\\r\\x20]";
    } else if (is_punctuation(c)) {
      if (has_meaning(c)) out_ += '\\';
      out_ += c;
    } else {
      fail("\\ may stand before punctuation, d, w and s only");
    }
  }

  // One character of a class, or '\0' for a whole set such as \d, which starts no range.
  char read_class_item() {
    const char c = take();
    if (c == '\\') {
      const char escaped = in_.empty() ? '\0' : in_.front();
      read_escape(true);
      return is_punctuation(escaped) ? escaped : '\0';
    }
    if (c == '[') fail("a [ inside a class needs a \\ before it");
    if (c == '^' || c == '-') out_ += '\\';
    if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) >= 0x7f) {
      fail("a class holds ASCII characters only; write (?:a|b) for others");
    }
    out_ += lower(c);
    return lower(c);
  }

  void read_class() {
    out_ += '[';
    if (take_if('^')) out_ += '^';
    if (in_.starts_with(']')) return fail("a class is empty");
    while (fault_.empty() && !in_.empty() && in_.front() != ']') {
      const char first = read_class_item();
      const bool is_range = in_.size() > 1 && in_[0] == '-' && in_[1] != ']';
      if (!is_range) continue;
      take();
      out_ += '-';
      const char last = read_class_item();
      const bool same_kind =
          (is_digit(first) && is_digit(last)) || (is_letter(first) && is_letter(last));
      if (!same_kind || last < first) fail("a range must be of letters or of digits, upwards");
    }
    if (!take_if(']')) return fail("a class is not closed");
    out_ += ']';
    repeatable_ = true;
  }

  std::string_view in_;
  std::string out_;
  std::string fault_;
  int depth_ = 0;
  bool repeatable_ = false;
};

}  // namespace

std::expected<std::string, std::string> normalise_expression(std::string_view expression) {
  return Normaliser(expression).run();
}

std::string escape_literal(std::string_view literal) {
  std::string escaped;
  for (const char c : literal) {
    if (has_meaning(c)) escaped += '\\';
    escaped += lower(c);
  }
  return escaped;
}

}  // namespace haetae::list
