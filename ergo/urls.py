"""Every address of the installation: the admin site and the app's own pages."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("referrals.urls")),
]
