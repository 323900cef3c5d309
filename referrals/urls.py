"""The pages, by user task. Paths are Norwegian, names English."""

from django.urls import URLPattern, URLResolver, path

from referrals.views import appearance

urlpatterns: list[URLPattern | URLResolver] = [
    path("utseende/", appearance.choose_colour_scheme, name="colour_scheme"),
]
