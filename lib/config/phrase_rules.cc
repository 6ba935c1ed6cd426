#include "config/phrase_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "base/utf8.h"
#include "list/phrase_text.h"
#include "list/scan_text.h"

namespace haetae::config {
namespace {

constexpr std::string_view kTextHint =
    "use lower-case letters and digits with one blank between words, no other signs";

struct Edges {
  std::string_view name;
  bool starts_word;
  bool ends_word;
};
constexpr std::array<Edges, 4> kEdges = {{{"word", true, true},
                                          {"start", true, false},
                                          {"end", false, true},
                                          {"anywhere", false, false}}};

// Hangul, kana, ideographs: languages that write words without blanks, or particles behind them.
bool holds_wide(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return starts_wide(c); });
}

std::size_t letters_in(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return c != ' ' && !is_utf8_tail(static_cast<std::uint8_t>(c)); }));
}

// What makes two rows the same phrase.
using Key = std::tuple<list::CategoryId, std::vector<list::PhrasePart>, bool>;
struct Where {
  std::string file;
  int line;
};
using Known = std::map<Key, Where>;

// The rows of one file.
class Reader {
 public:
  Reader(const std::string& file, const CategoryFinder& category_of, PhraseRules& out, Known& known)
      : file_(file, out.faults), category_of_(category_of), out_(out), known_(known) {}

  void read_root(const Node& root) {
    if (!file_.has_only(root, "", {"category", "categories", "language", "phrases"})) return;
    language_ = file_.text_of(root, "language", "language");
    categories_ = file_.categories_of(root, {"category", "categories"}, category_of_);
    if (const Node* const both = value_of(root, "categories");
        both != nullptr && value_of(root, "category") != nullptr) {
      file_.fail(both->line, "categories", "there is a category, too", "keep one of the two keys");
    }
    file_.for_each(value_of(root, "phrases"), "phrases",
                   [this](const Node& row) { read_row(row); });
  }

 private:
  // What the phrases of one row have in common.
  struct Row {
    std::int16_t weight;
    const Edges* edges;  // null: by the phrase's script
    bool title_only;
  };

  void read_row(const Node& node) {
    if (!file_.has_only(node, "phrases", {"weight", "any", "all", "at", "in"})) return;
    const auto weight = file_.weight_of(node, "phrases");
    const auto edges = edges_of(node);
    const auto title_only = title_only_of(node);
    const Node* const any = value_of(node, "any");
    const Node* const all = value_of(node, "all");
    if ((any == nullptr) == (all == nullptr)) {
      return file_.fail(node.line, "phrases", "a row holds `any` or `all`",
                        "any: [...] for single phrases, all: [...] for a combination");
    }
    if (!weight || !edges || !title_only) return;
    const Row row{*weight, *edges, *title_only};
    if (all != nullptr) return read_combination(*all, row);
    file_.for_each(any, "phrases.any", [&](const Node& text) {
      if (auto part = part_of(text, row, "phrases.any")) add(text.line, row, {std::move(*part)});
    });
  }

  void read_combination(const Node& all, const Row& row) {
    std::vector<list::PhrasePart> parts;
    file_.for_each(&all, "phrases.all", [&](const Node& text) {
      if (auto part = part_of(text, row, "phrases.all")) parts.push_back(std::move(*part));
    });
    if (all.kind != Node::Kind::List || parts.size() < all.items.size()) return;  // told already
    std::ranges::sort(parts);
    const auto repeated = std::ranges::adjacent_find(parts);
    if (repeated != parts.end()) {
      return file_.fail(all.line, "phrases.all", "'" + repeated->text + "' stands here twice",
                        "keep one of them");
    }
    if (parts.size() < 2 || parts.size() > limits::kPhrasePartsMax) {
      return file_.fail(all.line, "phrases.all", "a combination has two parts to eight",
                        "write a single phrase as any: [...]");
    }
    add(all.line, row, parts);
  }

  std::optional<const Edges*> edges_of(const Node& row) {
    const Node* const node = value_of(row, "at");
    if (node == nullptr) return nullptr;
    const auto known = std::ranges::find(kEdges, node->text, &Edges::name);
    if (known != kEdges.end()) return &*known;
    file_.fail(node->line, "phrases.at", "there is no place '" + node->text + "'",
               "use word, start, end or anywhere");
    return std::nullopt;
  }

