#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/name.h"

namespace haetae::policy {

// Where in a URL of an engine the words stand that somebody searches for.
struct SearchForm {
  std::string path;                     // "/search": that path and all below it; "/": any
  std::vector<std::string> parameters;  // of the query, each of which may hold words: "q"
  bool in_path = false;                 // the words are the part of the path that follows `path`
};

// Which hosts are an engine's.
struct SearchHost {
  enum class Scope : std::uint8_t {
    Subtree,     // text: "search.naver.com", with all below it
    Exact,       // text: "www.google.com" alone
    AnyCountry,  // text: "google": with one or two labels behind it ("google.co.kr"), all below too
  };
  std::string text;
  Scope scope = Scope::Subtree;
};

struct SearchEngine {
  std::string id;
  std::vector<SearchHost> hosts;
  std::vector<SearchForm> forms;
};

// The engines of rules/search_engines.yaml. Immutable, shared by all threads.
class SearchEngines {
 public:
  SearchEngines() = default;
  explicit SearchEngines(std::vector<SearchEngine> engines);

  // Whose host it is; null: nobody's. The longest host that is written down counts. Hot path.
  const SearchEngine* find(const Name& host) const noexcept;

 private:
  struct Row {
    std::string text;
    SearchHost::Scope scope;
    std::size_t engine;
  };
  const Row* row_of(std::string_view text, SearchHost::Scope scope) const noexcept;

  std::vector<SearchEngine> engines_;
  std::vector<Row> rows_;  // sorted by text and scope
};

// What is searched for, as list::TermsText writes it into room; empty if the URL is no search.
// Parameters that stand there several times count each: engines differ on which one they take.
// path: what follows the authority, as it was sent. Hot path.
std::string_view search_terms(const SearchEngine& engine, std::string_view path,
                              std::span<char> room) noexcept;

}  // namespace haetae::policy
