#include <cstdint>
#include <cstdlib>

#include "list/report.h"

using namespace haetae::list;

// A report that reads is one that writes and reads the same again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reports = read_reports({reinterpret_cast<const char*>(data), size});
  if (!reports) return 0;
  const std::string text = write_reports(*reports);
  const auto again = read_reports(text);
  if (!again || write_reports(*again) != text) std::abort();
  for (const ImportReport& report : *reports) {
    if (describe(report).empty()) std::abort();
  }
  return 0;
}
