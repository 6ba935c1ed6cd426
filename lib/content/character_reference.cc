#include "content/character_reference.h"

#include <algorithm>
#include <cstdint>

#include "base/ascii_text.h"

namespace haetae::content {
namespace {

struct Named {
  std::string_view name;
  char16_t character;
};

// The names of Latin letters, of what is not to be seen, and of apostrophes, in ASCII's order
// (WHATWG HTML, section 13.5). All others are signs, or letters of alphabets that no phrase is
// written in.
constexpr Named kNamed[] = {
    {"AElig", 0xc6},
    {"Aacute", 0xc1},
    {"Abreve", 0x102},
    {"Acirc", 0xc2},
    {"Agrave", 0xc0},
    {"Amacr", 0x100},
    {"Aogon", 0x104},
    {"Aring", 0xc5},
    {"Atilde", 0xc3},
    {"Auml", 0xc4},
    {"Cacute", 0x106},
    {"Ccaron", 0x10c},
    {"Ccedil", 0xc7},
    {"Ccirc", 0x108},
    {"Cdot", 0x10a},
    {"CloseCurlyQuote", 0x2019},
    {"Dcaron", 0x10e},
    {"Dstrok", 0x110},
    {"ENG", 0x14a},
    {"ETH", 0xd0},
    {"Eacute", 0xc9},
    {"Ecaron", 0x11a},
    {"Ecirc", 0xca},
    {"Edot", 0x116},
    {"Egrave", 0xc8},
    {"Emacr", 0x112},
    {"Eogon", 0x118},
    {"Euml", 0xcb},
    {"Gbreve", 0x11e},
    {"Gcedil", 0x122},
    {"Gcirc", 0x11c},
    {"Gdot", 0x120},
    {"Hcirc", 0x124},
    {"Hstrok", 0x126},
    {"IJlig", 0x132},
    {"Iacute", 0xcd},
    {"Icirc", 0xce},
    {"Idot", 0x130},
    {"Igrave", 0xcc},
    {"Imacr", 0x12a},
    {"Iogon", 0x12e},
    {"Itilde", 0x128},
    {"Iuml", 0xcf},
    {"Jcirc", 0x134},
    {"Kcedil", 0x136},
    {"Lacute", 0x139},
    {"Lcaron", 0x13d},
    {"Lcedil", 0x13b},
    {"Lmidot", 0x13f},
    {"Lstrok", 0x141},
    {"Nacute", 0x143},
    {"Ncaron", 0x147},
    {"Ncedil", 0x145},
    {"NegativeMediumSpace", 0x200b},
    {"NegativeThickSpace", 0x200b},
    {"NegativeThinSpace", 0x200b},
    {"NegativeVeryThinSpace", 0x200b},
    {"NoBreak", 0x2060},
    {"Ntilde", 0xd1},
    {"OElig", 0x152},
    {"Oacute", 0xd3},
    {"Ocirc", 0xd4},
    {"Odblac", 0x150},
    {"Ograve", 0xd2},
    {"Omacr", 0x14c},
    {"OpenCurlyQuote", 0x2018},
    {"Oslash", 0xd8},
    {"Otilde", 0xd5},
    {"Ouml", 0xd6},
    {"Racute", 0x154},
    {"Rcaron", 0x158},
    {"Rcedil", 0x156},
    {"Sacute", 0x15a},
    {"Scaron", 0x160},
    {"Scedil", 0x15e},
    {"Scirc", 0x15c},
    {"THORN", 0xde},
    {"Tcaron", 0x164},
    {"Tcedil", 0x162},
    {"Tstrok", 0x166},
    {"Uacute", 0xda},
    {"Ubreve", 0x16c},
    {"Ucirc", 0xdb},
    {"Udblac", 0x170},
    {"Ugrave", 0xd9},
    {"Umacr", 0x16a},
    {"Uogon", 0x172},
    {"Uring", 0x16e},
    {"Utilde", 0x168},
    {"Uuml", 0xdc},
    {"Wcirc", 0x174},
    {"Yacute", 0xdd},
    {"Ycirc", 0x176},
    {"Yuml", 0x178},
    {"Zacute", 0x179},
    {"Zcaron", 0x17d},
    {"Zdot", 0x17b},
    {"ZeroWidthSpace", 0x200b},
    {"aacute", 0xe1},
    {"abreve", 0x103},
    {"acirc", 0xe2},
    {"aelig", 0xe6},
    {"agrave", 0xe0},
    {"amacr", 0x101},
    {"angst", 0xc5},
    {"aogon", 0x105},
    {"apos", 0x27},
    {"aring", 0xe5},
    {"atilde", 0xe3},
    {"auml", 0xe4},
    {"cacute", 0x107},
    {"ccaron", 0x10d},
    {"ccedil", 0xe7},
    {"ccirc", 0x109},
    {"cdot", 0x10b},
    {"dcaron", 0x10f},
    {"dstrok", 0x111},
    {"eacute", 0xe9},
    {"ecaron", 0x11b},
    {"ecirc", 0xea},
    {"edot", 0x117},
    {"egrave", 0xe8},
    {"emacr", 0x113},
    {"eng", 0x14b},
    {"eogon", 0x119},
    {"eth", 0xf0},
    {"euml", 0xeb},
    {"fnof", 0x192},
    {"gacute", 0x1f5},
    {"gbreve", 0x11f},
    {"gcirc", 0x11d},
    {"gdot", 0x121},
    {"hcirc", 0x125},
    {"hstrok", 0x127},
    {"iacute", 0xed},
    {"icirc", 0xee},
    {"igrave", 0xec},
    {"ijlig", 0x133},
    {"imacr", 0x12b},
    {"imath", 0x131},
    {"imped", 0x1b5},
    {"inodot", 0x131},
    {"iogon", 0x12f},
    {"itilde", 0x129},
    {"iuml", 0xef},
    {"jcirc", 0x135},
    {"jmath", 0x237},
    {"kcedil", 0x137},
    {"kgreen", 0x138},
    {"lacute", 0x13a},
    {"lcaron", 0x13e},
    {"lcedil", 0x13c},
    {"lmidot", 0x140},
    {"lrm", 0x200e},
    {"lsquo", 0x2018},
    {"lstrok", 0x142},
    {"nacute", 0x144},
    {"napos", 0x149},
    {"ncaron", 0x148},
    {"ncedil", 0x146},
    {"ntilde", 0xf1},
    {"oacute", 0xf3},
    {"ocirc", 0xf4},
    {"odblac", 0x151},
    {"oelig", 0x153},
    {"ograve", 0xf2},
    {"omacr", 0x14d},
    {"oslash", 0xf8},
    {"otilde", 0xf5},
    {"ouml", 0xf6},
    {"racute", 0x155},
    {"rcaron", 0x159},
    {"rcedil", 0x157},
    {"rlm", 0x200f},
    {"rsquo", 0x2019},
    {"rsquor", 0x2019},
    {"sacute", 0x15b},
    {"scaron", 0x161},
    {"scedil", 0x15f},
    {"scirc", 0x15d},
    {"shy", 0xad},
    {"szlig", 0xdf},
    {"tcaron", 0x165},
    {"tcedil", 0x163},
    {"thorn", 0xfe},
    {"tstrok", 0x167},
    {"uacute", 0xfa},
    {"ubreve", 0x16d},
    {"ucirc", 0xfb},
    {"udblac", 0x171},
    {"ugrave", 0xf9},
    {"umacr", 0x16b},
    {"uogon", 0x173},
    {"uring", 0x16f},
    {"utilde", 0x169},
    {"uuml", 0xfc},
    {"wcirc", 0x175},
    {"yacute", 0xfd},
    {"ycirc", 0x177},
    {"yuml", 0xff},
    {"zacute", 0x17a},
    {"zcaron", 0x17e},
    {"zdot", 0x17c},
    {"zwj", 0x200d},
    {"zwnj", 0x200c},
};

// Those letters of the first 256 are known without their ';', too, as are signs.
constexpr bool may_lack_end(char16_t character) noexcept {
  return character < 0x100;
}

constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// "popf", "pscr", "pfr": letters of three mathematical alphabets, in either case.
char32_t mathematical_letter(std::string_view name) noexcept {
  if (name.empty() || !is_letter(name.front())) return 0;
  const std::string_view alphabet = name.substr(1);
  if (alphabet != "opf" && alphabet != "scr" && alphabet != "fr") return 0;
  return static_cast<unsigned char>(name.front());
}

// Signs that may be written without ';'.
constexpr std::string_view kCommonSigns[] = {"nbsp", "amp",   "quot",  "lt",    "gt", "copy",
                                             "reg",  "AMP",   "QUOT",  "LT",    "GT", "COPY",
                                             "REG",  "laquo", "raquo", "middot"};

char32_t named_character(std::string_view name, bool is_ended) noexcept {
  // The first question, for these are nearly all that stand in pages.
  if (std::find(std::begin(kCommonSigns), std::end(kCommonSigns), name) != std::end(kCommonSigns)) {
    return kNoCharacter;
  }
  if (const char32_t letter = mathematical_letter(name); letter != 0 && is_ended) return letter;
  const Named* const at =
      std::lower_bound(std::begin(kNamed), std::end(kNamed), name,
                       [](const Named& row, std::string_view wanted) { return row.name < wanted; });
  if (at != std::end(kNamed) && at->name == name && (is_ended || may_lack_end(at->character))) {
    return at->character;
  }
  return is_ended ? kNoCharacter : 0;
}

// Numbers of the C1 controls mean what Windows-1252 has there: letters and quotes.
char32_t of_windows_1252(char32_t number) noexcept {
  switch (number) {
    case 0x8a: return 0x160;
    case 0x8c: return 0x152;
    case 0x8e: return 0x17d;
    case 0x91: return 0x2018;
    case 0x92: return 0x2019;
    case 0x9a: return 0x161;
    case 0x9c: return 0x153;
    case 0x9e: return 0x17e;
    case 0x9f: return 0x178;
    default: return number;
  }
}

// digits: "112" or "x70".
char32_t numbered_character(std::string_view digits) noexcept {
  constexpr char32_t kLast = 0x10ffff;
  const bool is_hex = digits.starts_with('x') || digits.starts_with('X');
  if (is_hex) digits.remove_prefix(1);
  if (digits.empty()) return 0;
  char32_t number = 0;
  for (const char c : digits) {
    const int digit = hex_value(c);
    if (digit < 0 || digit >= (is_hex ? 16 : 10)) return 0;
    number = number * (is_hex ? 16 : 10) + static_cast<char32_t>(digit);
    if (number > kLast) return kNoCharacter;
  }
  if (number == 0 || (number >= 0xd800 && number <= 0xdfff)) return kNoCharacter;
  return of_windows_1252(number);
}

}  // namespace

char32_t referenced_character(std::string_view name, bool is_ended) noexcept {
  if (!name.starts_with('#')) return named_character(name, is_ended);
  return numbered_character(name.substr(1));
}

}  // namespace haetae::content
