"""The commands of the README are ones that the product has, written as it reads them."""

import re
import shlex

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class

README = (settings.BASE_DIR / "README.md").read_text("utf-8").replace("\\\n", " ")
COMMANDS = sorted(set(re.findall(r"manage\.py ([a-z]\w* [^`\n]*)", README)))


def test_the_commands_of_coverage_are_among_them() -> None:
    found = "\n".join(COMMANDS)
    for option in ("report coverage ", "--definition", "--borders", "--by", "--format xlsx", "--output"):
        assert option in found
    assert {"import_boundaries", "import_staffing"} <= {command.split()[0] for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_read_as_it_is_written(command: str) -> None:
    """Its parser takes every option and every value; nothing is run."""
    name, *words = shlex.split(command)
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    asked = vars(parser.parse_args(words))
    for option in re.findall(r"--([a-z-]+)", command):
        assert asked[
            "since" if option == "from" else "others" if option == "with" else option.replace("-", "_")
        ]
