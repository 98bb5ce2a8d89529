"""The personnel system, "SD": who is hired, and how it stands with their certificates. What page objects rely on:

`/sd/login`  login form: Brugernavn, Adgangskode, button "Log på". Log off: `/sd/logaf`, link "Log af". Cookie
    SDSESSION. Without a live session every address sends the user to the login form, and a POST is lost. Wrong
    password: role alert "Forkert brugernavn eller adgangskode." After login: the list.

`/sd/ansaettelser?side=1`
    h1 "Ansættelser", 50 rows a page in table#ansaettelser, the newest first: Ansættelse (a link), Navn, Stilling,
    Arbejdssted, Startdato, Straffeattest, Børneattest. Links "Forrige", "Næste", "Eksportér til Excel".
`/sd/ansaettelser.xlsx`
    Every hire by Ansættelse: Ansættelse, CPR, Navn, Stilling, Arbejdssted, Alder fra, Alder til, Tilknytning, Dage,
    Startdato, Slutdato, Leder, Leders e-mail, Oprettet, Straffeattest, Børneattest. CPR is a text as somebody typed
    it: ten digits, some with a hyphen; now and then it is missing or impossible. Alder fra and Alder til are those
    of the people served: numbers, empty where the post serves nobody in particular. Tilknytning is Fast,
    Tidsbegrænset or Tilkald; Dage the working days expected in the first three months, a number, or empty.
    Startdato, Slutdato (may be empty) and Oprettet are dates. Straffeattest and Børneattest are texts, empty or a
    state and its day: "Anmodet 04-11-2024". The states: Ikke påkrævet, Anmodet, Samtykke mangler, Fritaget, Hos HR,
    Ren. Hires of the year before are there too; some people are hired twice.

`/sd/ansaettelse/{Ansættelse}`
    h1 "Ansættelse ANS000001", #navn, #cpr (as typed), table#ansaettelse (rows with a heading each: Stilling to
    Oprettet as exported, dates as dd-mm-åååå), table#attester (Attest, Status, Dato; a row for Straffeattest and one
    for Børneattest). Form: labels "Attest" (a choice: Straffeattest, Børneattest), "Status" (a choice: the states;
    first "Vælg status", which is none), "Dato" (dd-mm-åååå; holds the town's day) (fields: attest, status, dato),
    button "Gem status". Wrong: the page again, with role alert. Done: h1 "Status gemt", #kvitteringsnummer
    (ST000001), #ansaettelse, #attest, #status, #dato. A state may be set again, and to any other.

Stale or foreign view state: h1 "Siden er udløbet", status 409. Unknown number: h1 "Findes ikke", status 404. No
address carries a CPR number.
"""
