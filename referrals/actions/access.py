"""Who gets in before there is anybody to ask; after that, administrators give memberships in the admin site."""

from datetime import date

from django.db import transaction

from referrals.models import Membership, User
from referrals.permissions import Role


@transaction.atomic
def make_administrator(*, username: str, password: str, on: date) -> bool:
    """Give a user, new or known, an administrator's membership from the day. False: already had it, unchanged.

    A known user keeps name and profile, and gets the password.
    """
    user, _is_new = User.objects.get_or_create(username=username)
    has_it = Membership.objects.filter(user=user, role=Role.ADMINISTRATOR).valid(on).exists()
    if has_it:
        return False
    user.set_password(password)
    user.is_active = True
    user.save(update_fields=["password", "is_active"])
    Membership.objects.create(user=user, role=Role.ADMINISTRATOR, valid_from=on)
    return True
