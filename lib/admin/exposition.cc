#include "admin/exposition.h"

#include <fmt/format.h>

namespace haetae::admin {
namespace {

void append_escaped(std::string& text, std::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '\\': text += "\\\\"; break;
      case '"': text += "\\\""; break;
      case '\n': text += "\\n"; break;
      default: text += c;
    }
  }
}

}  // namespace

void Exposition::family(std::string_view name, Type type, std::string_view help) {
  family_ = name;
  text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help,
                       type == Type::Counter ? "counter" : "gauge");
}

void Exposition::sample(double value, std::initializer_list<Label> labels) {
  text_ += family_;
  char before = '{';
  for (const Label& label : labels) {
    text_ += before;
    text_ += label.name;
    text_ += "=\"";
    append_escaped(text_, label.value);
    text_ += '"';
    before = ',';
  }
  if (labels.size() > 0) text_ += '}';
  // The shortest text that reads back as the same number; whole numbers stay whole.
  text_ += fmt::format(" {}\n", value);
}

void Exposition::one(std::string_view name, Type type, std::string_view help, double value) {
  family(name, type, help);
  sample(value);
}

}  // namespace haetae::admin
