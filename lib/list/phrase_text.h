#pragma once

#include <string>
#include <string_view>

namespace haetae::list {

// Some words as a page that holds them is read (content::PageRoom): a blank where a Latin letter
// meets Hangul, kana or an ideograph, and " \n " for each line's end between words. The page begins
// with one blank more.
// text: words of letters and digits, folded (base/fold.h), one blank or '\n' between them.
std::string phrase_text(std::string_view text);

}  // namespace haetae::list
