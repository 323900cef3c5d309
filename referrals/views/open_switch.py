"""Whether open data is switched on, and that whoever asks for it is nobody."""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse

from referrals.models import OpenDataSwitch

Handler = Callable[[HttpRequest], HttpResponse]

ROOT = "/apne-data/"
CACHE_SECONDS = 60


def is_led_to() -> bool:
    """Whether pages lead there; each process asks once a minute."""
    return caches["process"].get_or_set("open_data", OpenDataSwitch.objects.is_on, CACHE_SECONDS)


def check_open() -> None:
    """Raise Http404 unless it is switched on just now: else there is no such address, for nobody."""
    if not OpenDataSwitch.objects.is_on():
        raise Http404


class NobodyAsks:
    """Whoever asks for open data is nobody: a session is neither read nor kept alive, and no cookie comes of it.

    So what is kept on the way holds nothing of anybody. Stands outside the middleware of sessions.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(ROOT):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        response = self.get_response(request)
        if "Access-Control-Allow-Origin" in response.headers:
            del response.headers["Vary"]  # a file is the same for everybody
        return response
