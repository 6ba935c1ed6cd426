#include "content/element.h"

#include <array>
#include <string_view>

#include "base/ascii_text.h"

namespace haetae::content {
namespace {

using Kind = Element::Kind;

constexpr bool kStays = false, kBreaksOut = true;

struct Row {
  Element element;
  std::string_view names;  // with a blank between
};
constexpr Row kRows[] = {
    {{Kind::Inline, kBreaksOut},
     "b big code em embed font i nobr ruby s small span strike strong "
     "sub sup tt u var"},
    {{Kind::Gap, kStays}, "button"},
    {{Kind::Gap, kBreaksOut}, "br"},
    {{Kind::Block, kStays},
     "address article aside audio caption col colgroup details dialog "
     "dir fieldset figcaption figure footer form frameset header hgroup "
     "html legend main nav optgroup option search section select summary "
     "tbody td tfoot th thead tr video"},
    {{Kind::Block, kBreaksOut},
     "blockquote body center dd div dl dt head hr li listing menu ol p "
     "pre table ul"},
    {{Kind::Heading, kBreaksOut}, "h1 h2 h3 h4 h5 h6"},
    {{Kind::Title, kStays}, "title"},
    {{Kind::TextAlone, kStays}, "textarea xmp"},
    {{Kind::Unseen, kStays}, "iframe noembed noframes noscript style"},
    {{Kind::Script, kStays}, "script"},
    {{Kind::Plaintext, kStays}, "plaintext"},
    {{Kind::Meta, kBreaksOut}, "meta"},
    {{Kind::Picture, kStays}, "area input"},
    {{Kind::Picture, kBreaksOut}, "img"},
    {{Kind::Foreign, kStays}, "math svg"},
    {{Kind::BackToHtml, kStays}, "annotation-xml desc foreignobject mi mn mo ms mtext"},
};

constexpr std::size_t kSlots = 512;  // of which a quarter is taken: few names meet another

constexpr std::size_t slot_of(const ElementName& name) noexcept {
  return (name.start ^ name.rest) * 0x9e3779b97f4a7c15U >> 55U;  // the top nine bits
}

struct Slot {
  ElementName name;
  Element element;
};

constexpr std::array<Slot, kSlots> table() {
  std::array<Slot, kSlots> slots{};
  for (const Row& row : kRows) {
    std::string_view names = row.names;
    while (!names.empty()) {
      ElementName name;
      for (const char c : take_until(names, ' ')) name.add(c);
      std::size_t slot = slot_of(name);
      while (slots[slot].name.size > 0) slot = (slot + 1) % kSlots;
      slots[slot] = {name, row.element};
    }
  }
  return slots;
}

}  // namespace

Element element_of(const ElementName& name) noexcept {
  static constexpr std::array<Slot, kSlots> kTable = table();
  std::size_t slot = slot_of(name);
  while (kTable[slot].name.size > 0) {
    if (kTable[slot].name == name) return kTable[slot].element;
    slot = (slot + 1) % kSlots;
  }
  return {};
}

}  // namespace haetae::content
