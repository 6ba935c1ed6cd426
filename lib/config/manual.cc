#include <fmt/format.h>

#include "config/settings.h"

namespace haetae::config {
namespace {

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

// A table row for every key that holds a value, the sections' own sentences above them.
void write_rows(const std::vector<RowInfo>& rows, const std::string& prefix, std::string& out) {
  for (const RowInfo& row : rows) {
    const std::string path = prefix + row.key;
    if (!row.below.empty()) {
      out += fmt::format("| `{}{}` | | | {} |\n", path, row.inner, cell(row.help));
      write_rows(row.below, path + row.inner + ".", out);
      continue;
    }
    const std::string fallback = row.is_required        ? "must be written"
                                 : row.fallback.empty() ? ""
                                                        : fmt::format("`{}`", row.fallback);
    const std::string note = row.inert.empty() ? "" : fmt::format(" *Not yet: {}.*", row.inert);
    out += fmt::format("| `{}` | {} | {} | {}{} |\n", path, cell(row.words), cell(fallback),
                       cell(row.help), cell(note));
  }
}

void gather_paths(const std::vector<RowInfo>& rows, const std::string& prefix,
                  std::vector<std::string>& out) {
  for (const RowInfo& row : rows) {
    out.push_back(prefix + row.key);
    gather_paths(row.below, prefix + row.key + row.inner + ".", out);
  }
}

}  // namespace

std::string manual() {
  std::string out =
      "# The configuration file\n\n"
      "One file of YAML. Every key that may be left out has a default. `[]` marks an entry of a "
      "list, `NAME` a name that you choose. Relative paths start at the folder of the file. "
      "`haetae check --config FILE` tells every mistake at once. This page is made from the table "
      "of settings in `lib/config/settings.cc`.\n\n"
      "| Key | Value | Default | Meaning |\n|---|---|---|---|\n";
  write_rows(config_table().infos(), "", out);
  return out;
}

std::vector<std::string> known_paths() {
  std::vector<std::string> out;
  gather_paths(config_table().infos(), "", out);
  return out;
}

}  // namespace haetae::config
