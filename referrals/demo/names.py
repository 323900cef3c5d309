"""Names for people who do not exist: common Norwegian, Sámi and immigrant names, as common as they are among us.

The lists are our own, from everyday knowledge; a full name that somebody bears is chance.
"""

from random import Random
from typing import NamedTuple

OLD_WOMEN = (
    "Solveig Gerd Inger Åse Bjørg Randi Astrid Ingrid Liv Kari Berit Ruth Turid Sigrid Torill Aud Reidun Eva Synnøve "
    "Målfrid Gunnhild Ragnhild Åshild Borghild Magnhild Oddny Jorunn Kirsten Else Unni Wenche Grete Britt Mary Ellen "
    "Åslaug Torbjørg Herdis Karin Anne-Lise"
).split()
OLD_MEN = (
    "Odd Kåre Arne Bjørn Per Jan Knut Ole Leif Arvid Svein Kjell Tor Rolf Einar Harald Sverre Gunnar Magne Olav Egil "
    "Reidar Asbjørn Åge Øyvind Hallvard Ingvar Torleif Øystein Jostein Birger Finn Roald Terje Trygve Håkon Ørnulf "
    "Sigmund Audun Bjarne"
).split()
YOUNG_WOMEN = (
    "Emma Nora Sofie Ida Maja Thea Ingrid Linnea Hedda Tuva Frida Amalie Selma Åsne Ragna Live Mia Julie Hanne Silje "
    "Camilla Marte Kristin Siri Tonje Vilde Eline Guro Maren Anette Lene Stine Trine Monica Heidi"
).split()
YOUNG_MEN = (
    "Noah Oskar Jakob Emil Lukas Filip Sander Håkon Ødin Åsmund Eirik Sindre Magnus Henrik Jonas Mathias Even Vetle "
    "Sondre Ola Torstein Anders Thomas Christian Espen Stian Ørjan Roar Frode Geir Pål Kjetil Øyvind Tobias Aksel"
).split()
FAMILY = (
    "Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Johnsen Pettersen Eriksen Berg "
    "Haugen Hagen Johannessen Andreassen Jacobsen Dahl Jørgensen Henriksen Lund Halvorsen Sørensen Jakobsen Moen "
    "Gundersen Iversen Strand Solberg Svendsen Eide Knutsen Martinsen Bakken Kristoffersen Lie Berge Mathisen Lien "
    "Bråthen Ødegård Aasen Næss Sæther Bø Øien Ås Tveit Nygård Myhre Årdal Østby Lunde Kvåle Røed Hjelmeland Måløy "
    "Skår Vågen Søreide Bjørkøy Tønnessen Aune Fjeld Sandvik Rønning Brekke Løken Sunde Høyland Engen Stensrud"
).split()

SAMI_WOMEN = (
    "Máret Risten Elle Biret Ánne Sárá Inger-Máret Láilá Ravdna Gáren Márjá Ristin Áile Sunna".split()
)
SAMI_MEN = (
    "Ánte Áilu Niillas Máhtte Jovnna Ánde Piera Lásse Juhán Issát Heaika Mihkkal Ovllá Nils-Áslak".split()
)
SAMI_FAMILY = (
    "Sara Eira Gaup Hætta Utsi Somby Buljo Oskal Eriksen Turi Bongo Gaino Nystø Kemi Näkkäläjärvi".split()
)

