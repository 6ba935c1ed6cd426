#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "event/json_text.h"

namespace haetae::event {

// A JSON object under construction at the end of a text: key after key, with null for what is
// empty. Keys are written down in our own sources and need no escapes.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }

  void text(std::string_view key, std::string_view value) {
    start(key);
    if (value.empty()) {
      out_ += "null";
    } else {
      append_json(out_, value);
    }
  }
  void number(std::string_view key, std::uint64_t value) {
    start(key);
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }
  void flag(std::string_view key, bool value) {
    start(key);
    out_ += value ? "true" : "false";
  }
  // An object inside of this one: write(object) fills it.
  template <typename Write>
  void object(std::string_view key, const Write& write) {
    start(key);
    JsonObject inner(out_);
    write(inner);
    inner.finish();
  }
  // An array of objects: write(object, row) fills each.
  template <typename Rows, typename Write>
  void array(std::string_view key, const Rows& rows, const Write& write) {
    start(key);
    std::string_view separator = "[";
    for (const auto& row : rows) {
      out_ += separator;
      JsonObject object(out_);
      write(object, row);
      object.finish();
      separator = ",";
    }
    out_ += rows.empty() ? "[]" : "]";
  }
  void finish() { out_ += '}'; }

 private:
  void start(std::string_view key) {
    out_ += is_first_ ? "\"" : ",\"";
    is_first_ = false;
    out_ += key;
    out_ += "\":";
  }
  std::string& out_;
  bool is_first_ = true;
};

}  // namespace haetae::event
