#include "list/pattern_factor.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <ranges>
#include <set>

#include "base/assert.h"
#include "base/limits.h"

namespace haetae::list {
namespace {

using Strings = std::set<std::string>;

constexpr std::size_t kFactorBytesMin = 2;
// A longer one tells no more, and costs more to carry along.
constexpr std::size_t kFactorBytesMax = 16;
// Of a class with more members no strings are made: they would be many and would tell little.
constexpr std::size_t kClassMembersMax = 26;

// What is known of the texts that a part of an expression matches.
struct Part {
  bool is_exact = false;
  Strings all;   // if exact: every text it matches, and perhaps some more
  Strings some;  // if not: one of these stands in every text it matches; empty if none are known
};

// How seldom a text of host names holds the string, at a guess: a wrong one costs time alone.
double chance_of(std::string_view text) noexcept {
  constexpr std::string_view kCommon[] = {"com", "net", "org", "www"};
  constexpr double kCommonChance = 1.0 / 8;
  double chance = 1;
  for (std::string_view rest = text; !rest.empty();) {
    // A part of a common piece is no rarer than all of it.
    const auto* const common = std::ranges::find_if(kCommon, [&](std::string_view piece) {
      return rest.starts_with(piece) || (rest.size() > 1 && piece.contains(rest));
    });
    const bool is_common = common != std::end(kCommon);
    const bool is_letter = rest.front() >= 'a' && rest.front() <= 'z';
    chance *= is_common             ? kCommonChance
              : is_letter           ? 1.0 / 16
              : rest.front() == '.' ? 1.0 / 4
                                    : 1.0 / 64;
    rest.remove_prefix(is_common ? std::min(common->size(), rest.size()) : 1);
  }
  return chance;
}

// What it costs to have these for factors: how often one is found in vain, and that each must be
// looked for.
double cost_of(const Strings& strings) noexcept {
  constexpr double kCostOfEach = 2e-5;
  if (strings.empty()) return std::numeric_limits<double>::infinity();
  double cost = 0;
  for (const std::string& text : strings) {
    if (text.size() < kFactorBytesMin) return std::numeric_limits<double>::infinity();
    cost += chance_of(text) + kCostOfEach;
  }
  return cost;
}

std::size_t longest(const Strings& strings) noexcept {
  std::size_t size = 0;
  for (const std::string& text : strings) size = std::max(size, text.size());
  return size;
}

std::size_t shortest(const Strings& strings) noexcept {
  std::size_t size = strings.empty() ? 0 : std::numeric_limits<std::size_t>::max();
  for (const std::string& text : strings) size = std::min(size, text.size());
  return size;
}

// Without the strings that hold another one: where they stand, so does that.
Strings without_holders(const Strings& strings) {
  std::vector<std::string_view> by_size(strings.begin(), strings.end());
  std::ranges::stable_sort(by_size, {}, &std::string_view::size);
  Strings held;
  for (const std::string_view text : by_size) {
    const bool holds =
        std::ranges::any_of(by_size | std::views::take_while([text](std::string_view other) {
                              return other.size() < text.size();
                            }),
                            [text](std::string_view other) { return text.contains(other); });
    if (!holds) held.emplace(text);
  }
  return held;
}

// Every string without so many octets at either end.
Strings trimmed(const Strings& strings, std::size_t front, std::size_t back) {
  Strings shorter;
  for (const std::string& text : strings) {
    if (text.size() <= front + back) {
      shorter.emplace();
    } else {
      shorter.insert(text.substr(front, text.size() - front - back));
    }
  }
  return shorter;
}

// What a window of the strings costs at least: what its commonest one does.
double least_cost_of(const Strings& strings, std::size_t front, std::size_t back) noexcept {
  double most = 0;
  for (const std::string_view text : strings) {
    most = std::max(most, chance_of(text.substr(front, text.size() - front - back)));
  }
  return most;
}

// The window of the strings that makes the best factors: what stands in a text with the whole
// string.
Strings best_window(const Strings& strings) {
  Strings best = without_holders(strings);
  double best_cost = cost_of(best);
  const std::size_t least = shortest(strings);
  for (std::size_t front = 0; front + kFactorBytesMin <= least; ++front) {
    for (std::size_t back = 0; front + back + kFactorBytesMin <= least; ++back) {
      if (least_cost_of(strings, front, back) >= best_cost) continue;
      Strings window = without_holders(trimmed(strings, front, back));
      const double cost = cost_of(window);
      if (cost >= best_cost) continue;
      best = std::move(window);
      best_cost = cost;
    }
  }
  return best;
}

void take_if_better(Strings& best, Strings offered) {
  Strings window = best_window(offered);
  if (cost_of(window) < cost_of(best)) best = std::move(window);
}

bool fits(const Strings& left, const Strings& right) noexcept {
  return left.size() * right.size() <= limits::kPatternFactorsMax &&
         longest(left) + longest(right) <= kFactorBytesMax;
}

Strings joined(const Strings& left, const Strings& right) {
  Strings both;
  for (const std::string& head : left) {
    for (const std::string& tail : right) both.insert(head + tail);
  }
  return both;
}

// Without the strings that end in another one.
Strings without_longer(const Strings& strings) {
  Strings shortest;
  for (const std::string& text : strings) {
    const bool is_longer = std::ranges::any_of(strings, [&text](const std::string& other) {
      return other.size() < text.size() && text.ends_with(other);
    });
    if (!is_longer) shortest.insert(text);
  }
  return shortest;
}

// Parts that follow one another.
class Sequence {
 public:
  void add(const Part& part) {
    if (!part.is_exact) {
      end_run();
      take_if_better(best_, part.some);
      return;
    }
    if (!fits(run_, part.all)) {
      take_if_better(best_, run_);
      is_whole_ = false;
      // The end of what came before still stands before this part; where some may be missing, so
      // does the end without them.
      run_ = without_longer(run_);
      while (!fits(run_, part.all) && longest(run_) > 0) run_ = trimmed(run_, 1, 0);
    }
    run_ = joined(run_, part.all);
  }

