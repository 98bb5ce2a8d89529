"""The grants register, "Sensum Bevilling": citizens, their grants, what is paid of them. What page objects rely on:

`/sensum/login`  login form: Brugernavn, Adgangskode, button "Log på". Log off: `/sensum/logaf`, link "Log af".
    Cookie SENSUMSESSION. Without a live session every address redirects here (303), and a POST is lost. Wrong
    password: role alert "Forkert brugernavn eller adgangskode." After login: the citizen search.

`/sensum/borger`
    h1 "Borgersøgning", label "CPR-nummer" (field: cpr; with or without hyphen), button "Søg". Found: redirect to the
    citizen's page. Else role alert "Ingen borger fundet". No address carries a CPR number.
`/sensum/borger/{internal id}`
    h1 "Borger", #navn, #cpr (DDMMYY-SSSS), table#bevillinger: Bevilling (a link), Paragraf, Ydelse, Art, Leverandør
    (CVR), Ejerforhold, Målgruppe, Enhed (måned, døgn, time), Fra, Til (empty: no end), Status (Bevilget, Foreløbig,
    Ophørt), Takster (a line each, "01-01-2024: 12.345,67"), Betalt (a line each, "01-09-2024 - 30-09-2024:
    5100000007").

`/sensum/bevilling/{Bevilling}`
    h1 "Bevilling BEV0000001", table#bevilling, table#takster (Gælder fra, Beløb pr. måned), table#dispositionsark:
    Periode fra, Periode til, Betalt (Ja, Nej), Bilag, Beløb, Kvittering; a row for each paid period, and the unpaid
    months about now. Form "Markér betalt": labels "Periode fra", "Periode til", "Bilagsnummer", "Beløb" (fields: fra,
    til, bilagsnummer, beloeb), button "Markér som betalt" asks natively "Vil du markere perioden som betalt på
    bevilling BEV0000001?". Wrong: the page again, with role alert. Done: h1 "Betaling registreret",
    #kvitteringsnummer (K000123), #bevilling, #fra, #til, #bilagsnummer, #beloeb. Nothing keeps a period from being
    marked twice.
`/sensum/bevillinger.xlsx`  link "Bevillinger til Excel": every grant by number, the columns of table#bevillinger with
    CPR (ten digits) after Bevilling; Fra and Til are dates, the entries of Takster and of Betalt are parted by "; ".

`/sensum/leverandoerer`  h1 "Leverandører", table#leverandoerer: CVR, EAN, Navn, Ejerforhold; link "Eksportér til
    Excel".
`/sensum/leverandoerer.xlsx`  the same columns, all texts.

Amounts read 12.345,67 and dates dd-mm-åååå. Stale or foreign view state: h1 "Siden er udløbet", status 409. Unknown
number: h1 "Findes ikke", status 404.
"""
