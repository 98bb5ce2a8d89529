"""Those who sell care: suppliers as the registers know them, and how each writes its invoices."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from stdnum import ean
from stdnum.dk import cvr

from mocks.town.model import Supplier
from mocks.town.people import full_name
from mocks.town.phrases import lookalike

KINDS = (
    *("Bostedet", "Daghøjskolen", "Fonden", "Gården", "Huset", "Kollegiet", "Hjemmet", "Centret"),
    *("Værkstedet", "Botilbuddet", "Skolen", "Klubben", "Boligerne", "Kildegruppen", "Stiftelsen"),
)
PLACES = (
    *("Askelund", "Birkebo", "Cikorien", "Dybdalen", "Egegaarden", "Fjordblik", "Granhøj", "Havregangen"),
    *("Isbjerg", "Jordbærmarken", "Klitrosen", "Lindevang", "Møllebakken", "Nattergalen", "Orkidéen"),
    *("Pilehuset", "Quistrup", "Rugkobbel", "Sommersol", "Tranekær", "Uglevad", "Valmuen", "Ydunsholm"),
    *("Æblehaven", "Østerled", "Åkanden", "Brombærkrogen", "Dueslaget", "Enghavegård", "Flodkanten"),
)
TOWNS = (
    *(("Ålbæk", "9982"), ("Bogense", "5400"), ("Dronninglund", "9330"), ("Ebeltoft", "8400")),
    *(("Faxe", "4640"), ("Gråsten", "6300"), ("Højer", "6280"), ("Jelling", "7300"), ("Kerteminde", "5300")),
    *(("Løgstør", "9670"), ("Marstal", "5960"), ("Nysted", "4880"), ("Otterup", "5450"), ("Præstø", "4720")),
    *(("Rønne", "3700"), ("Skælskør", "4230"), ("Thyborøn", "7680"), ("Ulfborg", "6990"), ("Vamdrup", "6580")),
)
STREETS = ("Skovvej", "Møllegade", "Kirkestræde", "Bakkevej", "Nørregade", "Engvej", "Stationsvej", "Åvej")
NUMBER_FORMATS = ("{n}", "F{year}-{n:05d}", "FA-{n:06d}", "{n:07d}", "INV{n:05d}", "{year}/{n:04d}")
OWNERSHIPS = ("privat", "kommunal", "privat", "regional")
FEWEST = 8


@dataclass(slots=True, eq=False)
class Firm:
    """A supplier with the habits that its invoices show. `dialect` is "oioubl" or "peppol"."""

    supplier: Supplier
    dialect: str
    endpoint_is_ean: bool
    street: str
    house: str
    postcode: str
    city: str
    contact: str
    telephone: str
    email: str
    branch: str
    account: str
    number_format: str
    last_number: int

    def next_number(self, year: int) -> str:
        """The next invoice number, never one that this supplier has used."""
        self.last_number += 1
        return self.number_format.format(n=self.last_number, year=year)


class Directory:
    """Makes suppliers, never two with one number, and the first thirty with no place name in common."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()
        self._kinds = rng.sample(KINDS, len(KINDS))
        self._places = rng.sample(PLACES, len(PLACES))

    def firms(self, count: int) -> list[Firm]:
        return [self._firm(index) for index in range(count)]

    def new_cvr(self) -> str:
        """A valid company number that nobody in the town has."""
        while True:
            number = str(self._rng.randrange(10_000_000, 100_000_000))
            if cvr.is_valid(number) and number not in self._taken:
                self._taken.add(number)
                return number

    def new_ean(self) -> str:
        """A valid location number that nobody in the town has."""
        while True:
            head = f"{self._rng.choice(('5790', '5798'))}{self._rng.randrange(100_000_000):08d}"
            number = head + ean.calc_check_digit(head)
            if number not in self._taken:
                self._taken.add(number)
                return number

    def _firm(self, index: int) -> Firm:
        rng = self._rng
        city, postcode = rng.choice(TOWNS)
        supplier = Supplier(self.new_cvr(), self.new_ean(), self._name(index), OWNERSHIPS[index % 4])
        return Firm(
            supplier=supplier,
            dialect="oioubl" if index % 5 < 3 else "peppol",
            endpoint_is_ean=rng.random() < 0.4,
            street=rng.choice(STREETS),
            house=str(rng.randint(1, 120)),
            postcode=postcode,
            city=city,
            contact=full_name(rng),
            telephone=str(rng.randint(20_000_000, 99_999_999)),
            email=f"faktura@leverandoer{index + 1}.example",
            branch=f"{rng.randrange(1000, 10000)}",
            account=lookalike(rng),
            number_format=rng.choice(NUMBER_FORMATS),
            last_number=rng.randint(1000, 6000),
        )

    def _name(self, index: int) -> str:
        lap, place = divmod(index, len(self._places))
        round_, turn = divmod(lap, len(self._kinds))
        name = f"{self._kinds[(turn + place) % len(self._kinds)]} {self._places[place]}"
        return name if round_ == 0 else f"{name} {round_ + 1}"
