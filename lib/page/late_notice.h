#pragma once

#include <string>
#include <string_view>

#include "page/site.h"

namespace haetae::page {

// What stands behind the part of a page that a child saw before the page told what it is: a few
// words over all of the window, and the way to the device's own page where there is one. A piece of
// HTML that is read as that wherever the page broke off (in a script, a comment, a tag), and in
// every charset that has ASCII. Below 1 KB.
std::string late_notice(const Site& site, std::string_view accept_language);

}  // namespace haetae::page
