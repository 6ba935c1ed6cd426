#pragma once

namespace CLI {
class App;
}

namespace haetae::daemon {

// Each adds its subcommand; when that is chosen it runs and sets exit_code.
void add_serve_command(CLI::App& app, int& exit_code);
void add_check_command(CLI::App& app, int& exit_code);
void add_devices_command(CLI::App& app, int& exit_code);
void add_doctor_command(CLI::App& app, int& exit_code);
void add_explain_command(CLI::App& app, int& exit_code);
void add_firewall_command(CLI::App& app, int& exit_code);
void add_lists_command(CLI::App& app, int& exit_code);
void add_replay_command(CLI::App& app, int& exit_code);
void add_pause_command(CLI::App& app, int& exit_code);
void add_resume_command(CLI::App& app, int& exit_code);
void add_focus_command(CLI::App& app, int& exit_code);
void add_grant_command(CLI::App& app, int& exit_code);
void add_revoke_command(CLI::App& app, int& exit_code);
void add_asks_command(CLI::App& app, int& exit_code);
void add_status_command(CLI::App& app, int& exit_code);
void add_manual_command(CLI::App& app);

}  // namespace haetae::daemon
