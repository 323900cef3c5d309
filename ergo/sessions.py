"""Sessions in the database, as Django's, but read by a statement that is written and planned once."""

from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from ergo.postgresql import rows


class SessionStore(db.SessionStore):
    """What Django calls the class that `SESSION_ENGINE` names."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing where it has run out or never was."""
        found = rows.by_key(self.model, self.session_key)
        if found is None or found.expire_date <= timezone.now():
            self._session_key = None
            return {}
        held: dict[str, Any] = self.decode(found.session_data)
        return held
