#pragma once

#include <optional>
#include <vector>

#include "config/rules.h"
#include "config/table.h"

// The keys of the files under rules/, a row a key.
namespace haetae::config {

struct CategoriesFile {
  std::vector<CategoryRule> categories;
};
struct AgesFile {
  std::vector<AgeBand> ages;
};
struct EnginesFile {
  std::vector<SafeSearchEngine> engines;
};
struct SearchEnginesFile {
  std::vector<policy::SearchEngine> engines;
};
struct SpecialNamesFile {
  struct Row {
    Name name;
    policy::SpecialAnswer answer{};
    bool filtered_profiles_only = false;
    std::string why;
  };
  std::vector<Row> names;
  std::vector<LocalZone> local_zones;
};
struct HelpFile {
  std::vector<HelpLine> help;
  std::vector<HouseName> house;
};
struct SourcesFile {
  std::vector<Source> sources;
};

const Table<CategoriesFile>& categories_file_table();
const Table<AgesFile>& ages_file_table();
const Table<PageWords>& page_words_table();
const Table<ServiceRules>& service_table();
const Table<EnginesFile>& engines_file_table();
const Table<SearchEnginesFile>& search_engines_file_table();
const Table<SpecialNamesFile>& special_names_file_table();
const Table<HelpFile>& help_file_table();
const Table<SourcesFile>& sources_file_table();

}  // namespace haetae::config
