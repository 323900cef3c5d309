"""A report made by the command, written in the form that was asked for: to standard output or to a file."""

import json
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _

from referrals.exporters.jsonstat import as_jsonstat
from referrals.exporters.statistics import Statistics
from referrals.exporters.tabular import as_csv, as_text
from referrals.exporters.workbook import workbook_on_disk
from referrals.management.reports.kinds import Kind
from referrals.management.reports.refusal import refused

FORMATS = ("table", "json", "csv", "xlsx", "jsonstat")
BINARY, OF_A_TABLE = "xlsx", "jsonstat"


def check_output(kind: Kind, out: OutputWrapper, form: str, output: str | None, table: str | None) -> None:
    """Raise CommandError for what cannot be written there, before anything is counted."""
    if form == OF_A_TABLE and not kind.has_tables:
        raise refused(
            _("The report is a list of cases and no statistical table: leave out --format jsonstat.")
        )
    if table and form != OF_A_TABLE:
        raise refused(_("--table goes with --format jsonstat."))
    if form == BINARY and not output and (out.isatty() or not hasattr(out, "buffer")):
        raise refused(_("A workbook is no text: write it to a file with --output FILE, or with > FILE."))


def written(kind: Kind, reports: tuple[Any, ...], form: str, table: str | None) -> BinaryIO:
    """The reports in the form asked for, made whole before anything is sent."""
    if form == BINARY:
        return workbook_on_disk(kind.sheet(reports))
    return BytesIO(_text(form, table, kind, reports).encode())


def send(file: BinaryIO, form: str, out: OutputWrapper, output: str | None) -> None:
    """To the file of `--output`, or to standard output. Raises CommandError for a file that cannot be written."""
    with file:
        if output:
            _save(file, output)
        elif form == BINARY:
            shutil.copyfileobj(file, out.buffer)
        else:
            out.write(file.read().decode(), ending="")


def _text(form: str, table: str | None, kind: Kind, reports: tuple[Any, ...]) -> str:
    if form == "json":
        return _json(kind.written_by(reports).as_dict(*reports))
    if form == OF_A_TABLE:
        return _json(_dataset(kind.written_by(reports).as_statistics(*reports), table))
    return (as_csv if form == "csv" else as_text)(kind.sheet(reports))


def _dataset(statistics: Statistics, table: str | None) -> dict[str, Any]:
    """The table asked for, or the report's first one."""
    names = [one.name for one in statistics.tables]
    if table and table not in names:
        raise refused(_("--table: this report has %(names)s.") % {"names": ", ".join(names)})
    return as_jsonstat(statistics.cube(table or names[0]))


def _save(file: BinaryIO, output: str) -> None:
    try:
        with Path(output).open("wb") as saved:
            shutil.copyfileobj(file, saved)
    except OSError as error:
        problem = {"file": output, "problem": error.strerror}
        raise refused(_("%(file)s cannot be written: %(problem)s") % problem) from error


def _json(figures: dict[str, Any]) -> str:
    return json.dumps(figures, ensure_ascii=False, indent=2) + "\n"
