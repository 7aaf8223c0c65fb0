"""From a profile to a verified answer; knows no terminal, prints nothing, exits nowhere."""
