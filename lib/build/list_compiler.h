#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/name_hash.h"
#include "config/load.h"
#include "list/image.h"
#include "list/image_builder.h"
#include "list/import.h"
#include "list/report.h"

namespace haetae::build {

// Where compiled lists stand below the state folder.
struct ListFiles {
  std::filesystem::path image;
  std::filesystem::path reports;
  // The last source of each list that was taken: when a later one is refused, this one stays.
  std::filesystem::path good_sources;

  static ListFiles below(const std::filesystem::path& state);
};

// All lists that go into the image: the configuration's, then the shipped start lists.
std::vector<config::ListSource> list_sources(const config::Loaded& loaded);

// How a list of the configuration is imported. names: whom no list may block; null where nothing is
// quarantined. Outlives the spec.
list::ImportSpec import_spec(const config::ListSource& source, const list::Protected* names);

struct Compiled {
  std::vector<list::ImportReport> reports;  // one a list, in the order of list_sources()
  list::BuildStats stats;
};

// Imports every list, compiles them into files.image and writes the reports. A list that is refused
// or cannot be read leaves its last good source in place, or stays out, and its report says so;
// other lists are not held up. Error: nothing could be written; what stood there still stands.
// Waits while another process compiles into the same files.
// fresh_key: a new random key at each call.
std::expected<Compiled, std::string> compile_lists(const config::Loaded& loaded,
                                                   const ListFiles& files,
                                                   const std::function<HashKey()>& fresh_key);

// True if compiling again would give the same rules: every list's source and settings are those
// that the image was built from, or those that were refused when it was built.
bool is_current(const list::Image& image, const config::Loaded& loaded, const ListFiles& files);

}  // namespace haetae::build
