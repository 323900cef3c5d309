"""What there is to do with the cases of a list, seen from a day."""

from datetime import date, timedelta

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NEW_DAYS = 7
TO_DO: dict[str, str | Promise] = {
    "new": _("New to you"),
    "due": _("Deadlines this week"),
    "put_off": _("Put off"),
    "follow_up": _("To be followed up now"),
}


def to_do_q(code: str, *, on: date, therapist_id: int | None) -> Q:
    """What there is to do, over the annotations of `with_wait`.

    New: assigned to the therapist within NEW_DAYS, the day `on` included. Due: the target falls between the day and
    the Sunday after it, both included. Put off: until a later day. To be followed up: until the day or an earlier one.
    """
    sunday = on + timedelta(days=6 - on.weekday())
    return {
        "new": Q(therapist=therapist_id or 0, assigned_on__gt=on - timedelta(days=NEW_DAYS)),
        "due": Q(due_on__range=(on, sunday)),
        "put_off": Q(follow_up_on__gt=on),
        "follow_up": Q(follow_up_on__lte=on),
    }[code]
