#pragma once

#include <string>
#include <string_view>

#include "page/html.h"
#include "page/site.h"

namespace haetae::page {

// The style of every page: readable on a phone, in the dark and without colours; nothing moves.
std::string_view style() noexcept;

// A whole document around what stands in its main part. heading: the one h1, and the title.
// url_of_own_page: whether the foot leads to the device's own page.
std::string document(const Site& site, const config::PageWords& words, std::string_view heading,
                     Html main, bool leads_to_own_page);

}  // namespace haetae::page
