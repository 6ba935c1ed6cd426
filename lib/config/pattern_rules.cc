#include "config/pattern_rules.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/limits.h"
#include "config/rule_file.h"
#include "list/pattern_language.h"
#include "list/scan_text.h"

namespace haetae::config {
namespace {

struct PlaceName {
  std::string_view name;
  list::WordPlace place;
};
constexpr std::array<PlaceName, 7> kPlaceNames = {{{"anywhere", list::WordPlace::Anywhere},
                                                   {"start", list::WordPlace::Start},
                                                   {"end", list::WordPlace::End},
                                                   {"edge", list::WordPlace::Edge},
                                                   {"word", list::WordPlace::Word},
                                                   {"label", list::WordPlace::Label},
                                                   {"tld", list::WordPlace::Tld}}};

// An innocent word and where it was written, for the fault that it excepts nothing.
struct Exception {
  std::string word;
  std::string file;
  int line;
};

// What a word of one kind of text may hold, as people are told.
std::string_view word_hint(list::PatternText text) {
  if (text == list::PatternText::Search) {
    return "use lower-case letters and digits, two at least, with a blank between words";
  }
  return "use lower-case letters, digits and hyphens, two at least";
}

// Lower-case letters, digits, hyphens and UTF-8: what a label can hold once it is decoded, and what
// stands in a URL between its signs. Of searches, what is searched for as the patterns see it.
bool is_word(std::string_view word, list::PatternText text) {
  if (word.size() < 2 || word.size() > limits::kLabelBytesMax) return false;
  if (text == list::PatternText::Search) return list::is_terms_text(word);
  return std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

bool is_of_hosts_alone(list::WordPlace place) {
  return place == list::WordPlace::Label || place == list::WordPlace::Tld;
}

// What stands before the ids of patterns, so that people see what was looked at.
std::string_view id_start(list::PatternText text) {
  switch (text) {
    case list::PatternText::Host: return "";
    case list::PatternText::Url: return "url/";
    case list::PatternText::Search: return "search/";
  }
  return "";
}

class Reader {
 public:
  Reader(const std::string& file, list::PatternText text, const CategoryFinder& category_of,
         PatternRules& out, std::vector<Exception>& exceptions)
      : file_(file, out.faults),
        text_(text),
        category_of_(category_of),
        out_(out),
        exceptions_(exceptions) {}

  void read_root(const Node& root) {
    if (!file_.has_only(root, "", {"category", "language", "words", "except", "expressions"})) {
      return;
    }
    language_ = file_.text_of(root, "language", "language");
    categories_ = file_.categories_of(root, {"category"}, category_of_);
    file_.for_each(value_of(root, "words"), "words",
                   [this](const Node& group) { read_group(group); });
    file_.for_each(value_of(root, "except"), "except",
                   [this](const Node& word) { read_exception(word); });
    file_.for_each(value_of(root, "expressions"), "expressions",
                   [this](const Node& one) { read_expression(one); });
  }

 private:
  std::optional<list::WordPlace> place_of(const Node& group) {
    const Node* const node = value_of(group, "at");
    if (node == nullptr) return list::WordPlace::Anywhere;
    const bool is_host = text_ == list::PatternText::Host;
    const auto known = std::ranges::find(kPlaceNames, node->text, &PlaceName::name);
    if (known != kPlaceNames.end() && (is_host || !is_of_hosts_alone(known->place))) {
      return known->place;
    }
    file_.fail(node->line, "words.at", "there is no place '" + node->text + "'",
               is_host ? "use anywhere, start, end, edge, word, label or tld"
                       : "use anywhere, start, end, edge or word");
    return std::nullopt;
  }

  void read_group(const Node& group) {
    if (!file_.has_only(group, "words", {"weight", "at", "words"})) return;
    const auto weight = file_.weight_of(group, "words");
    const auto place = place_of(group);
    const Node* const words = value_of(group, "words");
    if (words == nullptr) file_.fail(group.line, "words.words", "it is missing", "list the words");
    if (!weight || !place) return;
    file_.for_each(words, "words.words",
                   [&](const Node& word) { add_word(word, *weight, *place); });
  }

  void add_word(const Node& node, std::int16_t weight, list::WordPlace place) {
    const std::string& word = node.text;
    if (!is_word(word, text_)) {
      return file_.fail(node.line, "words.words", "'" + word + "' is not a word",
                        std::string(word_hint(text_)));
    }
    list::Pattern pattern;
    pattern.expression = list::escape_literal(word);
    pattern.weight = weight;
    pattern.word = word;
    pattern.place = place;
    // A word may weigh more in one place than in another: both weights count there.
    std::string id = word;
    if (place != list::WordPlace::Anywhere) {
      const auto known = std::ranges::find(kPlaceNames, place, &PlaceName::place);
      id += '@';
      id += known->name;
    }
    add(node, id, std::move(pattern));
  }

  void read_exception(const Node& node) {
    if (is_word(node.text, text_))
      return exceptions_.push_back({node.text, file_.file(), node.line});
    file_.fail(node.line, "except", "'" + node.text + "' is not a word",
               std::string(word_hint(text_)));
  }

  void read_expression(const Node& node) {
    if (!file_.has_only(node, "expressions", {"id", "regex", "weight", "sample"})) return;
    list::Pattern pattern;
    const std::string id = file_.text_of(node, "id", "expressions.id");
    pattern.expression = file_.text_of(node, "regex", "expressions.regex");
    pattern.sample = file_.text_of(node, "sample", "expressions.sample");
    const auto weight = file_.weight_of(node, "expressions");
    if (id.empty() || pattern.expression.empty() || pattern.sample.empty() || !weight) return;
    if (const auto normal = list::normalise_expression(pattern.expression); !normal) {
      return file_.fail(node.line, "expressions.regex", normal.error(),
                        "see lib/list/pattern_language.h for the language");
    }
    pattern.weight = *weight;
    add(node, "/" + id + "/", std::move(pattern));
  }

  void add(const Node& node, const std::string& id, list::Pattern pattern) {
    if (!ids_.insert(id).second) {
      return file_.fail(node.line, id, "it stands in this file twice", "keep one of them");
    }
    for (const auto& [name, category] : categories_) {
      pattern.id = std::string(id_start(text_)) + name + "/" + language_ + "/" + id;
      pattern.category = category;
      out_.patterns.push_back(pattern);
    }
  }

  RuleFile file_;
  list::PatternText text_;
  const CategoryFinder& category_of_;
  PatternRules& out_;
  std::vector<Exception>& exceptions_;
  std::string language_;
  std::vector<NamedCategory> categories_;
  std::set<std::string> ids_;
};

bool holds_word(std::string_view longer, const list::Pattern& pattern) {
  return !pattern.word.empty() && pattern.place != list::WordPlace::Tld && longer != pattern.word &&
         longer.contains(pattern.word);
}

// Gives every word the exceptions that hold it. One that holds no word is a slip of the pen.
void attach(const std::vector<Exception>& exceptions, PatternRules& rules) {
  for (const Exception& exception : exceptions) {
    bool used = false;
    for (list::Pattern& pattern : rules.patterns) {
      if (!holds_word(exception.word, pattern)) continue;
      pattern.except.push_back(exception.word);
      used = true;
    }
    if (used) continue;
    rules.faults.push_back({exception.file, exception.line, "except",
                            "'" + exception.word + "' holds no word of these patterns",
                            "remove it or mend its spelling"});
  }
}

// The longest word wins: "girl" is silent where "girls" speaks, and "sex" in "sexeducation". A
// longer word that accuses less would excuse what it holds, which nobody means: both count then.
void let_longest_win(std::vector<list::Pattern>& patterns) {
  for (const list::Pattern& longer : patterns) {
    if (longer.place != list::WordPlace::Anywhere || longer.word.empty()) continue;
    for (list::Pattern& pattern : patterns) {
      if (pattern.category != longer.category || !holds_word(longer.word, pattern)) continue;
      if (longer.weight > 0 && longer.weight < pattern.weight) continue;
      pattern.except.push_back(longer.word);
    }
  }
}

}  // namespace

PatternRules load_pattern_rules(const std::filesystem::path& folder, list::PatternText text,
                                const CategoryFinder& category_of) {
  PatternRules rules;
  std::vector<Exception> exceptions;
  for (const std::filesystem::path& path : yaml_files(folder)) {
    const auto root = read_yaml(path, rules.faults);
    if (root) Reader(path.string(), text, category_of, rules, exceptions).read_root(*root);
  }
  attach(exceptions, rules);
  let_longest_win(rules.patterns);
  return rules;
}

PatternRules parse_pattern_rules(std::string_view yaml, const std::string& file,
                                 list::PatternText text, const CategoryFinder& category_of) {
  PatternRules rules;
  std::vector<Exception> exceptions;
  const auto root = parse_yaml(yaml, file, rules.faults);
  if (root) Reader(file, text, category_of, rules, exceptions).read_root(*root);
  attach(exceptions, rules);
  let_longest_win(rules.patterns);
  return rules;
}

}  // namespace haetae::config