  Part take() {
    if (is_whole_) return {true, std::move(run_), {}};
    take_if_better(best_, run_);
    return {false, {}, std::move(best_)};
  }

 private:
  void end_run() {
    take_if_better(best_, run_);
    run_ = {""};
    is_whole_ = false;
  }

  Strings run_ = {""};  // what the parts since the last gap match, or the ends of it
  bool is_whole_ = true;
  Strings best_;
};

// Reads a normalised expression by recursive descent. Where it is in doubt a part is unknown, which
// is always true.
class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}

  Part alternatives() {
    Part either = sequence();
    while (take_if('|')) {
      Part other = sequence();
      const bool both_known = cost_known(either) && cost_known(other);
      if (!either.is_exact || !other.is_exact || either.all.size() > limits::kPatternFactorsMax) {
        // A branch of which nothing is known may be the one that matches.
        Strings some = both_known ? std::move(strings_of(either)) : Strings();
        if (both_known) some.merge(strings_of(other));
        either = {false, {}, std::move(some)};
      } else {
        either.all.merge(other.all);
      }
    }
    return either;
  }
  bool at_end() const noexcept { return in_.empty(); }

 private:
  static Strings& strings_of(Part& part) noexcept { return part.is_exact ? part.all : part.some; }
  static bool cost_known(Part& part) noexcept { return !strings_of(part).empty(); }

  char take() {
    HAETAE_ASSERT(!in_.empty());
    const char c = in_.front();
    in_.remove_prefix(1);
    return c;
  }
  bool take_if(char c) {
    if (!in_.starts_with(c)) return false;
    in_.remove_prefix(1);
    return true;
  }

  void expect(char wanted) {
    const char c = take();
    HAETAE_ASSERT(c == wanted);
  }

