"""The letters in nynorsk."""

from referrals.choices import LetterKind

GREETING = "Venleg helsing"
SERVICE = "Ergoterapitenesta"
SWITCHBOARD = "sentralbordet i kommunen"
ABOUT = "Gjeld"
ANSWER_BY = "innan {}"

# A case that nobody has, to show what a text becomes.
EXAMPLE = {
    "navn": "Kari Nordmann",
    "kategori": "Hjelpemiddel",
    "prioritet": "prioritet 2",
    "svarventes": "innan seks veker",
    "avtale": "tysdag kl. 10.00, heime hos deg",
    "sluttgrunn": "Ferdig",
}

CONTACT = "Har du spørsmål, kan du ringje {telefon}. Oppgi saksnummer {saksnummer}."

TEXTS: dict[LetterKind, tuple[str, str]] = {
    LetterKind.RECEIVED: (
        "Vi har fått tilvisinga di",
        f"""
Hei {{navn}}

Vi fekk ei tilvising til ergoterapeut for deg {{mottatt}}. Ho gjeld: {{kategori}}.

No vurderer vi kva du treng, og kor mykje det hastar. Du får brev frå oss når vi har vurdert tilvisinga. Du treng ikkje gjere noko så lenge.

Sei frå til oss viss situasjonen din endrar seg, eller viss du ikkje lenger treng hjelp.

{CONTACT}
""",
    ),
    LetterKind.PRELIMINARY: (
        "Førebels svar på søknaden din",
        f"""
Hei {{navn}}

Vi fekk søknaden din {{mottatt}}. Han gjeld: {{kategori}}.

Vi har ikkje behandla søknaden enno, fordi vi har mange saker som ventar. Du kan rekne med svar {{svarventes}}.

Du har rett til å få vite dette når vi ikkje kan svare innan éin månad. Det står i forvaltningslova § 11 a.

Du treng ikkje gjere noko no. Sei frå til oss viss situasjonen din endrar seg.

{CONTACT}
""",
    ),
    LetterKind.WAITLIST: (
        "Du er sett på venteliste",
        f"""
Hei {{navn}}

Vi har vurdert tilvisinga som vi fekk {{mottatt}}. Ho gjeld: {{kategori}}. Du er sett på venteliste for vurdering av ergoterapeut.

Du har fått {{prioritet}}. Målet vårt er at du får den første kontakten med ein ergoterapeut innan {{frist}}. Vi tek kontakt med deg for å avtale tid.

Sei frå til oss viss situasjonen din endrar seg, eller viss du ikkje lenger treng hjelp.

{CONTACT}
""",
    ),
    LetterKind.APPOINTMENT: (
        "Du har fått time hos ergoterapeut",
        f"""
Hei {{navn}}

Du har fått time: {{avtale}}.

Timen gjeld: {{kategori}}. Tenk gjerne gjennom på førehand kva som er viktig for deg i kvardagen. Du kan ha med deg nokon som du er trygg på.

Ring oss så snart du kan viss tida ikkje passar, så finn vi ei ny.

{CONTACT}
""",
    ),
    LetterKind.CLOSED: (
        "Saka di hos ergoterapeuten er avslutta",
        f"""
Hei {{navn}}

Saka di er avslutta {{avsluttet}}. Ho galdt: {{kategori}}. Grunnen er: {{sluttgrunn}}.

Du kan ta kontakt med oss igjen viss du får bruk for ergoterapeut seinare. Du treng ikkje tilvising frå lege.

{CONTACT}
""",
    ),
    LetterKind.TRANSFERRED: (
        "Saka di er overført",
        f"""
Hei {{navn}}

Tilvisinga som vi fekk {{mottatt}}, er send vidare {{avsluttet}}. Ho gjeld: {{kategori}}. Dei som har fått saka, tek kontakt med deg.

Saka di hos oss er avslutta. Du treng ikkje sende ei ny tilvising.

{CONTACT}
""",
    ),
    LetterKind.REFERRER_RECEIVED: (
        "Vi har fått tilvisinga",
        """
Vi har fått tilvisinga av {navn} {mottatt}. Ho gjeld: {kategori}.

Tilvisinga blir vurdert, og innbyggjaren får brev frå oss om kva vi har kome til.

Ring {telefon} viss du har opplysningar som kan ha noko å seie for kor mykje det hastar. Oppgi saksnummer {saksnummer}.
""",
    ),
    LetterKind.REFERRER_WAITLIST: (
        "Tilvisinga er vurdert",
        """
Vi har vurdert tilvisinga av {navn}, som vi fekk {mottatt}. Ho gjeld: {kategori}.

Innbyggjaren er sett på venteliste for vurdering av ergoterapeut, med {prioritet}. Målet er ein første kontakt innan {frist}.

Ring {telefon} viss behovet endrar seg i ventetida. Oppgi saksnummer {saksnummer}.
""",
    ),
    LetterKind.REFERRER_CLOSED: (
        "Saka er avslutta",
        """
Tilvisinga av {navn}, som vi fekk {mottatt}, er avslutta {avsluttet}. Ho galdt: {kategori}. Grunnen er: {sluttgrunn}.

Ring {telefon} viss du har spørsmål. Oppgi saksnummer {saksnummer}.
""",
    ),
}
