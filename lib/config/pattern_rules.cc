#include "config/pattern_rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/limits.h"
#include "config/nearest.h"
#include "config/yaml_file.h"
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
constexpr int kWeightMax = 200;

// An innocent word and where it was written, for the fault that it excepts nothing.
struct Exception {
  std::string word;
  std::string file;
  int line;
};

// The value of a key, or nothing.
const Node* value(const Node& map, std::string_view key) {
  const Node::Entry* const entry = map.find(key);
  return entry == nullptr ? nullptr : &entry->value;
}

bool is_text(const Node* node) {
  return node != nullptr && node->kind == Node::Kind::Scalar && !node->text.empty();
}

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
  Reader(std::string file, list::PatternText text, const CategoryFinder& category_of,
         PatternRules& out, std::vector<Exception>& exceptions)
      : file_(std::move(file)),
        text_(text),
        category_of_(category_of),
        out_(out),
        exceptions_(exceptions) {}

  void read_root(const Node& root) {
    if (!has_only(root, "", {"category", "language", "words", "except", "expressions"})) return;
    language_ = text_of(root, "language", "language");
    read_categories(root);
    for_each(value(root, "words"), "words", [this](const Node& group) { read_group(group); });
    for_each(value(root, "except"), "except", [this](const Node& word) { read_exception(word); });
    for_each(value(root, "expressions"), "expressions",
             [this](const Node& one) { read_expression(one); });
  }

 private:
  void fail(int line, std::string key, std::string message, std::string hint) {
    out_.faults.push_back({file_, line, std::move(key), std::move(message), std::move(hint)});
  }

  // True if the node is a map of these keys alone; else a fault for each that is not.
  bool has_only(const Node& node, const std::string& where, const std::vector<std::string>& keys) {
    if (node.kind != Node::Kind::Map) {
      fail(node.line, where, "this must hold keys and values", "");
      return false;
    }
    bool all_known = true;
    for (const Node::Entry& entry : node.entries) {
      if (std::ranges::find(keys, entry.key) != keys.end()) continue;
      fail(entry.line, where.empty() ? entry.key : where + "." + entry.key, "there is no such key",
           nearest_hint(entry.key, keys));
      all_known = false;
    }
    return all_known;
  }

  template <typename Read>
  void for_each(const Node* list, const std::string& key, const Read& read) {
    if (list == nullptr) return;
    if (list->kind != Node::Kind::List) {
      return fail(list->line, key, "this must be a list", "write [ ] around it");
    }
    for (const Node& item : list->items) read(item);
  }

  std::string text_of(const Node& map, std::string_view key, const std::string& full) {
    const Node* const node = value(map, key);
    if (is_text(node)) return node->text;
    fail(node == nullptr ? map.line : node->line, full, "a text is missing here", "");
    return {};
  }

  void read_categories(const Node& root) {
    const Node* const node = value(root, "category");
    if (node == nullptr) return fail(root.line, "category", "it is missing", "name a category");
    const auto add = [this](const Node& one) {
      if (const auto category = category_of_(one.text)) {
        categories_.push_back({one.text, *category});
      } else {
        fail(one.line, "category", "there is no category '" + one.text + "'",
             "see rules/categories.yaml");
      }
    };
    if (node->kind != Node::Kind::List) return add(*node);
    for_each(node, "category", add);
  }

  std::optional<std::int16_t> weight_of(const Node& map, const std::string& key) {
    const Node* const node = value(map, "weight");
    int weight = 0;
    if (is_text(node)) {
      const char* const end = node->text.data() + node->text.size();
      const auto read = std::from_chars(node->text.data(), end, weight);
      if (read.ec != std::errc() || read.ptr != end) weight = 0;
    }
    if (weight != 0 && weight >= -kWeightMax && weight <= kWeightMax) {
      return static_cast<std::int16_t>(weight);
    }
    fail(node == nullptr ? map.line : node->line, key + ".weight", "this is not a weight",
         "use 1 to 200, or -1 to -200 for what speaks for innocence");
    return std::nullopt;
  }

  std::optional<list::WordPlace> place_of(const Node& group) {
    const Node* const node = value(group, "at");
    if (node == nullptr) return list::WordPlace::Anywhere;
    const bool is_host = text_ == list::PatternText::Host;
    const auto known = std::ranges::find(kPlaceNames, node->text, &PlaceName::name);
    if (known != kPlaceNames.end() && (is_host || !is_of_hosts_alone(known->place))) {
      return known->place;
    }
    fail(node->line, "words.at", "there is no place '" + node->text + "'",
         is_host ? "use anywhere, start, end, edge, word, label or tld"
                 : "use anywhere, start, end, edge or word");
    return std::nullopt;
  }

  void read_group(const Node& group) {
    if (!has_only(group, "words", {"weight", "at", "words"})) return;
    const auto weight = weight_of(group, "words");
    const auto place = place_of(group);
    const Node* const words = value(group, "words");
    if (words == nullptr) fail(group.line, "words.words", "it is missing", "list the words");
    if (!weight || !place) return;
    for_each(words, "words.words", [&](const Node& word) { add_word(word, *weight, *place); });
  }

  void add_word(const Node& node, std::int16_t weight, list::WordPlace place) {
    const std::string& word = node.text;
    if (!is_word(word, text_)) {
      return fail(node.line, "words.words", "'" + word + "' is not a word",
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
    if (is_word(node.text, text_)) return exceptions_.push_back({node.text, file_, node.line});
    fail(node.line, "except", "'" + node.text + "' is not a word", std::string(word_hint(text_)));
  }

  void read_expression(const Node& node) {
    if (!has_only(node, "expressions", {"id", "regex", "weight", "sample"})) return;
    list::Pattern pattern;
    const std::string id = text_of(node, "id", "expressions.id");
    pattern.expression = text_of(node, "regex", "expressions.regex");
    pattern.sample = text_of(node, "sample", "expressions.sample");
    const auto weight = weight_of(node, "expressions");
    if (id.empty() || pattern.expression.empty() || pattern.sample.empty() || !weight) return;
    if (const auto normal = list::normalise_expression(pattern.expression); !normal) {
      return fail(node.line, "expressions.regex", normal.error(),
                  "see lib/list/pattern_language.h for the language");
    }
    pattern.weight = *weight;
    add(node, "/" + id + "/", std::move(pattern));
  }

  void add(const Node& node, const std::string& id, list::Pattern pattern) {
    if (!ids_.insert(id).second) {
      return fail(node.line, id, "it stands in this file twice", "keep one of them");
    }
    for (const auto& [name, category] : categories_) {
      pattern.id = std::string(id_start(text_)) + name + "/" + language_ + "/" + id;
      pattern.category = category;
      out_.patterns.push_back(pattern);
    }
  }

  struct Category {
    std::string name;
    list::CategoryId id;
  };

  std::string file_;
  list::PatternText text_;
  const CategoryFinder& category_of_;
  PatternRules& out_;
  std::vector<Exception>& exceptions_;
  std::string language_;
  std::vector<Category> categories_;
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

std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
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
