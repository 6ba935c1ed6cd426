#include "support/slow_matcher.h"

#include <array>
#include <bitset>
#include <climits>
#include <set>
#include <string>
#include <vector>

#include "base/assert.h"

namespace haetae::test {

using Octets = std::bitset<256>;
using Ends = std::set<std::size_t>;

struct SlowPattern::Node {
  enum class Kind { Octet, Start, End, Sequence, Either, Repeat };
  Kind kind = Kind::Sequence;
  Octets octets;               // Octet
  std::vector<Node> children;  // Sequence, Either; Repeat has one
  int least = 1;               // Repeat
  int most = 1;
};

namespace {

using Node = SlowPattern::Node;
using Kind = Node::Kind;

std::size_t index_of(char c) {
  return static_cast<unsigned char>(c);
}

Octets range(char first, char last) {
  Octets set;
  for (std::size_t c = index_of(first); c <= index_of(last); ++c) set.set(c);
  return set;
}

Octets word_octets() {
  return range('a', 'z') | range('A', 'Z') | range('0', '9') | range('_', '_');
}

Octets space_octets() {
  Octets set;
  for (const char c : {'\t', '\n', '\f', '\r', ' '}) set.set(index_of(c));
  return set;
}

// Adds the other case of every letter in the set.
Octets any_case(Octets set) {
  for (char c = 'a'; c <= 'z'; ++c) {
    const std::size_t lower = index_of(c);
    const std::size_t upper = lower - 32;
    if (set[lower] || set[upper]) set.set(lower).set(upper);
  }
  return set;
}

class Parser {
 public:
  explicit Parser(std::string_view in) : in_(in) {}

  Node whole() {
    Node node = either();
    HAETAE_ASSERT(in_.empty());
    return node;
  }

 private:
  bool at(char c) const { return in_.starts_with(c); }
  char take() {
    HAETAE_ASSERT(!in_.empty());
    const char c = in_.front();
    in_.remove_prefix(1);
    return c;
  }
  bool take_if(char c) { return at(c) && take() == c; }

  Node either() {
    Node node{.kind = Kind::Either, .octets = {}, .children = {}};
    node.children.push_back(sequence());
    while (take_if('|')) node.children.push_back(sequence());
    return node;
  }

  Node sequence() {
    Node node{.kind = Kind::Sequence, .octets = {}, .children = {}};
    while (!in_.empty() && !at('|') && !at(')')) node.children.push_back(repeated(atom()));
    return node;
  }

  Node repeated(Node inner) {
    Node node{.kind = Kind::Repeat, .octets = {}, .children = {}};
    if (take_if('*')) {
      node.least = 0, node.most = INT_MAX;
    } else if (take_if('+')) {
      node.least = 1, node.most = INT_MAX;
    } else if (take_if('?')) {
      node.least = 0, node.most = 1;
    } else if (take_if('{')) {
      node.least = node.most = number();
      if (take_if(',')) node.most = at('}') ? INT_MAX : number();
      HAETAE_ASSERT(take_if('}'));
    } else {
      return inner;
    }
    node.children.push_back(std::move(inner));
    return node;
  }

  int number() {
    int value = 0;
    while (!in_.empty() && in_.front() >= '0' && in_.front() <= '9') {
      value = value * 10 + (take() - '0');
    }
    return value;
  }

  Node atom() {
    const char c = take();
    if (c == '^') return {.kind = Kind::Start, .octets = {}, .children = {}};
    if (c == '$') return {.kind = Kind::End, .octets = {}, .children = {}};
    if (c == '(') {
      if (take_if('?')) HAETAE_ASSERT(take_if(':'));
      Node node = either();
      HAETAE_ASSERT(take_if(')'));
      return node;
    }
    Octets octets;
    if (c == '.') {
      octets = ~Octets().set(index_of('\n'));
    } else if (c == '[') {
      octets = char_class();
    } else if (c == '\\') {
      octets = any_case(escape());
    } else {
      octets = any_case(range(c, c));
    }
    return {.kind = Kind::Octet, .octets = octets, .children = {}};
  }

  Octets escape() {
    const char c = take();
    if (c == 'd') return range('0', '9');
    if (c == 'w') return word_octets();
    if (c == 's') return space_octets();
    return range(c, c);
  }

  Octets char_class() {
    const bool negated = take_if('^');
    Octets set;
    while (!at(']')) {
      const char c = take();
      if (c == '\\') {
        set |= escape();
      } else if (at('-') && in_.size() > 1 && in_[1] != ']') {
        take();
        set |= range(c, take());
      } else {
        set |= range(c, c);
      }
    }
    take();
    set = any_case(set);
    return negated ? ~set : set;
  }

  std::string_view in_;
};

// Where a match of the node can end that begins at `begin`.
Ends ends_of(const Node& node, std::string_view text, std::size_t begin);

Ends ends_of_each(const Node& node, std::string_view text, const Ends& begins) {
  Ends ends;
  for (const std::size_t begin : begins) ends.merge(ends_of(node, text, begin));
  return ends;
}

Ends ends_of_repeat(const Node& node, std::string_view text, std::size_t begin) {
  Ends current{begin};
  for (int i = 0; i < node.least; ++i) current = ends_of_each(node.children[0], text, current);
  Ends all = current;
  for (int i = node.least; i < node.most; ++i) {
    current = ends_of_each(node.children[0], text, current);
    const std::size_t known = all.size();
    all.insert(current.begin(), current.end());
    if (all.size() == known) break;
  }
  return all;
}

Ends ends_of(const Node& node, std::string_view text, std::size_t begin) {
  switch (node.kind) {
    case Kind::Octet:
      return begin < text.size() && node.octets[index_of(text[begin])] ? Ends{begin + 1} : Ends{};
    case Kind::Start: return begin == 0 ? Ends{begin} : Ends{};
    case Kind::End: return begin == text.size() ? Ends{begin} : Ends{};
    case Kind::Repeat: return ends_of_repeat(node, text, begin);
    case Kind::Sequence: {
      Ends current{begin};
      for (const Node& child : node.children) current = ends_of_each(child, text, current);
      return current;
    }
    case Kind::Either: {
      Ends all;
      for (const Node& child : node.children) all.merge(ends_of(child, text, begin));
      return all;
    }
  }
  return {};
}

}  // namespace

SlowPattern::SlowPattern(std::string_view expression)
    : root_(std::make_unique<Node>(Parser(expression).whole())) {}
SlowPattern::~SlowPattern() = default;
SlowPattern::SlowPattern(SlowPattern&&) noexcept = default;

bool SlowPattern::matches(std::string_view text) const {
  for (std::size_t begin = 0; begin <= text.size(); ++begin) {
    if (!ends_of(*root_, text, begin).empty()) return true;
  }
  return false;
}

}  // namespace haetae::test
