"""The letters in bokmål."""

from referrals.choices import LetterKind

GREETING = "Vennlig hilsen"
SERVICE = "Ergoterapitjenesten"
SWITCHBOARD = "sentralbordet i kommunen"
ABOUT = "Gjelder"
ANSWER_BY = "innen {}"

# A case that nobody has, to show what a text becomes.
EXAMPLE = {
    "navn": "Kari Nordmann",
    "kategori": "Hjelpemidler",
    "prioritet": "prioritet 2",
    "svarventes": "innen seks uker",
    "avtale": "tirsdag kl. 10.00, hjemme hos deg",
    "sluttgrunn": "Ferdig",
}

CONTACT = "Har du spørsmål, kan du ringe {telefon}. Oppgi saksnummer {saksnummer}."

TEXTS: dict[LetterKind, tuple[str, str]] = {
    LetterKind.RECEIVED: (
        "Vi har fått henvisningen din",
        f"""
Hei {{navn}}

Vi fikk en henvisning til ergoterapeut for deg {{mottatt}}. Den gjelder: {{kategori}}.

Nå vurderer vi hva du trenger, og hvor mye det haster. Du får brev fra oss når vi har vurdert henvisningen. Du trenger ikke å gjøre noe imens.

Si fra til oss hvis situasjonen din endrer seg, eller hvis du ikke lenger trenger hjelp.

{CONTACT}
""",
    ),
    LetterKind.PRELIMINARY: (
        "Foreløpig svar på søknaden din",
        f"""
Hei {{navn}}

Vi fikk søknaden din {{mottatt}}. Den gjelder: {{kategori}}.

Vi har ikke behandlet søknaden ennå, fordi vi har mange saker som venter. Du kan regne med svar {{svarventes}}.

Du har rett til å få vite dette når vi ikke kan svare innen én måned. Det står i forvaltningsloven § 11 a.

Du trenger ikke å gjøre noe nå. Si fra til oss hvis situasjonen din endrer seg.

{CONTACT}
""",
    ),
    LetterKind.WAITLIST: (
        "Du er satt på venteliste",
        f"""
Hei {{navn}}

Vi har vurdert henvisningen som vi fikk {{mottatt}}. Den gjelder: {{kategori}}. Du er satt på venteliste for vurdering av ergoterapeut.

Du har fått {{prioritet}}. Målet vårt er at du får den første kontakten med en ergoterapeut innen {{frist}}. Vi tar kontakt med deg for å avtale tid.

Si fra til oss hvis situasjonen din endrer seg, eller hvis du ikke lenger trenger hjelp.

{CONTACT}
""",
    ),
    LetterKind.APPOINTMENT: (
        "Du har fått time hos ergoterapeut",
        f"""
Hei {{navn}}

Du har fått time: {{avtale}}.

Timen gjelder: {{kategori}}. Tenk gjerne gjennom på forhånd hva som er viktig for deg i hverdagen. Du kan ha med deg noen som du er trygg på.

Ring oss så snart du kan hvis tiden ikke passer, så finner vi en ny.

{CONTACT}
""",
    ),
    LetterKind.CLOSED: (
        "Saken din hos ergoterapeuten er avsluttet",
        f"""
Hei {{navn}}

Saken din er avsluttet {{avsluttet}}. Den gjaldt: {{kategori}}. Grunnen er: {{sluttgrunn}}.

Du kan ta kontakt med oss igjen hvis du får bruk for ergoterapeut senere. Du trenger ikke henvisning fra lege.

{CONTACT}
""",
    ),
    LetterKind.TRANSFERRED: (
        "Saken din er overført",
        f"""
Hei {{navn}}

Henvisningen som vi fikk {{mottatt}}, er sendt videre {{avsluttet}}. Den gjelder: {{kategori}}. De som har fått saken, tar kontakt med deg.

Saken din hos oss er avsluttet. Du trenger ikke å sende en ny henvisning.

{CONTACT}
""",
    ),
    LetterKind.REFERRER_RECEIVED: (
        "Vi har fått henvisningen",
        """
Vi har fått henvisningen av {navn} {mottatt}. Den gjelder: {kategori}.

Henvisningen blir vurdert, og innbyggeren får brev fra oss om hva vi har kommet til.

Ring {telefon} hvis du har opplysninger som kan ha betydning for hvor mye det haster. Oppgi saksnummer {saksnummer}.
""",
    ),
    LetterKind.REFERRER_WAITLIST: (
        "Henvisningen er vurdert",
        """
Vi har vurdert henvisningen av {navn}, som vi fikk {mottatt}. Den gjelder: {kategori}.

Innbyggeren er satt på venteliste for vurdering av ergoterapeut, med {prioritet}. Målet er en første kontakt innen {frist}.

Ring {telefon} hvis behovet endrer seg i ventetiden. Oppgi saksnummer {saksnummer}.
""",
    ),
    LetterKind.REFERRER_CLOSED: (
        "Saken er avsluttet",
        """
Henvisningen av {navn}, som vi fikk {mottatt}, er avsluttet {avsluttet}. Den gjaldt: {kategori}. Grunnen er: {sluttgrunn}.

Ring {telefon} hvis du har spørsmål. Oppgi saksnummer {saksnummer}.
""",
    ),
}
