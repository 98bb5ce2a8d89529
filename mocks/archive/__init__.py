"""The case archive, "ESDH": personnel folders and their documents. What page objects rely on:

`/esdh/login`  login form: Brugernavn, Adgangskode, button "Log på". Log off: `/esdh/logaf`, link "Log af". Cookie
    ESDHSESSION. Without a live session every address shows this form in place with status 200, and a POST is lost.
    Wrong password: role alert "Forkert brugernavn eller adgangskode." After login: the search.

`/esdh/find`
    h1 "Find personalesag", label "CPR-nummer" (field: cpr; with or without hyphen), button "Søg" (POST). One found:
    redirect to it. Several: the page with table#sager (Sag (a link), Navn, Oprettet). None: role alert "Ingen
    personalesag fundet". No address carries a CPR number.
`/esdh/mappe/{Mappe}`
    h1 "Personalesag PS000001", #navn, #cpr (DDMMYY-SSSS), table#dokumenter, the newest first: Dokument (a link),
    Titel, Dokumenttype, Adgangskategori, Status ("Tjekket ud" or "Journaliseret"), Dato, Journalnummer. Link "Nyt
    dokument".
`/esdh/mappe/{Mappe}/dokument`
    h1 "Nyt dokument", labels "Titel", "Dokumenttype" (a choice: Notat, Attest, Brev), "Adgangskategori" (a choice:
    Åben, Fortrolig, Personale-fortrolig), "Dato" (dd-mm-åååå), "Tekst", "Fil" (fields: titel, dokumenttype,
    adgangskategori, dato, tekst, fil), button "Gem dokument", which asks natively "Vil du gemme dokumentet i
    sagen?". Tekst or Fil may be left out, not both. Wrong: the form again (its file is lost), with role alert. Done:
    h1 "Dokument gemt", #dokumentnummer (D000001), #mappe, #titel. Nothing keeps a document from being saved twice.
`/esdh/dokument/{Dokument}`
    h1 "Dokument D000001", #mappe, #titel, #dokumenttype, #adgangskategori, #dato, #status, #journalnummer (empty
    until it is checked in), pre#tekst. Link "Hent fil" where there is one. While it is "Tjekket ud": button "Tjek
    ind", which asks natively "Vil du journalisere dokumentet?". Done: h1 "Dokument journaliseret", #journalnummer
    (J000001), #dokument. One that is checked in already stays as it is: its page, with role alert "Dokumentet er
    allerede journaliseret."
`/esdh/dokument/{Dokument}/fil`  the file, as a download.
`/esdh/dokumenter`
    h1 "Dokumenter", labels "Mappe" and "Titel" (fields: mappe, titel), button "Søg" (POST). All that is given must
    match exactly. Answer: table#dokumenter (Dokument (a link), Mappe, Titel, Status, Journalnummer), the newest 200;
    or role status "Ingen dokumenter fundet".

The archive always locks out a user that calls too fast: more than `mocks.screens.Settings.archive_calls` requests in
a minute, or more than four at once. For 60 seconds every address is then h1 "Din adgang er spærret", status 429, and
the ledger has an act "locked_out".

Dates read dd-mm-åååå. Stale or foreign view state: h1 "Siden er udløbet", status 409. Unknown number: h1 "Findes
ikke", status 404.
"""
