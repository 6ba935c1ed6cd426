#include "config/yaml_file.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <map>
#include <span>
#include <spanstream>
#include <system_error>
#include <unordered_map>

#include "base/limits.h"
#include "config/utf8.h"

namespace haetae::config {
namespace {

// Ends the reading of one text: thrown through the YAML library, caught in parse_yaml().
struct Stop {
  Fault fault;
};

// Builds the tree from the library's events, since its own tree keeps duplicate keys silently and
// shares what aliases name.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view file, Faults& faults) : file_(file), faults_(faults) {}

  Node take_root() { return std::move(root_); }
  const YAML::Mark& last_scalar() const { return last_scalar_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    finish({.line = mark.line + 1}, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    last_scalar_ = mark;
    finish({.kind = Node::Kind::Scalar, .line = mark.line + 1, .text = value}, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::List, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::Map, mark, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor;
    std::optional<Node> key;                              // read, its value not yet
    std::unordered_map<std::string, std::size_t> places;  // of the keys in node.entries
  };

  void open(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor);
  void close();
  void finish(Node node, YAML::anchor_t anchor);
  void place(Node node);
  void place_in_map(Open& map, Node value);
  void merge(Open& map, const Node& from);
  void count(const Node& node);
  Fault fault_at(int line, std::string message, std::string hint = {}) const {
    return {std::string(file_), line, {}, std::move(message), std::move(hint)};
  }

  std::string_view file_;
  Faults& faults_;
  Node root_;
  YAML::Mark last_scalar_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::size_t nodes_ = 0;
  std::size_t text_bytes_ = 0;
};

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    throw Stop{fault_at(mark.line + 1, "an alias stands inside what it names", "write it out")};
  }
  // Counted before it is copied: nine aliases of nine aliases … must not fill the memory first.
  count(found->second);
  place(found->second);
}

void TreeBuilder::open(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (open_.size() >= limits::kYamlDepthMax) {
    throw Stop{fault_at(mark.line + 1, "lists and sections stand too deep in each other")};
  }
  open_.push_back(
      {.node = {.kind = kind, .line = mark.line + 1}, .anchor = anchor, .key = {}, .places = {}});
}

void TreeBuilder::close() {
  Open top = std::move(open_.back());
  open_.pop_back();
  finish(std::move(top.node), top.anchor);
}

void TreeBuilder::finish(Node node, YAML::anchor_t anchor) {
  nodes_ += 1;
  text_bytes_ += node.text.size();
  if (anchor != 0) anchors_.insert_or_assign(anchor, node);
  place(std::move(node));
}

// Adds what a copied tree costs and stops at the limit.
void TreeBuilder::count(const Node& node) {
  nodes_ += 1;
  text_bytes_ += node.text.size();
  for (const Node& item : node.items) count(item);
  for (const Node::Entry& entry : node.entries) {
    text_bytes_ += entry.key.size();
    count(entry.value);
  }
  if (nodes_ > limits::kYamlNodesMax || text_bytes_ > limits::kYamlTextBytesMax) {
    throw Stop{fault_at(node.line, "the file is too large once its aliases are written out")};
  }
}

void TreeBuilder::place(Node node) {
  if (nodes_ > limits::kYamlNodesMax) {
    throw Stop{fault_at(node.line, "the file holds too many values")};
  }
  if (open_.empty()) {
    root_ = std::move(node);
  } else if (open_.back().node.kind == Node::Kind::List) {
    open_.back().node.items.push_back(std::move(node));
  } else if (!open_.back().key) {
    open_.back().key = std::move(node);
  } else {
    place_in_map(open_.back(), std::move(node));
  }
}

void TreeBuilder::place_in_map(Open& map, Node value) {
  const Node key = std::move(*map.key);
  map.key.reset();
  if (key.kind != Node::Kind::Scalar) {
    faults_.push_back(fault_at(key.line, "a key must be a word", "write `key: value`"));
    return;
  }
  if (key.text == "<<") return merge(map, value);
  const auto [place, is_new] = map.places.try_emplace(key.text, map.node.entries.size());
  if (is_new) {
    map.node.entries.push_back({key.text, key.line, std::move(value)});
    return;
  }
  Node::Entry& first = map.node.entries[place->second];
  if (first.merged) {
    first = {key.text, key.line, std::move(value)};
    return;
  }
  faults_.push_back(fault_at(key.line,
                             fmt::format("'{}' is written twice in one section", key.text),
                             fmt::format("the first stands in line {}; keep one", first.line)));
}

void TreeBuilder::merge(Open& map, const Node& from) {
  if (from.kind != Node::Kind::Map) {
    faults_.push_back(fault_at(from.line, "'<<' takes one section", "write `<<: *name`"));
    return;
  }
  for (const Node::Entry& entry : from.entries) {
    if (!map.places.try_emplace(entry.key, map.node.entries.size()).second) continue;
    map.node.entries.push_back(entry);
    map.node.entries.back().merged = true;
  }
}

// The library's own messages, in the words of somebody who edits a file.
Fault in_plain_words(const YAML::ParserException& error, std::string_view text,
                     std::string_view file) {
  Fault fault{std::string(file), std::max(error.mark.line, 0) + 1, {}, error.msg, {}};
  std::string_view rest = text;
  for (int line = 1; line <= fault.line && !rest.empty(); ++line) {
    const std::string_view content = rest.substr(0, rest.find('\n'));
    const std::size_t indent = content.find_first_not_of(" \t");
    if (content.substr(0, indent).contains('\t')) {
      return {fault.file, line, {}, "a tab stands in the indentation", "indent with spaces"};
    }
    rest.remove_prefix(std::min(content.size() + 1, rest.size()));
  }
  fault.message = fmt::format("this is not YAML: {}", error.msg);
  fault.hint = "look for a missing quote, bracket, colon or space here or one line above";
  return fault;
}

// True if a text starts with a quote (behind anchors and tags) that never closes.
bool is_open_quote(std::string_view rest) {
  while (rest.starts_with('&') || rest.starts_with('!')) {
    rest.remove_prefix(std::min(rest.find_first_of(" \t\n"), rest.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n"), rest.size()));
  }
  if (!rest.starts_with('"') && !rest.starts_with('\'')) return false;
  const char quote = rest.front();
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (quote == '"' && rest[i] == '\\') {
      ++i;
    } else if (rest[i] == quote) {
      if (quote == '"' || i + 1 == rest.size() || rest[i + 1] != quote) return false;
      ++i;  // '' inside single quotes is one quote
    }
  }
  return true;
}

// The library takes a quote that is never closed for a text that goes on to the end of the file:
// the rest of somebody's settings would be lost without a word.
std::optional<Fault> open_quote(std::string_view text, const YAML::Mark& scalar,
                                std::string_view file) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  std::string_view rest = text;
  if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
  for (int line = 0; line < scalar.line; ++line) {
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  }
  rest.remove_prefix(std::min<std::size_t>(static_cast<std::size_t>(scalar.column), rest.size()));
  if (!is_open_quote(rest)) return std::nullopt;
  return Fault{std::string(file),
               scalar.line + 1,
               {},
               "a quote opens here and never closes",
               "close it on the same line"};
}

// What stands in the stream; no more than most. Grows with what comes: a running filter that reads
// its small files again must not take megabytes for them.
std::string read_at_most(std::istream& in, std::size_t most) {
  std::string text;
  std::array<char, 16 * 1024> chunk;
  while (text.size() < most && in) {
    in.read(chunk.data(), static_cast<std::streamsize>(std::min(chunk.size(), most - text.size())));
    text.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
  }
  return text;
}

std::optional<Fault> refuse_bytes(std::string_view text, std::string_view file) {
  if (text.size() > limits::kYamlFileBytesMax) {
    return Fault{std::string(file),
                 0,
                 {},
                 fmt::format("the file is larger than {} MB", limits::kYamlFileBytesMax >> 20),
                 "names in bulk belong into a list file"};
  }
  const std::size_t bad = first_bad_utf8(text);
  if (bad == text.size()) return std::nullopt;
  const auto line = 1 + std::ranges::count(text.substr(0, bad), '\n');
  return Fault{std::string(file),
               static_cast<int>(line),
               {},
               "a byte here is no text",
               "save the file as UTF-8"};
}

}  // namespace

