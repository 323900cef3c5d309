"""What is known of a referral when it comes in: who sent it, how, how urgent, and in which words."""

from random import Random
from typing import NamedTuple

from referrals.choices import Channel, Handling, Source, Urgency
from referrals.demo import names, texts
from referrals.demo.chance import Weighted
from referrals.demo.queue import URGENT, Course

SOURCES = Weighted({
    Source.GP: 22, Source.HOSPITAL: 18, Source.HOME_CARE: 15, Source.SELF: 14, Source.NEXT_OF_KIN: 10,
    Source.PHYSIOTHERAPIST: 6, Source.NAV: 3, Source.AT_CENTRE: 2, Source.HOUSING: 2, Source.MENTAL_HEALTH: 2,
    Source.REFUGEE: 1, Source.VOLUNTARY: 1, Source.MUNICIPALITY: 1, Source.GUARDIAN: 1, Source.OTHER: 2,
})  # fmt: skip
CHILD_SOURCES = Weighted({
    Source.SCHOOL: 38, Source.CHILD_HEALTH: 32, Source.NEXT_OF_KIN: 12, Source.HOSPITAL: 8, Source.GP: 6,
    Source.PHYSIOTHERAPIST: 4,
})  # fmt: skip
CHANNELS = {
    Source.GP: (Channel.ELECTRONIC, Channel.ELECTRONIC, Channel.LETTER),
    Source.HOSPITAL: (Channel.ELECTRONIC, Channel.ELECTRONIC, Channel.ELECTRONIC, Channel.PHONE),
    Source.HOME_CARE: (Channel.ELECTRONIC, Channel.MEETING, Channel.IN_PERSON, Channel.PHONE),
    Source.SELF: (Channel.PHONE, Channel.PHONE, Channel.FORM, Channel.FORM, Channel.EMAIL, Channel.IN_PERSON),
    Source.NEXT_OF_KIN: (Channel.PHONE, Channel.FORM, Channel.EMAIL),
}
OTHER_CHANNELS = (Channel.FORM, Channel.LETTER, Channel.PHONE, Channel.EMAIL)
ON_FREE_DAYS = (Channel.ELECTRONIC, Channel.FORM, Channel.EMAIL)

URGENCIES = Weighted({
    Urgency.DISCHARGE: 34, Urgency.FALL: 22, Urgency.PALLIATIVE: 16, Urgency.DETERIORATION: 14,
    Urgency.PRESSURE_SORE: 8, Urgency.OTHER: 6,
})  # fmt: skip
URGENT_SHARE, OTHER_URGENT_SHARE = 0.75, 0.04
REFERRER_PHONE_SHARE, REFERENCE_SHARE = 0.5, 0.4


class Intake(NamedTuple):
    """A referral as it is registered, by column."""

    source: str
    channel: str
    handling: str
    urgency: str
    reason: str
    what_matters: str
    referrer_name: str
    referrer_phone: str
    external_reference: str


def take_in(rng: Random, course: Course, *, county: str, is_workday: bool) -> Intake:
    """What comes in for this course."""
    code = course.category.code
    source: Source = (CHILD_SOURCES if code == texts.CHILD_CATEGORY else SOURCES).pick(rng)
    channels = CHANNELS.get(source, OTHER_CHANNELS) if is_workday else ON_FREE_DAYS
    urgent = rng.random() < (URGENT_SHARE if course.priority == URGENT else OTHER_URGENT_SHARE)
    return Intake(
        source,
        rng.choice(channels),
        Handling.APPLICATION if rng.random() < course.category.application else Handling.REFERRAL,
        URGENCIES.pick(rng) if urgent else "",
        texts.reason(rng, code),
        texts.what_matters(rng, code),
        *_referrer(rng, source, county),
        f"P{rng.randrange(10**6):06}" if rng.random() < REFERENCE_SHARE else "",
    )


def _referrer(rng: Random, source: Source, county: str) -> tuple[str, str]:
    """Name and telephone of whoever sent it; nobody for those who refer themselves."""
    if source not in texts.REFERRERS:
        return "", ""
    name = names.pick(rng, age=rng.randint(28, 66), county=county)
    phone = (
        f"000 {rng.randrange(100):02} {rng.randrange(1000):03}" if rng.random() < REFERRER_PHONE_SHARE else ""
    )
    return f"{texts.REFERRERS[source]} {name.given} {name.family}", phone
