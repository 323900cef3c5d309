"""How a user comes in: by Django's own backend, but read by a statement that is written and planned once."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend

from ergo.postgresql import rows


class Backend(ModelBackend):
    """What `AUTHENTICATION_BACKENDS` names, and every session with it."""

    def get_user(self, user_id: Any) -> Any:
        """The user of a session, read afresh for each request; None for whoever is gone or deactivated."""
        user = rows.by_key(get_user_model(), user_id)
        return user if self.user_can_authenticate(user) else None
