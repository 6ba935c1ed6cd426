#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "config/pattern_rules.h"
#include "config/phrase_rules.h"
#include "config/rules.h"
#include "config/rules_tables.h"

namespace haetae::config {
namespace {

// Reads one file by its table. context.rules: what was read before, for ids.
template <typename File>
File read_file(const std::filesystem::path& path, const Table<File>& table, const Rules& rules,
               Faults& faults) {
  Context context{.file = path.string(), .folder = path.parent_path(), .rules = &rules};
  File file;
  if (const auto root = read_yaml(path, context.faults)) {
    read_section(table, {*root, context, ""}, file);
  }
  put_in_order(context.faults);
  std::ranges::move(context.faults, std::back_inserter(faults));
  return file;
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder,
                                            std::string_view extension) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

void check_once(const std::filesystem::path& file, const std::string& id,
                std::set<std::string>& seen, Faults& faults) {
  if (id.empty() || seen.insert(id).second) return;  // without an id it has its fault already
  faults.push_back(
      {file.string(), 0, {}, fmt::format("the id '{}' is used twice", id), "give each its own"});
}

void read_categories(const std::filesystem::path& file, Rules& rules, Faults& faults) {
  rules.categories = read_file(file, categories_file_table(), rules, faults).categories;
  std::set<std::string> seen;
  for (const CategoryRule& category : rules.categories) {
    check_once(file, category.id, seen, faults);
    for (const std::string& alias : category.aliases) check_once(file, alias, seen, faults);
  }
  if (rules.categories.size() > policy::kCategoriesMax) {
    faults.push_back(
        {file.string(), 0, {}, fmt::format("more than {} categories", policy::kCategoriesMax), {}});
  }
}

// After the ages: every band that a category names must be there.
void check_bands(const std::filesystem::path& file, const Rules& rules, Faults& faults) {
  std::vector<std::string> known;
  for (const AgeBand& band : rules.ages) known.push_back(band.id);
  for (const CategoryRule& category : rules.categories) {
    for (const std::string& band : category.blocked_ages) {
      if (std::ranges::find(known, band) != known.end()) continue;
      faults.push_back({file.string(), 0, fmt::format("categories.{}.ages", category.id),
                        fmt::format("there is no age band '{}'", band), nearest_hint(band, known)});
    }
  }
}

void read_services(const std::filesystem::path& folder, Rules& rules, Faults& faults) {
  std::set<std::string> seen;
  for (const std::filesystem::path& file : files_in(folder, ".yaml")) {
    ServiceRules service = read_file(file, service_table(), rules, faults);
    if (service.id != file.stem().string()) {
      faults.push_back({file.string(), 0, "id",
                        fmt::format("'{}' is not the file's name", service.id),
                        fmt::format("write `id: {}`", file.stem().string())});
    }
    check_once(file, service.id, seen, faults);
    for (const std::string& alias : service.aliases) check_once(file, alias, seen, faults);
    rules.services.push_back(std::move(service));
  }
}

void read_special_names(const std::filesystem::path& file, Rules& rules, Faults& faults) {
  const SpecialNamesFile read = read_file(file, special_names_file_table(), rules, faults);
  for (const SpecialNamesFile::Row& row : read.names) {
    rules.special_names.push_back({row.name, row.answer, row.filtered_profiles_only});
  }
  rules.local_zones = read.local_zones;
}

// "bypass", or "bypass-resolvers" where a category has several lists: the longest beginning that
// is a category counts, because ids hold hyphens too. Null if none does.
const CategoryRule* category_of_list(const Rules& rules, std::string_view stem) {
  while (true) {
    if (const CategoryRule* const category = rules.category(stem)) return category;
    const std::size_t hyphen = stem.rfind('-');
    if (hyphen == std::string_view::npos) return nullptr;
    stem = stem.substr(0, hyphen);
  }
}

// The end of the names of lists that hold addresses and networks instead of names.
constexpr std::string_view kAddressListEnd = "-addresses";

void read_start_lists(const std::filesystem::path& folder, Rules& rules, Faults& faults) {
  for (const std::filesystem::path& file : files_in(folder, ".txt")) {
    const std::string stem = file.stem().string();
    const CategoryRule* const category = category_of_list(rules, stem);
    if (category == nullptr) {
      faults.push_back({file.string(),
                        0,
                        {},
                        fmt::format("the file's name '{}' is no category", stem),
                        "call it by an id of categories.yaml, or ID-PART where it has several"});
      continue;
    }
    rules.start_lists.push_back(
        {.name = std::string(kStartListPrefix) + stem,
         .path = file,
         .format = stem.ends_with(kAddressListEnd) ? "addresses" : "domains",
         .category = category->id});
  }
}

void read_patterns(const std::filesystem::path& folder, Rules& rules, Faults& faults) {
  const CategoryFinder find = [&rules](std::string_view id) -> std::optional<list::CategoryId> {
    const CategoryRule* category = rules.category(id);
    if (category == nullptr) return std::nullopt;
    return static_cast<list::CategoryId>(category - rules.categories.data());
  };
  const auto read = [&](list::PatternText text, const std::filesystem::path& below) {
    PatternRules found = load_pattern_rules(below, text, find);
    rules.patterns[static_cast<std::size_t>(text)] = std::move(found.patterns);
    std::ranges::move(found.faults, std::back_inserter(faults));
  };
  read(list::PatternText::Host, folder);
  read(list::PatternText::Url, folder / "url");
  read(list::PatternText::Search, folder / "search");
  PhraseRules phrases = load_phrase_rules(folder / "phrases", find);
  rules.phrases = std::move(phrases.phrases);
  std::ranges::move(phrases.faults, std::back_inserter(faults));
}

constexpr std::string_view kFirstLanguage = "en";  // stands in for languages that are not there

void read_page_words(const std::filesystem::path& folder, Rules& rules, Faults& faults) {
  for (const std::filesystem::path& file : files_in(folder, ".yaml")) {
    rules.page_words[file.stem().string()] = read_file(file, page_words_table(), rules, faults);
  }
  if (rules.page_words.contains(std::string(kFirstLanguage))) return;
  faults.push_back({(folder / "en.yaml").string(),
                    0,
                    {},
                    "there is no such file",
                    "every page needs its words in English, for who reads nothing else here"});
}

void read_search_engines(const std::filesystem::path& file, Rules& rules, Faults& faults) {
  rules.search_engines = read_file(file, search_engines_file_table(), rules, faults).engines;
  std::set<std::string> seen;
  for (const policy::SearchEngine& engine : rules.search_engines) {
    check_once(file, engine.id, seen, faults);
  }
}

}  // namespace

std::expected<Rules, Faults> load_rules(const std::filesystem::path& folder, RulesRead read) {
  Rules rules;
  Faults faults;
  rules.folder = folder;
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return std::unexpected(Faults{{folder.string(), 0, "rules.path", "there is no such folder",
                                   "name the folder `rules` that came with the program"}});
  }
  // Categories first: everything else speaks of them.
  read_categories(folder / "categories.yaml", rules, faults);
  rules.ages = read_file(folder / "ages.yaml", ages_file_table(), rules, faults).ages;
  check_bands(folder / "categories.yaml", rules, faults);
  read_services(folder / "services", rules, faults);
  rules.engines =
      read_file(folder / "safe_search.yaml", engines_file_table(), rules, faults).engines;
  read_search_engines(folder / "search_engines.yaml", rules, faults);
  read_special_names(folder / "special_names.yaml", rules, faults);
  HelpFile help = read_file(folder / "help.yaml", help_file_table(), rules, faults);
  rules.help = std::move(help.help);
  rules.house = std::move(help.house);
  read_page_words(folder / "page", rules, faults);
  rules.sources = read_file(folder / "sources.yaml", sources_file_table(), rules, faults).sources;
  read_start_lists(folder / "lists", rules, faults);
  rules.has_texts = read == RulesRead::Whole;
  if (rules.has_texts) read_patterns(folder / "patterns", rules, faults);
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return rules;
}

}  // namespace haetae::config
