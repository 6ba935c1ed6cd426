#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/name_hash.h"
#include "list/image.h"
#include "list/rule.h"

namespace haetae::list {

struct BuildError {
  enum class Kind : std::uint8_t {
    Collision,  // two names have one fingerprint: build again with another key
    TooLarge,   // a limit of limits.h was reached
    File,       // the file could not be written; what stood there before is untouched
  };
  Kind kind;
  std::string message;  // what was attempted, what went wrong
};

// What a build took and gave.
struct BuildStats {
  std::uint64_t names = 0;             // distinct ones
  std::uint64_t prefixes = 0;          // of addresses, distinct ones
  std::uint64_t rules = 0;             // as added
  std::uint64_t elements_dropped = 0;  // beyond limits::kImageSetElementsMax at one name
  std::uint64_t sets = 0;
  std::uint64_t wide_names = 0;     // names whose set number does not fit a bucket
  std::uint64_t second_places = 0;  // names that found their first bucket full
  std::uint64_t size_bytes = 0;
};

// Compiles rules into an image. Needs about 50 bytes a name while it works. The same lists and
// rules in the same order with the same key give the same bytes. Use: add_list(), add() …, then
// once write() or to_bytes().
class ImageBuilder {
 public:
  // key: fresh and random for every build; it goes into the image.
  explicit ImageBuilder(const HashKey& key);
  ~ImageBuilder();
  ImageBuilder(const ImageBuilder&) = delete;
  ImageBuilder& operator=(const ImageBuilder&) = delete;

  // At most limits::kImageListsMax; the configuration's check sees to that.
  ListId add_list(ImageList info);
  // Known only after the list was read, hence apart.
  void set_list_counts(ListId list, std::uint64_t source_digest, std::uint64_t rule_count);
  // A rule that is there already changes nothing. condition: what the rule depends on besides the
  // name, in a form that its reader knows; empty for none. Faults show when the image is written.
  void add(ListId list, const Rule& rule, Bytes condition = {});
  void add(ListId list, const AddressRule& rule);

  // True if a suffix of the name has the hash of a listed name that is another one: the image would
  // take it for that. For popular and benign names, after the last add() and before write().
  bool confuses(const Name& name);

  // Writes path + ".tmp", brings it to the disk, then renames it: whoever opens path finds the old
  // image or the new one, whole. On an error the temporary file is removed.
  std::expected<BuildStats, BuildError> write(const std::filesystem::path& path);
  std::expected<std::vector<std::uint8_t>, BuildError> to_bytes(BuildStats* stats = nullptr);

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace haetae::list
