"""Finance, "OPUS Økonomi": the inbox of e-invoices, remarks, postings and vouchers. What page objects rely on:

`/opus/login`  login form: Brugernavn, Adgangskode, button "Log på". Log off: `/opus/logaf`, link "Log af". Cookie
    OPUSSESSION. Without a live session every address shows this form in place with status 200, and a POST is lost.
    Wrong password: role alert "Forkert brugernavn eller adgangskode." After login: the inbox.

`/opus/indbakke?status=ny|bogfoert|alle&sorter=bilagsnr|modtaget|leverandoer|beloeb&retning=op|ned&side=1`
    h1 "Fakturaindbakke", 50 rows a page in table#indbakke: Bilagsnr (a link), Modtaget, CVR, Leverandør, Fakturanr,
    Beløb, Status, Bemærkning. Links "Ny", "Bogført", "Alle", "Forrige", "Næste", "Eksportér til Excel".
`/opus/indbakke.xlsx?status=ny|bogfoert|alle`
    The same columns by Bilagsnr; Modtaget is a date, Beløb a number (kroner), the rest texts.

`/opus/bilag/{Bilagsnr}`
    h1 "Bilag B2024-000001", links "Kontér" and "Vis XML", table#bilag, table#dokument, table#beloeb, table#linjer.
    A document that cannot be read: role alert "Dokumentet kan ikke læses. …" in place of the last three.
    Form: textarea "Bemærkning", button "Gem bemærkning" (fields: bemaerkning). Saved: role status "Bemærkning gemt.
    Notenummer: N000123" with the number in #notenummer.
`/opus/bilag/{Bilagsnr}/xml`  the document as it came, application/xml.

`/opus/bilag/{Bilagsnr}/kontering?linjer=N`
    h1 "Kontering", table#bilag with "Beløb uden moms". N rows (at most 100) with labels "PSP-element 1", "Art 1",
    "Beløb 1", "Tekst 1", "Periode fra 1", "Periode til 1", "PSP-element 2", … (fields: psp1, art1, beloeb1, tekst1,
    fra1, til1, …). Button "Bogfør" asks natively "Vil du bogføre bilag B2024-000001?". Wrong: the form again, with
    role alert. Booked: h1 "Bilag bogført", #bilagsnummer (the voucher, 5100000123), #bilagsnr, #beloeb.
    Nothing keeps a document from being booked twice.

`/opus/soeg`
    h1 "Søg bilag", labels "Leverandør CVR", "Fakturanr", "Bilagsnr", "Periode" (mm-åååå, when it was booked; fields:
    cvr, invoice, document, period), button "Søg". All that is given must match exactly. Answer: table#posteringer,
    the newest 200: Posteringsnr (a link), Bilagsnr, CVR, Fakturanr, Beløb, Tekst (of the first line), Bogført; or
    role status "Ingen posteringer fundet". Link "Eksportér alle posteringer til Excel".
`/opus/posteringer.xlsx`  every voucher, the same columns; Bogført is a date, Beløb a number.
`/opus/postering/{Posteringsnr}`
    h1 "Postering 5100000123", table#postering, table#linjer: PSP-element, Art, Beløb, Tekst, Periode fra, Periode
    til.

Amounts read 12.345,67 and dates dd-mm-åååå. Stale or foreign view state: h1 "Siden er udløbet", status 409. Unknown
number: h1 "Findes ikke", status 404.
"""
