"""The daily e-mail of deadlines: how many there are of each kind, and a link. No name, no number of a referral."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext, override

from ergo.scope import scoped
from referrals.actions import digests
from referrals.choices import DigestState, Task
from referrals.jobs.job import Occasion
from referrals.jobs.running import Clock
from referrals.models import Digest, Membership, Municipality, Referral, User, access_of
from referrals.norwegian import number
from referrals.permissions import Access, Permission, Role
from referrals.reports.deadlines import counts_of
from referrals.waiting import oslo_date

SATURDAY = 5
READERS = (Role.COORDINATOR, Role.THERAPIST)


class NotDelivered(Exception):
    """The mail server has not taken the message, that is certain."""


class PerhapsDelivered(Exception):
    """The connection broke when the message was under way."""


@dataclass(frozen=True)
class Place:
    """What there is to do in a municipality, with the address of the list. `tasks`: only those with a number."""

    name: str
    url: str
    tasks: list[tuple[Task, int]]


def is_configured() -> bool:
    """Whether this installation has a mail server."""
    return bool(settings.MAIL_IS_SET)


def send_digests(occasion: Occasion) -> None:
    """Everybody's e-mail of the day, and those that could not be sent before; nothing without a mail server."""
    if is_configured():
        send_due(timezone.now)


def send_due(clock: Clock) -> Counter[str]:
    """Queue the day's e-mails and send what is due. How many ended in each state, in this run.

    Any number of processes may do it at once; each e-mail is sent by one of them. None on Saturdays and Sundays.
    """
    day, done = oslo_date(clock()), Counter[str]()
    digests.give_up(day=day, at=clock())
    if day.weekday() >= SATURDAY:
        return done
    digests.queue(user_ids=recipients(day), day=day, at=clock())
    while (taken := digests.take(day=day, at=clock())) is not None:
        done[_send(taken, day, clock)] += 1
    return done


def recipients(on: date) -> list[int]:
    """Coordinators and therapists of the day who have an e-mail address and want it."""
    held = Membership.objects.valid(on).filter(role__in=READERS)
    users = User.objects.filter(is_active=True, wants_digest=True, pk__in=held.values("user"))
    return list(users.exclude(email="").order_by("pk").values_list("pk", flat=True))


def _send(digest: Digest, day: date, clock: Clock) -> DigestState:
    """Write it and hand it over; the state that it has then."""
    user = User.objects.get(pk=digest.user_id)
    places = to_do(user, on=day, at=clock())
    if not places:
        digests.note_nothing(digest=digest)
        return DigestState.NOTHING
    try:
        deliver(message(user, places, day))
    except NotDelivered as error:
        return digests.note_refused(digest=digest, at=clock(), kind=str(error))
    except PerhapsDelivered as error:
        digests.note_failed(digest=digest, kind=str(error))
        return DigestState.FAILED
    digests.note_sent(digest=digest, at=clock())
    return DigestState.SENT


def to_do(user: User, *, on: date, at: datetime) -> list[Place]:
    """What the user has to do, by municipality; those where there is nothing are left out.

    A coordinator's is all that they may see there, that of somebody who is only a therapist their own.
    """
    access = access_of(user, on=on, at=at)
    with scoped(access.municipality_ids(Permission.SEE_CASES), user_id=user.pk), transaction.atomic():
        own = access.places_of(Role.COORDINATOR) | access.places_of(Role.THERAPIST)
        places = [_place(access, one, on) for one in Municipality.objects.filter(pk__in=own).order_by("code")]
    return [place for place in places if place.tasks]


def _place(access: Access, municipality: Municipality, on: date) -> Place:
    rows = Referral.objects.visible_to(access).in_municipality(municipality)
    url = settings.ADDRESS + reverse("deadlines", kwargs={"code": municipality.code})
    if municipality.pk not in access.places_of(Role.COORDINATOR):
        own = access.therapist_id
        rows = rows.none() if own is None else rows.of_therapist(own)
        url += "?ergoterapeut=mine"
    counts = counts_of(rows, on=on)
    return Place(municipality.full_name, url, [(task, count) for task, count in counts.items() if count])


def message(user: User, places: list[Place], day: date) -> EmailMultiAlternatives:
    """The e-mail in the user's language, as text and as simple HTML."""
    count = sum(count for place in places for _task, count in place.tasks)
    with override(user.language):
        subject = ngettext("Ergo: %(count)s deadline", "Ergo: %(count)s deadlines", count)
        context = {"places": places, "day": day, "profile_url": settings.ADDRESS + reverse("mfa_index")}
        text = render_to_string("mail/digest.txt", context)
        mail = EmailMultiAlternatives(subject % {"count": number(count)}, text, to=[user.email])
        mail.attach_alternative(render_to_string("mail/digest.html", context), "text/html")
    # Whoever is away need not tell so to a program.
    mail.extra_headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    return mail


def deliver(mail: EmailMultiAlternatives) -> None:
    """Hand a message to the mail server. Raises NotDelivered or PerhapsDelivered, with the kind of fault."""
    server = get_connection()
    try:
        server.open()
    except OSError as error:  # what smtplib raises is one, too
        raise NotDelivered(type(error).__name__) from None
    mail.connection = server
    try:
        mail.send()
    except (SMTPResponseException, SMTPRecipientsRefused) as error:
        raise NotDelivered(type(error).__name__) from None
    except OSError as error:
        raise PerhapsDelivered(type(error).__name__) from None
    finally:
        with suppress(OSError):
            server.close()
