"""What SIGTERM raises; apart from everything else, since it is needed before all else."""


class Terminated(KeyboardInterrupt):
    """SIGTERM, raised in the main thread as Ctrl-C raises KeyboardInterrupt."""
