//! The command line of every daemon.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

use super::Program;

/// What was said on the command line.
pub(super) struct Flags {
    /// The configuration file.
    pub(super) config: Option<PathBuf>,
    /// Whether the configuration is to be printed, and nothing else.
    pub(super) print_config: bool,
    /// Whether a process that runs already is to be asked, and nothing else.
    pub(super) healthcheck: bool,
}

/// The flags of this process. Wrong ones end it with the usage.
pub(super) fn of(program: Program) -> Flags {
    let mut matches = command(program).get_matches();
    Flags {
        config: matches.remove_one("config"),
        print_config: matches.get_flag("print-config"),
        healthcheck: matches.get_flag("healthcheck"),
    }
}

fn command(program: Program) -> Command {
    let config = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .env(program.config_variable)
        .value_parser(value_parser!(PathBuf))
        .help("The configuration file; without it, the defaults");
    let print_config = Arg::new("print-config")
        .long("print-config")
        .action(ArgAction::SetTrue)
        .help("Print the configuration in force, without secrets, and exit");
    let healthcheck = Arg::new("healthcheck")
        .long("healthcheck")
        .action(ArgAction::SetTrue)
        .help("Ask the process with this configuration whether it is ready: exit code 0, or 1");
    Command::new(program.name)
        .version(program.version)
        .about(program.about)
        .arg(config)
        .arg(print_config)
        .arg(healthcheck)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        let program = Program {
            name: "example",
            version: "1.2.3",
            about: "An example.",
            prefix: "EXAMPLE",
            config_variable: "EXAMPLE_CONFIG",
        };
        command(program).debug_assert();
    }
}
