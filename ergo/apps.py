"""Django's apps, where the installation wants them otherwise."""

from django.contrib.admin.apps import AdminConfig


class ErgoAdminConfig(AdminConfig):
    """The admin site with Ergo's own rule for who comes in."""

    default_site = "referrals.views.admin_site.ErgoAdminSite"
