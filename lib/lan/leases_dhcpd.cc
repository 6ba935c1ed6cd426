// dhcpd.leases(5): declarations of `keyword … ;` and `keyword … { … }`, quoted texts with
// backslashes in them, comments behind #. The file is a log: later leases replace earlier ones.
#include <algorithm>
#include <vector>

#include "lan/leases_format.h"

namespace haetae::lan {
namespace {

struct Token {
  enum class Kind : std::uint8_t { End, Word, Text, Open, Close, Semicolon };
  Kind kind = Kind::End;
  std::string text;
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next() {
    skip_space();
    if (text_.empty()) return {};
    switch (text_.front()) {
      case '{': return punctuation(Token::Kind::Open);
      case '}': return punctuation(Token::Kind::Close);
      case ';': return punctuation(Token::Kind::Semicolon);
      case '"': return quoted();
      default: return word();
    }
  }

 private:
  void skip_space() {
    for (;;) {
      const std::size_t start = text_.find_first_not_of(" \t\r\n");
      text_.remove_prefix(std::min(start, text_.size()));
      if (!text_.starts_with('#')) return;
      text_.remove_prefix(std::min(text_.find('\n'), text_.size()));
    }
  }

  Token punctuation(Token::Kind kind) {
    text_.remove_prefix(1);
    return {kind, {}};
  }

  // Escapes stand for octets that no host name has: they are left as they are. A text without its
  // end is the end of the file.
  Token quoted() {
    Token token{Token::Kind::Text, {}};
    for (std::size_t i = 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        text_.remove_prefix(i + 1);
        return token;
      }
      if (text_[i] == '\\' && i + 1 < text_.size()) token.text += text_[i++];
      token.text += text_[i];
    }
    text_ = {};
    return {};
  }

  Token word() {
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n{};\"#"), text_.size());
    // One octet at least, whatever it is.
    const std::size_t size = std::max<std::size_t>(end, 1);
    Token token{Token::Kind::Word, std::string(text_.substr(0, size))};
    text_.remove_prefix(size);
    return token;
  }

  std::string_view text_;
};

// The lease whose block is being read.
struct Reading {
  int depth = 0;
  bool is_lease = false;
  std::optional<MacAddress> mac;
  std::string name;
};

// One statement, up to its semicolon: its words in order.
void take_statement(const std::vector<Token>& words, Reading& lease) {
  const auto is = [&words](std::size_t place, std::string_view text) {
    return words.size() > place && words[place].text == text;
  };
  if (words.size() == 3 && is(0, "hardware") && is(1, "ethernet")) {
    lease.mac = MacAddress::from_text(words[2].text);
  } else if (words.size() == 2 && is(0, "client-hostname")) {
    lease.name = words[1].text;
  }
}

}  // namespace

void read_dhcpd_leases(std::string_view text, LeaseCollector& found) {
  constexpr std::size_t kWordsMax = 16;  // of one statement
  Lexer lexer(text);
  Reading reading;
  std::vector<Token> words;
  for (Token token = lexer.next();; token = lexer.next()) {
    switch (token.kind) {
      case Token::Kind::End:
        if (reading.depth > 0 || !words.empty()) found.add_bad_line();  // cut off
        return;
      case Token::Kind::Word:
      case Token::Kind::Text:
        if (words.size() < kWordsMax) words.push_back(std::move(token));
        continue;
      case Token::Kind::Open:
        if (reading.depth == 0) {
          reading = {};
          reading.is_lease = words.size() == 2 && words[0].text == "lease";
        }
        ++reading.depth;
        break;
      case Token::Kind::Close:
        if (reading.depth == 0) {
          found.add_bad_line();
        } else if (--reading.depth == 0 && reading.is_lease) {
          found.add(reading.mac, reading.name);
        }
        break;
      case Token::Kind::Semicolon:
        if (reading.depth == 1 && reading.is_lease) take_statement(words, reading);
        break;
    }
    words.clear();
  }
}

}  // namespace haetae::lan
