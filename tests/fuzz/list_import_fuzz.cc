#include <cstdint>
#include <cstdlib>

#include "base/local_address.h"
#include "list/import.h"
#include "list/url_name.h"

using namespace haetae;
using namespace haetae::list;

namespace {

class CountingSink : public RuleSink {
 public:
  void take(const Rule& rule, std::uint32_t line) override {
    const bool is_name = rule.name.is_hostname() || is_url_name(rule.name);
    if (!is_name || line < last_line_) std::abort();
    last_line_ = line;
    ++count;
  }
  void take_address(const AddressRule& rule, std::uint32_t line) override {
    // What no list may block never comes this far.
    if (is_local(rule.prefix.address()) || line < last_line_) std::abort();
    last_line_ = line;
    ++count;
    ++address_count;
  }
  std::uint64_t count = 0;
  std::uint64_t address_count = 0;

 private:
  std::uint32_t last_line_ = 1;
};

}  // namespace

// A whole source, packed or not, through detection, import and report.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Protected names =
      Protected::from_text("search.example\nsocial.example social\n203.0.113.0/24 bypass\n",
                           "protected")
          .value();
  auto source = SourceReader::over({data, size});
  if (!source) return 0;
  CountingSink sink;
  const ImportSpec spec{.name = "fuzz", .category = "social", .protected_names = &names};
  const auto report = import_list(spec, *source, sink);
  if (!report) return 0;
  if (report->rule_count != sink.count) std::abort();
  if (report->address_count != sink.address_count) std::abort();
  const std::string text = write_reports({&*report, 1});
  const auto again = read_reports(text);
  if (!again || write_reports(*again) != text) std::abort();
  return 0;
}
