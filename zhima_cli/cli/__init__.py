"""The command line: turns options into values, calls the core, hands the outcome to the output."""
