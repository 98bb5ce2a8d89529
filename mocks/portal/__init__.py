"""The police's portal, "Politiet": requests for certificates, many persons at a time. What page objects rely on:

`/politi/login`  login form: Brugernavn, Adgangskode, button "Log på". Log off: `/politi/logaf`, link "Log af". Cookie
    POLITISESSION. Without a live session every address sends the user to the login form, and a POST is lost. Wrong
    password: role alert "Forkert brugernavn eller adgangskode." After login: the new request.

`/politi/anmodning`
    h1 "Ny anmodning", labels "Attesttype" (a choice: first "Vælg attesttype", which is none; Privat straffeattest,
    Offentlig straffeattest, Børneattest), "Hjemmel", "Formål", "Kontaktperson", "Personer" (a text of many lines),
    "Fil med personer" (a file, csv in UTF-8) (fields: attesttype, hjemmel, formaal, kontaktperson, personer, fil),
    button "Kontrollér". A person is a line `ddmmååssss;Navn`, in the text or in the file, not in both; one request
    has at most 50. Wrong: the form again (its file is lost), with role alert: "Attesttype skal vælges.", "Hjemmel
    skal udfyldes.", ..., "Linje 3: CPR-nummeret er ikke gyldigt.", "Linje 3: Navn mangler.", "Linje 3: Personen er
    nævnt før.", "Linje 3 skal skrives som ddmmååssss;Navn.", "Personer skal udfyldes.", "Skriv personerne, eller
    vælg en fil, ikke begge dele.", "Filen skal være tekst i UTF-8.", "Der kan højst anmodes om 50 personer ad
    gangen."
    Right: h1 "Kontrollér anmodning", #attesttype, #hjemmel, #formaal, #kontaktperson, #antal, table#personer
    (CPR-nummer with hyphen, Navn), and the button "Underskriv og send", which asks natively "Vil du sende 12
    anmodninger om Børneattest?" ("1 anmodning" for one). Until it is pressed nothing is kept. Done: h1 "Anmodning
    sendt", #anmodningsnummer (P000001), #attesttype, #antal. All persons of the request share its number. Nothing
    keeps a person from being requested twice; then two answers come.

`/politi/anmodninger`
    h1 "Anmodninger", labels "CPR-nummer" (with or without hyphen) and "Attesttype" (a choice; first "Alle") (fields:
    cpr, attesttype), button "Søg" (POST). Both may stand empty. Answer: table#anmodninger (Anmodning, Attesttype,
    Hjemmel, Sendt, Status, Status fra), a row for each person of a request, the newest 200; or role status "Ingen
    anmodninger fundet". Link "Eksportér til Excel".
`/politi/anmodninger.xlsx`
    A row for each person of each request, the oldest first: Anmodning, CPR (ten digits), Navn, Attesttype, Hjemmel,
    Sendt, Status, Status fra. Dates are dates.

Status: "Afventer samtykke", "Samtykke givet", "Besvaret", "Samtykke ikke givet", "Fritaget for Digital Post". They
move when the town's clock does, also over many days at once: a person consents 0 to 13 days after the request and is
answered 0 to 10 days later, on the day after the request at the earliest; after 14 days without a word there is no
consent; who is exempt from Digital Post is told of on the day after the request. What came of it is a message in the
mailbox (see `mocks.mailbox`), which names the request and the person.

Dates read dd-mm-åååå. Stale or foreign view state: h1 "Siden er udløbet", status 409. Unknown address: status 404.
No address carries a CPR number.
"""
