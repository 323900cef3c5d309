"""How Django knows the app."""

from importlib import import_module

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """The one app of the project."""

    name = "referrals"
    verbose_name = "Ergo"  # the heading of all registers and logs on the admin site
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What is done whenever somebody comes in or goes out; by name, since it needs models that are loaded now."""
        import_module("referrals.views.signals").connect()
