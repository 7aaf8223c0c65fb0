"""What memory ``zhima init-certs`` takes does not grow with the file.

It takes about ten minutes, so it is not in the quick run: ``python -m pytest -m long``.
"""

import contextlib
import io
import json
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import APP_ID, Account
from tests.support.counting import Asked, Refusal, counting_gateway
from tests.support.independent import private_pem
from tests.support.program import process_variables, run_inside, zhima_command
from tests.support.record import COLUMNS, biz_no, history_of, rows
from zhima_cli.batch.check import CheckedRow, check_rows, resolve_batch
from zhima_cli.batch.source import open_source
from zhima_cli.core import account as core
from zhima_cli.core.charset import Charset
from zhima_cli.core.keys import load_private_key
from zhima_cli.core.options import Options
from zhima_cli.core.profile import Profile
from zhima_cli.core.sources import Sources

# Of so many rows the results are kept, and of so many the biz_no is in the record alone; the
# others are sent, more than may be under way at once.
KEPT, RECORDED, SENT = 900_000, 98_000, 2_000
SMALL = 1_000
MOST_MORE = 20 * 1024  # KiB


@dataclass
class Peak:
    """The most memory that a process had while a gateway got the call of the number ``last``."""

    last: int
    pid: int = 0
    kibibytes: int = 0

    def look(self, asked: Asked) -> Refusal | None:
        """Look at the process, as the kernel tells of it."""
        if asked.number == self.last:
            # Not getrusage(): there a process begins with the most that its parent had.
            status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
            (found,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.M)
            self.kibibytes = int(found)
        return None


def peak_of(account: Account, calls: int, total: int) -> int:
    """Run the file, of which so many rows are sent; return the peak in KiB of zhima itself."""
    peak = Peak(calls)
    with counting_gateway(account.keys.alipay, peak.look) as gateway:
        account.write(True, gateway=gateway.url)
        with subprocess.Popen(
            [zhima_command(), "init-certs", "people.csv", "--out=results.jsonl"],
            cwd=account.home,
            env=process_variables(account.home),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            peak.pid = process.pid
            _, err = process.communicate(timeout=3600)
    assert process.returncode == 0, err
    assert f"rows: {total}, ended: {total}, with a biz_no: {total}" in err
    assert len(gateway.calls) == calls
    assert peak.kibibytes > 0
    return peak.kibibytes


def write_people(account: Account, count: int) -> None:
    """Write a file of so many people."""
    with (account.home / "people.csv").open("w", encoding="utf-8") as file:
        file.write("cert_name,cert_no\n")
        file.writelines(f"收委,{number:015}\n" for number in range(count))


def checked(account: Account) -> Iterator[tuple[CheckedRow, str]]:
    """Yield the rows as they are sent, and by what the record knows their content again."""
    key = load_private_key(private_pem(account.keys.app).encode(), "")
    sources = Sources(Options(), {}, Profile(), account.home)
    batch = resolve_batch(
        sources, Charset.UTF_8, bytes, core.Account(APP_ID, key, None, ""), "people.csv"
    )
    with open_source(str(account.home / "people.csv"), io.BytesIO()) as source:
        for row in check_rows(source, batch):
            assert isinstance(row, CheckedRow)
            yield row, batch.ids.content(row.parameters)


def pretend(account: Account) -> None:
    """Write the results and the record that a run would leave that ended before the last rows.

    Both are of a real run's form: they are copies of what one row left.
    """
    one = account.home / "one.csv"
    one.write_text("cert_name,cert_no\n张三,260104197909275964\n", encoding="utf-8")
    with counting_gateway(account.keys.alipay) as gateway:
        account.write(True, gateway=gateway.url)
        result = run_inside(["init-certs", str(one)], account.home).json
    (record,) = rows(history_of(account))
    statement = f"INSERT INTO call ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 -- names of the test's own
    with (
        contextlib.closing(sqlite3.connect(history_of(account))) as history,
        (account.home / "results.jsonl").open("w", encoding="utf-8") as results,
    ):
        for row, content in checked(account):
            given = {
                "transaction_id": row.parameters.transaction_id,
                "biz_no": biz_no(10**9 + row.number),
            }
            if row.number <= KEPT:
                results.write(json.dumps({**result, "row": row.number, **given}) + "\n")
            elif row.number <= KEPT + RECORDED:
                values = {**record, "id": None, "content": content, **given}
                history.execute(statement, [values[name] for name in COLUMNS])
            else:
                break
        # Its biz_no is one that the next gateway gives to somebody else.
        history.execute("DELETE FROM call WHERE id = ?", [record["id"]])
        history.commit()


@pytest.mark.skipif(
    not Path("/proc/self/status").is_file(), reason="the peak is found as Linux tells of it"
)
@pytest.mark.large
def test_a_million_rows_are_sent_in_the_memory_of_a_thousand(account: Account) -> None:
    """Of zhima itself, without the processes that sign, to which rows come one by one.

    To send a million people would take an hour. So most of them have results in the file, most
    of the others a biz_no in the record, as after a run that was interrupted, and the rest is sent;
    the whole file is checked before. The thousand are all sent.
    """
    write_people(account, SMALL)
    small = peak_of(account, SMALL, SMALL)
    (account.home / "results.jsonl").unlink()
    history_of(account).unlink()

    write_people(account, KEPT + RECORDED + SENT)
    pretend(account)
    large = peak_of(account, SENT, KEPT + RECORDED + SENT)
    with (account.home / "results.jsonl").open(encoding="utf-8") as results:
        assert sum(1 for _ in results) == KEPT + RECORDED + SENT
    for path in (account.home / "people.csv", account.home / "results.jsonl", history_of(account)):
        path.unlink()  # they are large
    assert large < small + MOST_MORE
