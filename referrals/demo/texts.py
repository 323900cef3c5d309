"""What referrers write and what citizens answer: Norwegian sentences, combined. Data of the demo, not strings of the
product, so they are not translated."""

from random import Random

from referrals.choices import AskedOf, Source

NEXT_STEPS = (
    "Ringe og avtale hjemmebesøk",
    "Snakke med pårørende om dagene som passer",
    "Sjekke om rullestolen er kommet",
    "Be fastlegen om opplysninger",
    "Avklare med hjemmetjenesten",
    "Måle opp badet sammen med huseier",
    "Følge opp søknaden hos hjelpemiddelsentralen",
)

REASONS = {
    "assistive_devices": (
        "Trenger rullator til bruk inne og ute.",
        "Ønsker vurdering av dusjkrakk, toalettforhøyer og håndtak på badet.",
        "Sitter mye, og dagens rullestol passer ikke lenger.",
        "Har vansker med å reise seg fra seng og stol.",
        "Behov for personløfter og opplæring av hjelperne.",
        "Manuell rullestol er for tung å kjøre, ønsker utprøving av elektrisk.",
    ),
    "home_adaptation": (
        "Kommer ikke ut av boligen på grunn av trapper ved inngangen.",
        "Badet er for trangt for rullestol, ønsker råd om ombygging.",
        "Terskler og smale dører gjør at deler av boligen ikke kan brukes.",
        "Soverom og bad ligger i andre etasje, klarer ikke trappen.",
        "Vurderer å flytte, ønsker råd om boligen kan tilpasses.",
    ),
    "reablement": (
        "Har mistet funksjon etter sykehusopphold og ønsker å klare stell og påkledning selv.",
        "Ønsker å komme i gang igjen med matlaging og husarbeid.",
        "Klarte seg selv før fallet, får nå hjelp fire ganger om dagen.",
        "Motivert for trening i hverdagsaktiviteter hjemme.",
    ),
    "rehabilitation": (
        "Hjerneslag med nedsatt funksjon i høyre hånd.",
        "Operert i hofte, trenger oppfølging hjemme etter opphold på rehabilitering.",
        "Multippel sklerose med økende fatigue, ønsker strategier i hverdagen.",
        "Revmatisk sykdom i hendene, vansker med finmotorikk og grep.",
        "Parkinsons sykdom med flere fall siste halvår.",
    ),
    "child_habilitation": (
        "Forsinket motorisk utvikling, barnehagen ber om råd om tilrettelegging.",
        "Vansker med skriving, påkledning og skolehverdag.",
        "Cerebral parese, har vokst ut av ståstativ og arbeidsstol.",
        "Sansevansker, ønsker kartlegging av lek og deltakelse.",
        "Skal begynne på skolen til høsten, behov for tilrettelegging.",
    ),
    "cognitive_assessment": (
        "Hukommelsesvansker det siste året, pårørende er bekymret.",
        "Ønsker kartlegging av ADL før videre utredning av demens.",
        "Glemmer medisiner og komfyr, bor alene.",
        "Mild kognitiv svikt etter hodeskade, trenger struktur i hverdagen.",
    ),
    "welfare_technology": (
        "Ønsker trygghetsalarm med fallsensor.",
        "Behov for elektronisk medisindispenser og kalender.",
        "Går ut og finner ikke hjem, pårørende ønsker lokalisering.",
        "Vurdering av digitalt tilsyn om natten.",
    ),
    "preventive_visit": (
        "Fyller 80 år og ønsker råd om boligen.",
        "Ønsker gjennomgang av hjemmet for å forebygge fall.",
        "Har takket ja til forebyggende hjemmebesøk.",
    ),
    "work_mental_health": (
        "Ønsker støtte til å komme i ordinær jobb.",
        "Følges opp ved DPS, motivert for arbeid og trenger jobbspesialist.",
        "Langvarig sykmelding, vansker med døgnrytme og aktivitetsbalanse.",
    ),
    "driving": (
        "Lege ber om praktisk vurdering før eventuell kjørevurdering.",
        "Spørsmål om oppmerksomhet og reaksjon i trafikken etter hjerneslag.",
    ),
    "sight_hearing": (
        "Nedsatt syn, trenger lupe og bedre belysning.",
        "Hører ikke ringeklokke og brannvarsler, ønsker varslingsutstyr.",
        "Kombinert syns- og hørselstap, isolerer seg hjemme.",
    ),
    "other": (
        "Ønsker samtale med ergoterapeut om aktivitet i hverdagen.",
        "Uklar problemstilling, henviser ber om vurdering.",
    ),
}

