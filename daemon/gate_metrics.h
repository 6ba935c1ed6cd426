#pragma once

#include <memory>
#include <vector>

#include "admin/exposition.h"
#include "daemon/packet_gate.h"

namespace haetae::daemon {

// What the gate's workers and the kernel's queues in front of them count, summed; nothing without
// workers.
void write_gates(admin::Exposition& out, const std::vector<std::unique_ptr<PacketGate>>& gates);

}  // namespace haetae::daemon
