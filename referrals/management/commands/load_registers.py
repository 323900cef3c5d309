"""`manage.py load_registers`: municipalities, counties, occupations, categories and priority keys to start from."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from referrals.importers import registers
from referrals.importers.register_files import FOLDER
from referrals.importers.rows import BrokenFiles


class Command(BaseCommand):
    help = "Load the registers of referrals/data. Run again, it changes only what is new in the files."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            results = registers.load(FOLDER)
        except BrokenFiles as error:
            raise CommandError(str(error)) from error
        for result in results:
            self.stdout.write(describe(result))
        if not any(result.created or result.changed for result in results):
            self.stdout.write(_("Nothing was new; nothing is changed."))


def describe(result: registers.Result) -> str:
    """One register's line: created, changed and same always, the rest where there is any."""
    parts = [
        _("%(count)s created") % {"count": result.created},
        _("%(count)s changed") % {"count": result.changed},
        _("%(count)s same") % {"count": result.same},
    ]
    if result.kept:
        parts.append(_("%(count)s edited here and kept") % {"count": result.kept})
    if result.left:
        parts.append(_("%(count)s not in the file and left") % {"count": result.left})
    return f"{capfirst(result.name)}: {', '.join(parts)}"