CIRCUMSTANCES = (
    "Bor alene i enebolig.",
    "Bor sammen med ektefelle, som også har nedsatt helse.",
    "Bor i blokk uten heis.",
    "Har hjemmesykepleie morgen og kveld.",
    "Har hatt to fall den siste måneden.",
    "Pårørende bor langt unna.",
    "Skrives ut fra sykehus i løpet av uken.",
    "Bruker krykker i dag.",
    "Har ventet lenge med å be om hjelp.",
    "Fastlegen er orientert.",
    "Samtykker til henvisningen.",
    "Hørselshemmet, må kontaktes på SMS.",
    "Familien hjelper til daglig, men er slitne.",
    "Hund i huset.",
)

CHILD_CIRCUMSTANCES = (
    "Barnehagen har utarbeidet pedagogisk rapport.",
    "Foreldrene samtykker og ønsker å være med på kartleggingen.",
    "Følges også opp av fysioterapeut.",
    "Går på nærskolen, har assistent deler av dagen.",
    "Henvist videre til habiliteringstjenesten.",
)

WHAT_MATTERS = (
    "Å kunne bo hjemme så lenge som mulig.",
    "Å komme seg ut og handle selv.",
    "Å klare dusj og påkledning uten hjelp.",
    "Å kunne lage mat til familien igjen.",
    "Å komme ut i hagen når det blir vår.",
    "Å være med på turen med pensjonistlaget.",
    "Å kunne spille kort med vennene på torsdager.",
    "Å slippe å være redd for å falle.",
    "Å komme på besøk til barnebarna.",
    "Å kunne strikke igjen.",
    "At ektefellen får litt avlastning.",
    "Å komme tilbake i jobb.",
    "Å kunne gå på kino og i kirken.",
    "Å få være i fred og klare meg selv.",
    "Å kunne komme ut på fisketur med båten.",
)

CHILD_WHAT_MATTERS = (
    "Å være med i leken sammen med de andre.",
    "Å kunne sykle til skolen.",
    "Å klare glidelås og knapper selv.",
    "Å få være med på svømming.",
    "At det blir lettere å skrive på skolen.",
    "Å sitte godt ved bordet når vi spiser.",
)

REFERRERS = {
    Source.GP: "Fastlege",
    Source.HOSPITAL: "Sykehuset, ergoterapiavdelingen ved",
    Source.HOME_CARE: "Hjemmesykepleien,",
    Source.PHYSIOTHERAPIST: "Fysioterapeut",
    Source.CHILD_HEALTH: "Helsesykepleier",
    Source.SCHOOL: "PPT,",
    Source.NAV: "Nav,",
    Source.AT_CENTRE: "Hjelpemiddelsentralen,",
    Source.MENTAL_HEALTH: "DPS,",
    Source.NEXT_OF_KIN: "Datter,",
    Source.GUARDIAN: "Verge",
}

CLOSING_NOTES = (
    "Målene er nådd.",
    "Hjelpemidler er levert og prøvd ut.",
    "Tiltakene er gjennomført, kan ta kontakt ved nye behov.",
    "Avsluttet etter avtale.",
)

LACKING = (
    (AskedOf.REFERRER, "Hva innbyggeren klarer selv i dag."),
    (AskedOf.REFERRER, "Mål på dører og bad, gjerne med bilder."),
    (AskedOf.CITIZEN, "Telefonnummer til en pårørende."),
    (AskedOf.CITIZEN, "Hvem som eier boligen."),
    (AskedOf.NEXT_OF_KIN, "Når på dagen det passer med hjemmebesøk."),
    (AskedOf.GP, "Opplysninger om medisiner som gir svimmelhet."),
    (AskedOf.HOSPITAL, "Epikrise etter siste opphold."),
    (AskedOf.HOSPITAL, "Vurdering av behov for hjelpemidler før utskriving."),
    (AskedOf.HOME_CARE, "Hvor mange ganger i døgnet det gis hjelp."),
)

CHILD_CATEGORY = "child_habilitation"
UNKNOWN_CATEGORY = "other"


def reason(rng: Random, category: str) -> str:
    """Why the citizen is referred: one or two sentences for the category, perhaps one on the circumstances."""
    sentences = REASONS.get(category, REASONS[UNKNOWN_CATEGORY])
    chance = rng.random()
    parts = [rng.choice(sentences)]
    if chance < 0.25 and (second := rng.choice(sentences)) != parts[0]:
        parts.append(second)
    if chance > 0.2:
        parts.append(rng.choice(CHILD_CIRCUMSTANCES if category == CHILD_CATEGORY else CIRCUMSTANCES))
    return " ".join(parts)


def what_matters(rng: Random, category: str) -> str:
    """What the citizen answered to "what matters to you"; often nobody has asked yet."""
    if rng.random() < 0.3:
        return ""
    return rng.choice(CHILD_WHAT_MATTERS if category == CHILD_CATEGORY else WHAT_MATTERS)
