"""The benefits system, "KY": flex cases, the month's calculation, its payment, letters. What page objects rely on:

`/ky/login`  login form: Brugernavn, Adgangskode, button "Log på". Log off: `/ky/logaf`, link "Log af". Cookie
    KYSESSION. Without a live session every address shows this form in place with status 200, and a POST is lost.
    Wrong password: role alert "Forkert brugernavn eller adgangskode." After login: the worklist.

`/ky/arbejdsliste?maaned=mm-åååå&vis=aabne|udbetalt|alle&side=1`
    h1 "Arbejdsliste", the month in #maaned (default: the one after the town's, whose subsidy goes by the town's
    month), 50 rows a page in table#arbejdsliste: Sag (a link), Borger, Arbejdsgiver, Job fra, Timer, Status (Mangler
    beregning, Beregnet, Udbetalt). Links "Åbne", "Udbetalt", "Alle", "Forrige", "Næste", "Eksportér til Excel".
`/ky/sager.xlsx?maaned=mm-åååå`
    Every case by Sag: Sag, CPR (ten digits), Navn, Status (of the month), Arbejdsgiver CVR, Arbejdsgiver, Job fra,
    Job til, Ugentlige timer, Pensionsaftale, Egen andel, Arbejdsgivers andel (per cent), Selvstændig, Flyttet,
    Lønlofter, Ydelser, Ferie, Udbetalinger. Dates are dates, hours and per cent numbers. The last four are lists,
    entries joined by "; " and their cells by " | ": as on the case's page, of Udbetalinger Måned, Fleksløntilskud,
    ATP, Kvittering.
`/ky/borger`  h1 "Find borger", label "CPR-nummer" (field: cpr; with or without hyphen), button "Søg". Found: redirect
    to the citizen's case. Else role alert "Ingen sag fundet". No address carries a CPR number.

`/ky/sag/{Sag}`
    h1 "Sag FLX000001", #navn, #cpr (DDMMYY-SSSS), table#sag (Arbejdsgiver CVR, Arbejdsgiver, Job fra, Job til,
    Ugentlige timer, Pensionsaftale (Indberettes af arbejdsgiver, Oplyst i procent, Ingen pension, Ikke oplyst), Egen
    andel, Arbejdsgivers andel (per cent of the wage), Selvstændig (Ja, Nej), Flyttet), table#lofter (Gælder fra,
    Gælder til, Lønloft pr. måned), table#ydelser (Ydelse, Lovhjemmel, Måned, Beløb, Dage, Beløb pr. måned, Uden løn
    hele måneden), table#ferie (Måned, Brutto, Dage i alt, Dage holdt), table#udbetalinger, table#breve (both as
    below). Links "Beregn måned" and "Nyt brev".

`/ky/sag/{Sag}/beregning?maaned=mm-åååå`
    h1 "Beregning", labels "Måned", "Løn i fleksjob", "Anden løn", "Pension", "Nedsættelse", "Lønloft",
    "Fleksløntilskud", "ATP", "Begrundelse" (fields: maaned, loen, anden_loen, pension, nedsaettelse, loft, tilskud,
    atp, begrundelse), button "Gem beregning". Wrong: the form again, with role alert. Saved: redirect to the
    calculation. A month may have several; the payment is of the one that it is approved from.
`/ky/beregning/{Beregning}`
    h1 "Beregning BER000001", table#beregning with what was entered, pre#begrundelse, and the button "Godkend
    udbetaling", which asks natively "Vil du godkende udbetaling af 15.272,00 kr. for 11-2024 på sag FLX000001?".
    Done: h1 "Udbetaling godkendt", #kvitteringsnummer (U000001), #sag, #maaned, #tilskud, #atp. Nothing keeps a month
    from being paid twice.
`/ky/sag/{Sag}/brev?maaned=mm-åååå`
    h1 "Nyt brev", labels "Måned", "Overskrift", "Brevtekst" (fields: maaned, overskrift, tekst), button "Send brev"
    asks natively "Vil du sende brevet til borgeren?". Wrong: the form again, with role alert. Done: h1 "Brev sendt",
    #kvitteringsnummer (DP000001), #sag, #maaned, #overskrift.
`/ky/brev/{Kvittering}`  h1 "Brev DP000001", #sag, #maaned, #overskrift, pre#tekst.

`/ky/udbetalinger`, `/ky/breve`
    h1 "Udbetalinger", "Breve": labels "Sag" and "Måned" (mm-åååå; fields: sag, maaned), button "Søg". All that is
    given must match exactly. Answer: table#udbetalinger (Kvittering, Sag, Måned, Fleksløntilskud, ATP, Udbetalt,
    Beregning), table#breve (Kvittering (a link), Sag, Måned, Overskrift, Sendt), the newest 200; or role status
    "Ingen udbetalinger fundet", "Ingen breve fundet".

Amounts read 12.345,67, dates dd-mm-åååå, months mm-åååå. Stale or foreign view state: h1 "Siden er udløbet", status
409. Unknown number: h1 "Findes ikke", status 404.
"""
