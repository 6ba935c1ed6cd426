#pragma once

#include "policy/flow_mark.h"

namespace haetae::firewall {

using policy::FlowMark;
using policy::MarkBits;

}  // namespace haetae::firewall
