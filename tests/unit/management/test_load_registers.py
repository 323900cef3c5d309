"""The command that loads the registers."""

import pytest
from django.core.management import CommandError, call_command

from referrals.importers.registers import Result
from referrals.management.commands import load_registers
from referrals.models import County

pytestmark = pytest.mark.django_db


def test_the_command_says_what_it_did_and_then_that_nothing_was_new(capsys):
    call_command("load_registers")
    assert "Kommuner: 357 opprettet, 0 endret, 0 like\n" in capsys.readouterr().out
    call_command("load_registers")
    lines = capsys.readouterr().out.splitlines()
    assert "Kommuner: 0 opprettet, 0 endret, 357 like" in lines
    assert lines[-1] == "Ingenting var nytt, og ingenting er endret."


def test_the_command_stops_at_a_broken_file_and_names_the_line(tmp_path, monkeypatch):
    for file in load_registers.FOLDER.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "counties.csv").write_text("code,name,full_name,governor\n3,Oslo,Oslo,Agder\n", "utf-8")
    monkeypatch.setattr(load_registers, "FOLDER", tmp_path)
    with pytest.raises(CommandError, match="counties.csv, linje 2: code: «3» er ikke 2 sifre."):
        call_command("load_registers")
    assert not County.objects.exists()


def test_rows_kept_or_left_are_mentioned_only_where_there_are_any():
    assert load_registers.describe(Result("fylker", same=15)) == "Fylker: 0 opprettet, 0 endret, 15 like"
    line = (
        "Fylker: 1 opprettet, 2 endret, 3 like, 4 endret her og beholdt, 5 står ikke i fila og er latt være"
    )
    assert load_registers.describe(Result("fylker", created=1, changed=2, same=3, kept=4, left=5)) == line
