#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace haetae::admin {

// Numbers for a monitoring system, in Prometheus' text exposition format 0.0.4: families of
// samples, each family with its type and one sentence.
class Exposition {
 public:
  enum class Type : std::uint8_t { Counter, Gauge };
  struct Label {
    std::string_view name;   // [a-zA-Z_][a-zA-Z0-9_]*
    std::string_view value;  // any UTF-8; written escaped
  };

  // name: [a-zA-Z_:][a-zA-Z0-9_:]*; a counter's ends in "_total". help: one line.
  void family(std::string_view name, Type type, std::string_view help);
  // One value of the family opened last.
  void sample(double value, std::initializer_list<Label> labels = {});
  // A family of one sample without labels.
  void one(std::string_view name, Type type, std::string_view help, double value);

  const std::string& text() const noexcept { return text_; }

 private:
  std::string family_;
  std::string text_;
};

}  // namespace haetae::admin
