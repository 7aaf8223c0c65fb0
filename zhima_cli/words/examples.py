"""Command lines that show how a command is used. They run as they stand, in any language."""

from collections.abc import Mapping

# The person of the interface's own page.
_PERSON = "--cert-name 收委 --cert-no 260104197909275964"

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "zhima": (
        f"zhima init-cert --profile mock {_PERSON}",
        "zhima init-certs people.csv --out results.csv",
        "zhima init-cert --help",
    ),
    "zhima init-cert": (
        f"zhima init-cert --profile mock {_PERSON}",
        f"zhima init-cert {_PERSON} --dry-run",
        "zhima init-cert --identity-param @person.json --output json",
    ),
    "zhima init-certs": (
        "zhima init-certs people.csv --dry-run",
        "zhima init-certs people.csv --out results.csv",
        "zhima init-certs people.jsonl --rate 10/s --skip-invalid > results.jsonl",
    ),
    "zhima history": (
        "zhima history --state unknown",
        "zhima history --since 7d --output json",
        "zhima history show ORDER_1",
    ),
    "zhima history show": (
        "zhima history show ORDER_1",
        "zhima history show ORDER_1 --output json",
    ),
    "zhima history export": (
        "zhima history export > calls.csv",
        "zhima history export --since 2026-11-01 --format jsonl",
    ),
    "zhima history prune": (
        "zhima history prune --before 90d",
        "zhima history prune --before 2026-01-01 --yes",
    ),
    "zhima explain": (
        "zhima explain ARRANGEMENT_ERROR",
        "zhima explain 7",
        "zhima explain 40002 --output json",
    ),
    "zhima profiles": (
        "zhima profiles",
        "zhima profiles --profile default --output json",
    ),
    "zhima mock-gateway": (
        "zhima mock-gateway --write-profile mock.toml",
        "zhima mock-gateway --write-profile mock.toml --with-encryption",
    ),
    # zhima configure, zhima keygen
    "zhima configure": (
        "zhima configure",
        "zhima configure --gateway sandbox --dry-run",
        "zhima configure --sign-type RSA2 --charset utf-8",
    ),
    "zhima keygen": (
        "zhima keygen",
        "zhima keygen --out sandbox",
    ),
    # zhima doctor, zhima verify-response
    "zhima doctor": (
        "zhima doctor",
        "zhima doctor --profile mock --online",
        "zhima doctor --output json",
    ),
    "zhima verify-response": (
        "zhima verify-response answer.json",
        "zhima verify-response answer.json --charset gbk --output json",
    ),
    "zhima completion": (
        "zhima completion bash >> ~/.bashrc",
        "zhima completion zsh >> ~/.zshrc",
        "zhima completion fish > ~/.config/fish/completions/zhima.fish",
    ),
}
