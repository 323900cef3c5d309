"""Which language a page comes in: the one the person chose, never what the browser happens to ask for.

Django's own LocaleMiddleware reads the browser's language, often English by accident on staff's machines.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]


def chosen_language(request: HttpRequest) -> str:
    """The language of the user's profile, else of the cookie, else bokmål. Unknown codes are passed over."""
    known = dict(settings.LANGUAGES)
    wishes = (getattr(request.user, "language", ""), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
    return next((code for code in wishes if code in known), settings.LANGUAGE_CODE)


class LanguageMiddleware:
    """Activates the chosen language for the request and says which it was in Content-Language.

    Stands after AuthenticationMiddleware, since it asks for the user.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen_language(request)
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
