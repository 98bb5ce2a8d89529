"""The income register, "eIndkomst": what employers have reported about people. What page objects rely on:

`/eindkomst/login`  login form: Brugernavn, Adgangskode, button "Log på". Log off: `/eindkomst/logaf`, link "Log af".
    Cookie EINDKOMSTSESSION. Without a live session every address redirects here (303), and a POST is lost. Wrong
    password: role alert "Forkert brugernavn eller adgangskode." After login: the search.

`/eindkomst/soeg`
    h1 "Indkomstoplysninger", labels "CPR-nummer" (with or without hyphen), "Adgangsformål" (a list, at first nothing
    chosen: "171 Fleksløntilskud"), "Søg på" (a list: "Lønperiode", "Basismåned"), "Periode fra" and "Periode til"
    (mm-åååå; fields: cpr, formaal, soegetype, fra, til), button "Søg". Found: redirect to the result. Wrong or
    unknown: the form again, with role alert. No address carries a CPR number.
    Lønperiode: the pay period lies within the months. Basismåned: the disposition date lies within them, which also
    finds what is corrected later. What is reported after the town's day is not there yet.
    A search takes `search_seconds` (and `ms` of the fault slow_search), and a user may have one at a time: another of
    the same user meanwhile shows role alert "Du har allerede en søgning i gang. Vent, til den er færdig." (status
    429). Fault search_timeout: role alert "Søgningen blev afbrudt, fordi den tog for lang tid. Prøv igen." (504).

`/eindkomst/resultat/{number}`  of the user's own searches
    h1 "Indkomstoplysninger for person", #navn, #cpr (DDMMYY-SSSS), table#soegning (Adgangsformål, Søgt på, Periode
    fra, Periode til), table#indberetninger by disposition date: Indberetning, Art (I; T: a reversal of the one in
    Vedrører, whose fields it repeats), Indkomsttype (00 …), CVR, Virksomhed, Skattemåned (åååå-mm: the month that it
    belongs to, of a correction the corrected one), Lønperiode fra, Lønperiode til, Dispositionsdato, Indberettet,
    Rettelse (R: the difference to what was reported before, above or below nought; else empty), Vedrører, Felter (a
    line each, "057 A-indkomst med AM-bidrag: 12.345,67"; see `mocks.income.fields`).
    Nothing reported: role status "Ingen indberetninger fundet". Link "Eksportér til Excel".
`/eindkomst/resultat/{number}.xlsx`
    The same columns, dates as dates, with a column for each field ("057 A-indkomst med AM-bidrag"; kroner or hours as
    numbers) in place of Felter.

Amounts read 12.345,67 and dates dd-mm-åååå. Stale or foreign view state: h1 "Siden er udløbet", status 409. Unknown
number: h1 "Findes ikke", status 404.
"""
