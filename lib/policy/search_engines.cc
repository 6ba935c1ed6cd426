#include "policy/search_engines.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/fold.h"
#include "list/scan_text.h"

namespace haetae::policy {
namespace {

// A part of a URL equals a text of ours, escapes undone and letters of either case the same.
bool is_same(std::string_view raw, std::string_view ours) noexcept {
  while (!raw.empty() && !ours.empty()) {
    if (fold(take_url_character(raw)) != fold(take_url_character(ours))) return false;
  }
  return raw.empty() && ours.empty();
}

std::string_view take_until(std::string_view& text, char end) noexcept {
  const std::size_t size = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return part;
}

// Takes `prefix` off the path if the path is that or lies below it: part by part, for an escape
// must not hide a part, and "/searches" does not lie below "/search".
bool take_path(std::string_view& path, std::string_view prefix) noexcept {
  std::string_view rest = path;
  while (!prefix.empty()) {
    const std::string_view wanted = take_until(prefix, '/');
    if (wanted.empty()) continue;
    while (rest.starts_with('/')) rest.remove_prefix(1);
    if (!is_same(take_until(rest, '/'), wanted)) return false;
  }
  path = rest;
  return true;
}

void add_of_query(const SearchForm& form, std::string_view query, list::TermsText& out) noexcept {
  while (!query.empty()) {
    std::string_view value = take_until(query, '&');
    const std::string_view key = take_until(value, '=');
    const bool counts = std::ranges::any_of(
        form.parameters, [key](const std::string& wanted) { return is_same(key, wanted); });
    if (counts) out.add(value);
  }
}

}  // namespace

SearchEngines::SearchEngines(std::vector<SearchEngine> engines) : engines_(std::move(engines)) {
  for (std::size_t i = 0; i < engines_.size(); ++i) {
    for (const SearchHost& host : engines_[i].hosts) rows_.push_back({host.text, host.scope, i});
  }
  std::ranges::sort(rows_, {}, [](const Row& row) { return std::tie(row.text, row.scope); });
}

const SearchEngines::Row* SearchEngines::row_of(std::string_view text,
                                                SearchHost::Scope scope) const noexcept {
  const auto before = [scope](const Row& row, std::string_view wanted) {
    return row.text != wanted ? row.text < wanted : row.scope < scope;
  };
  const auto at = std::lower_bound(rows_.begin(), rows_.end(), text, before);
  return at != rows_.end() && at->text == text && at->scope == scope ? &*at : nullptr;
}

const SearchEngine* SearchEngines::find(const Name& host) const noexcept {
  if (rows_.empty()) return nullptr;
  std::array<char, Name::kTextBytesMax> room;
  std::string_view suffix = host.write_text(room);
  const Row* row = row_of(suffix, SearchHost::Scope::Exact);
  for (std::size_t left = host.label_count(); row == nullptr && left > 0; --left) {
    row = row_of(suffix, SearchHost::Scope::Subtree);
    const bool may_be_country = left == 2 || left == 3;
    const std::string_view label = take_until(suffix, '.');
    if (row == nullptr && may_be_country) row = row_of(label, SearchHost::Scope::AnyCountry);
  }
  return row == nullptr ? nullptr : &engines_[row->engine];
}

std::string_view search_terms(const SearchEngine& engine, std::string_view path,
                              std::span<char> room) noexcept {
  path = path.substr(0, path.find('#'));
  std::string_view query = path;
  const std::string_view whole = take_until(query, '?');
  list::TermsText terms(room);
  for (const SearchForm& form : engine.forms) {
    std::string_view below = whole;
    if (!take_path(below, form.path)) continue;
    if (form.in_path) {
      while (below.starts_with('/')) below.remove_prefix(1);
      terms.add(take_until(below, '/'));
    } else {
      add_of_query(form, query, terms);
    }
  }
  return terms.text();
}

}  // namespace haetae::policy
