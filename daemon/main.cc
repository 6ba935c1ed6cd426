#include <CLI/CLI.hpp>

#include "daemon/commands/commands.h"

// The table of contents of the program: one subcommand a line, each in a file of its own.
int main(int argc, char** argv) {
  CLI::App app{"Haetae: a child online-safety network filter", "haetae"};
  app.set_version_flag("--version", HAETAE_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  haetae::daemon::add_serve_command(app, exit_code);
  haetae::daemon::add_check_command(app, exit_code);
  haetae::daemon::add_devices_command(app, exit_code);
  haetae::daemon::add_doctor_command(app, exit_code);
  haetae::daemon::add_explain_command(app, exit_code);
  haetae::daemon::add_firewall_command(app, exit_code);
  haetae::daemon::add_lists_command(app, exit_code);
  haetae::daemon::add_replay_command(app, exit_code);
  haetae::daemon::add_pause_command(app, exit_code);
  haetae::daemon::add_resume_command(app, exit_code);
  haetae::daemon::add_focus_command(app, exit_code);
  haetae::daemon::add_grant_command(app, exit_code);
  haetae::daemon::add_revoke_command(app, exit_code);
  haetae::daemon::add_status_command(app, exit_code);
  haetae::daemon::add_asks_command(app, exit_code);
  haetae::daemon::add_manual_command(app);
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