  Part sequence() {
    Sequence parts;
    while (!in_.empty() && in_.front() != '|' && in_.front() != ')') {
      const Part part = atom();
      add_repeated(part, parts);
    }
    return parts.take();
  }

  struct Count {
    int least = 1;
    int most = 1;  // -1: without end
  };

  // What must be there `least` times stands so behind what came before, and so before what comes
  // next; nothing is said of what is between.
  void add_repeated(const Part& part, Sequence& parts) {
    const Count count = read_count();
    const auto add_least = [&] {
      for (int i = 0; i < count.least; ++i) parts.add(part);
    };
    if (count.least == 0 && count.most == 1 && part.is_exact) {
      Part optional = part;
      optional.all.insert("");
      return parts.add(optional);
    }
    add_least();
    if (count.least == count.most) return;
    parts.add({});
    add_least();
  }

  Count read_count() {
    if (take_if('?')) return {0, 1};
    if (take_if('*')) return {0, -1};
    if (take_if('+')) return {1, -1};
    if (!take_if('{')) return {};
    Count count;
    count.least = count.most = read_number();
    if (take_if(',')) count.most = in_.starts_with('}') ? -1 : read_number();
    expect('}');
    return count;
  }

  int read_number() {
    int value = 0;
    const auto read = std::from_chars(in_.data(), in_.data() + in_.size(), value);
    HAETAE_ASSERT(read.ec == std::errc());
    in_.remove_prefix(static_cast<std::size_t>(read.ptr - in_.data()));
    return value;
  }

  static Part one(char c) { return {true, {std::string(1, c)}, {}}; }
  static Part nothing() { return {true, {""}, {}}; }
  static Part digits() {
    Part part{true, {}, {}};
    for (char c = '0'; c <= '9'; ++c) part.all.emplace(1, c);
    return part;
  }

  Part atom() {
    const char c = take();
    switch (c) {
      case '(': return group();
      case '[': return character_class();
      case '.': return {};
      case '^': return nothing();
      case '\\': break;
      default: return one(c);
    }
    const char escaped = take();
    if (escaped == 'z') return nothing();
    if (escaped == 'd') return digits();
    if (escaped == 'w') return {};
    return one(escaped);
  }

  Part group() {
    expect('?');
    expect(':');
    Part inside = alternatives();
    expect(')');
    return inside;
  }

  // One character of a class; nothing if it stands for several or for one that no host has.
  std::optional<char> class_item() {
    const char c = take();
    if (c != '\\') return c;
    const char escaped = take();
    if (escaped == 'x') in_.remove_prefix(2);
    const bool is_letter = escaped >= 'a' && escaped <= 'z';
    return is_letter ? std::nullopt : std::optional(escaped);
  }

  Part character_class() {
    const bool is_negated = take_if('^');
    bool is_known = !is_negated;
    Part part{true, {}, {}};
    while (!take_if(']')) {
      const std::optional<char> first = class_item();
      std::optional<char> last = first;
      if (in_.starts_with('-') && !in_.starts_with("-]") && first) {
        take();
        last = class_item();
      }
      is_known = is_known && first && last;
      if (!is_known) continue;
      for (int c = *first; c <= *last; ++c) part.all.emplace(1, static_cast<char>(c));
    }
    is_known = is_known && part.all.size() <= kClassMembersMax;
    return is_known ? part : Part();
  }

  std::string_view in_;
};

}  // namespace

std::optional<std::vector<std::string>> required_factors(std::string_view expression) {
  Reader reader(expression);
  Part part = reader.alternatives();
  HAETAE_ASSERT(reader.at_end());
  Strings best;
  take_if_better(best, part.is_exact ? std::move(part.all) : std::move(part.some));
  if (best.empty() || best.size() > limits::kPatternFactorsMax) return std::nullopt;
  return std::vector<std::string>(best.begin(), best.end());
}

}  // namespace haetae::list