  std::optional<bool> title_only_of(const Node& row) {
    const Node* const node = value_of(row, "in");
    if (node == nullptr) return false;
    if (node->text == "title") return true;
    file_.fail(node->line, "phrases.in", "there is no place '" + node->text + "'",
               "use title, or leave it out: the phrase then counts anywhere in a page");
    return std::nullopt;
  }

  std::optional<list::PhrasePart> part_of(const Node& node, const Row& row, const char* key) {
    const auto fault = [&](std::string_view what,
                           std::string_view hint) -> std::optional<list::PhrasePart> {
      file_.fail(node.line, key, "'" + node.text + "' " + std::string(what), std::string(hint));
      return std::nullopt;
    };
    if (!is_text(&node)) return fault("is no phrase", kTextHint);
    if (!list::is_terms_text(node.text)) return fault("is not as pages are read", kTextHint);
    const bool is_wide = holds_wide(node.text);
    const Edges& edges = row.edges != nullptr ? *row.edges : kEdges[is_wide ? 3 : 0];
    list::PhrasePart part{list::phrase_text(node.text), edges.starts_word, edges.ends_word};
    if (part.text.size() > limits::kPhraseBytesMax) {
      return fault("is too long", "96 octets at most: 96 letters, or 32 of Hangul");
    }
    // "porn" inside of a longer word says nothing: English has names and towns for every such word.
    if (!edges.starts_word && !is_wide) {
      return fault("cannot begin inside of a word", "use at: word or at: start");
    }
    // One syllable, and two letters inside of words, stand in everything.
    const bool is_whole = edges.starts_word && edges.ends_word;
    const std::size_t letters_min = is_whole ? (is_wide ? 1 : 2) : (is_wide ? 2 : 4);
    if (letters_in(part.text) < letters_min) {
      return fault("is too short", "it stands in too many innocent words; write more of it");
    }
    return part;
  }

  void add(int line, const Row& row, const std::vector<list::PhrasePart>& parts) {
    for (const auto& [name, category] : categories_) {
      const auto [first, is_new] =
          known_.try_emplace({category, parts, row.title_only}, Where{file_.file(), line});
      if (!is_new) {
        file_.fail(line, "phrases", "'" + text_of(parts) + "' stands here twice for " + name,
                   "it is in " + first->second.file + ":" + std::to_string(first->second.line) +
                       "; keep one of them");
        continue;
      }
      if (out_.phrases.size() == limits::kPhrasesMax) {
        return file_.fail(line, "phrases", "these are too many phrases",
                          "60,000 at most, counting each for each of its categories");
      }
      out_.phrases.push_back(
          {id_of(name, parts, row), category, row.weight, parts, row.title_only});
    }
  }

  static std::string text_of(const std::vector<list::PhrasePart>& parts) {
    std::string text;
    for (const list::PhrasePart& part : parts) text += (text.empty() ? "" : " + ") + part.text;
    return text;
  }

  // A phrase may weigh more in one place than in another: both weights count there.
  std::string id_of(const std::string& category, const std::vector<list::PhrasePart>& parts,
                    const Row& row) const {
    std::string id = "phrases/" + category + "/" + language_ + "/" + text_of(parts);
    if (row.edges != nullptr) id += "@" + std::string(row.edges->name);
    if (row.title_only) id += "@title";
    return id;
  }

  RuleFile file_;
  const CategoryFinder& category_of_;
  PhraseRules& out_;
  Known& known_;
  std::string language_;
  std::vector<NamedCategory> categories_;
};

}  // namespace

PhraseRules load_phrase_rules(const std::filesystem::path& folder,
                              const CategoryFinder& category_of) {
  PhraseRules rules;
  Known known;
  for (const std::filesystem::path& path : yaml_files(folder)) {
    const auto root = read_yaml(path, rules.faults);
    if (root) Reader(path.string(), category_of, rules, known).read_root(*root);
  }
  return rules;
}

PhraseRules parse_phrase_rules(std::string_view yaml, const std::string& file,
                               const CategoryFinder& category_of) {
  PhraseRules rules;
  Known known;
  const auto root = parse_yaml(yaml, file, rules.faults);
  if (root) Reader(file, category_of, rules, known).read_root(*root);
  return rules;
}

}  // namespace haetae::config
