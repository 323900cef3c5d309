"""The pages, by user task. Paths are Norwegian, names English."""

from django.urls import URLPattern, URLResolver, path

from referrals.views import appearance, information, sign_in, waitlist

urlpatterns: list[URLPattern | URLResolver] = [
    # In, out, and how it looks
    path("", sign_in.start, name="start"),
    path("inn/", sign_in.SignIn.as_view(), name="sign_in"),
    path("ut/", sign_in.sign_out, name="sign_out"),
    path("sprak/", appearance.choose_language, name="language"),
    path("utseende/", appearance.choose_colour_scheme, name="colour_scheme"),
    # The waitlist
    path("k/<str:code>/venteliste/", waitlist.waitlist, name="waitlist"),
    path("k/<str:code>/venteliste/sok/", waitlist.search, name="waitlist_search"),
    # For everybody
    path("tilgjengelighet/", information.accessibility, name="accessibility"),
    path("personvern/", information.privacy, name="privacy"),
]
