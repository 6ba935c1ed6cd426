#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace haetae::page {

// Appends text so that it is text in HTML, inside of elements and of quoted attributes, whatever it
// holds. Octets that are no UTF-8, and control characters, become U+FFFD.
void append_escaped(std::string& out, std::string_view text);
std::string escaped(std::string_view text);

// A sentence with its places filled in: fill("Go to {host}", {{"host", "x.example"}}). What comes
// in is not looked at again; the result is text still, not HTML. A {guardian} at the start of a
// sentence gets a capital letter.
std::string fill(std::string_view sentence,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> values);

// A page under construction: elements in their order. Texts are escaped here, and nowhere else.
class Html {
 public:
  // Our own sources only: written as it stands.
  Html& raw(std::string_view markup) {
    out_ += markup;
    return *this;
  }
  Html& text(std::string_view words) {
    append_escaped(out_, words);
    return *this;
  }
  // <name>words</name>; nothing without words.
  Html& element(std::string_view name, std::string_view words);
  // <a href="…">; url: http, https or tel, of our own making.
  Html& link(std::string_view url, std::string_view words);
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace haetae::page
