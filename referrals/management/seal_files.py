"""The copies of seals that are kept outside the installation: one seal a line, as JSON, only ever appended to."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from referrals.actions.sealing import SealCopy


def append(path: Path, seals: Iterable[SealCopy]) -> int:
    """Add those seals that the file does not hold; returns how many. Raises OSError or ValueError."""
    known = set(read(path)) if path.exists() else set()
    new = [seal for seal in seals if seal not in known]
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(asdict(seal))}\n" for seal in new)
    return len(new)


def read(path: Path) -> list[SealCopy]:
    """Every seal of the file. Raises OSError, or ValueError for a line that is no seal."""
    lines = path.read_text("utf-8").splitlines()
    seals = []
    for number, line in enumerate(lines, start=1):
        try:
            seals.append(SealCopy(**json.loads(line)))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}, line {number}: not a seal") from error
    return seals