const Node::Entry* Node::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &Entry::key);
  return found == entries.end() ? nullptr : &*found;
}

std::optional<Node> parse_yaml(std::string_view text, std::string_view file, Faults& faults) {
  if (auto fault = refuse_bytes(text, file)) {
    faults.push_back(std::move(*fault));
    return std::nullopt;
  }
  TreeBuilder builder(file, faults);
  try {
    std::ispanstream in{std::span(text)};
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder)) return Node{.line = 1};
    if (auto fault = open_quote(text, builder.last_scalar(), file)) throw Stop{std::move(*fault)};
    Node root = builder.take_root();
    if (parser.HandleNextDocument(builder)) {
      throw Stop{{std::string(file),
                  0,
                  {},
                  "the file holds a second document",
                  "remove the line `---` between them"}};
    }
    return root;
  } catch (const Stop& stop) {
    faults.push_back(stop.fault);
  } catch (const YAML::ParserException& error) {
    // An open quote is also behind most faults at the end of a file.
    auto fault = open_quote(text, builder.last_scalar(), file);
    faults.push_back(fault ? std::move(*fault) : in_plain_words(error, text, file));
  } catch (const YAML::Exception& error) {
    faults.push_back({std::string(file), std::max(error.mark.line, 0) + 1, {}, error.msg, {}});
  }
  return std::nullopt;
}

std::optional<Node> read_yaml(const std::filesystem::path& file, Faults& faults) {
  const std::string name = file.string();
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) {
    faults.push_back({name, 0, {}, "this is a folder", "name the file itself"});
    return std::nullopt;
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    const std::string why = std::error_code(errno, std::generic_category()).message();
    faults.push_back({name,
                      0,
                      {},
                      fmt::format("the file cannot be read ({})", why),
                      "check the path and its permissions"});
    return std::nullopt;
  }
  return parse_yaml(read_at_most(in, limits::kYamlFileBytesMax + 1), name, faults);
}

}  // namespace haetae::config