WOMEN_FROM_ABROAD = {
    "polsk": "Agnieszka Katarzyna Małgorzata Ewa Joanna Zofia".split(),
    "arabisk": "Fatima Maryam Layla Hana Rasha Nour".split(),
    "somali": "Amina Hodan Fadumo Sahra Ifrah Khadra".split(),
    "ukrainsk": "Oksana Olena Iryna Natalija Kateryna Sofija".split(),
    "tigrinja": "Selam Semhar Rahel Feven Luwam Helen".split(),
    "urdu": "Shazia Nasreen Bushra Rukhsana Saima Parveen".split(),
    "vietnamesisk": "Thị Lan Ngọc Hương Mai Thảo".split(),
    "": "Birgit Anneli Sigrún Helga Jenny Åsa".split(),
}
MEN_FROM_ABROAD = {
    "polsk": "Piotr Krzysztof Tomasz Łukasz Paweł Andrzej".split(),
    "arabisk": "Ahmad Yusuf Karim Omar Hassan Mahmoud".split(),
    "somali": "Abdi Mohamed Yasin Liban Farah Mahad".split(),
    "ukrainsk": "Oleksandr Andrij Mykola Dmytro Serhij Taras".split(),
    "tigrinja": "Yonas Tesfay Filmon Samuel Robel Mehari".split(),
    "urdu": "Imran Tariq Khalid Rashid Naveed Asif".split(),
    "vietnamesisk": "Minh Tuấn Hùng Đức Quang Phúc".split(),
    "": "Göran Jürgen Søren Jörg Björn Þór".split(),
}
FAMILY_FROM_ABROAD = {
    "polsk": "Kowalski Nowak Wiśniewski Wójcik Kamiński Zieliński".split(),
    "arabisk": "Al-Masri Haddad Khalil Saleh Nasser Ibrahim".split(),
    "somali": "Warsame Abdullahi Hersi Jama Osman Farah".split(),
    "ukrainsk": "Shevchenko Kovalenko Bondarenko Tkachenko Melnyk Kravchuk".split(),
    "tigrinja": "Tesfamariam Haile Ghebremedhin Woldu Berhane Kidane".split(),
    "urdu": "Khan Ahmed Hussain Mahmood Iqbal Malik".split(),
    "vietnamesisk": "Nguyễn Trần Lê Phạm Đặng Huỳnh".split(),
    "": "Müller Lindström Jónsdóttir Schröder Österberg Nyström".split(),
}
LANGUAGES = tuple(FAMILY_FROM_ABROAD)

# Shares: of everybody, born abroad; of the old fewer. In these counties a good part has Sámi names.
ABROAD_SHARE, ABROAD_SHARE_OF_OLD = 0.13, 0.04
SAMI_SHARE = {"56": 0.22, "55": 0.06, "18": 0.02, "50": 0.01}
SECOND_NAME_SHARE = 0.12
OLD_AGE = 60


class Name(NamedTuple):
    """A name, and the language its bearer was born into where that is not Norwegian or Sámi."""

    given: str
    family: str
    language: str = ""


def pick(rng: Random, *, age: int, county: str, woman_share: float = 0.5) -> Name:
    """A name fit for the age and the county."""
    is_woman = rng.random() < woman_share
    chance = rng.random()
    abroad = ABROAD_SHARE_OF_OLD if age >= OLD_AGE else ABROAD_SHARE
    if chance < abroad:
        return _from_abroad(rng, is_woman)
    if chance < abroad + SAMI_SHARE.get(county, 0.001):
        return Name(rng.choice(SAMI_WOMEN if is_woman else SAMI_MEN), rng.choice(SAMI_FAMILY))
    return _norwegian(rng, is_woman, is_old=age >= OLD_AGE)


def _from_abroad(rng: Random, is_woman: bool) -> Name:
    language = rng.choice(LANGUAGES)
    given = (WOMEN_FROM_ABROAD if is_woman else MEN_FROM_ABROAD)[language]
    return Name(rng.choice(given), rng.choice(FAMILY_FROM_ABROAD[language]), language)


def _norwegian(rng: Random, is_woman: bool, *, is_old: bool) -> Name:
    if is_woman:
        names = OLD_WOMEN if is_old else YOUNG_WOMEN
    else:
        names = OLD_MEN if is_old else YOUNG_MEN
    given, second = rng.choice(names), rng.choice(names)
    if second != given and rng.random() < SECOND_NAME_SHARE:
        given = f"{given} {second}"
    return Name(given, rng.choice(FAMILY))
