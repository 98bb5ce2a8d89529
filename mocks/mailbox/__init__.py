"""The municipality's mailbox, "Digital Post": what the police answer, among other mail. What page objects rely on:

`/post/login`  login form: Brugernavn, Adgangskode, button "Log på". Log off: `/post/logaf`, link "Log af". Cookie
    POSTSESSION. Without a live session every address shows this form in place with status 200, and a POST is lost.
    Wrong password: role alert "Forkert brugernavn eller adgangskode." After login: the inbox.

`/post/indbakke?side=1`
    h1 "Indbakke", 50 rows a page in table#indbakke, the newest first: Besked (a link), Modtaget, Afsender, Emne,
    Anmodning, Bilag ("attest.pdf" or empty). Links "Forrige", "Næste", "Eksportér til Excel".
`/post/indbakke.xlsx`
    Every message that is not deleted by Besked: Besked, Modtaget (a date), Afsender, Emne, Anmodning, Bilag.
    The police is the sender "Rigspolitiet, Kriminalregisteret"; its subjects are "Svar på anmodning" (with
    "attest.pdf"), "Samtykke ikke givet" and "Fritaget for Digital Post" (both without). Mail of others is there too,
    some of which looks alike. No subject has personal data.

`/post/besked/{Besked}`
    h1 "Besked M000001", #modtaget, #afsender, #emne, #anmodning, #navn, #cpr (DDMMYY-SSSS), #attesttype, pre#tekst.
    The police tell by #anmodning, #navn, #cpr and #attesttype what they answer; in other mail the four may be empty.
    Link "Hent bilag" where there is one. Button "Slet besked" asks natively "Vil du slette beskeden endeligt?".
    Done: h1 "Besked slettet", #kvitteringsnummer (SL000001), #besked, #slettet (the day). The message and its PDF are
    then overwritten in the town's file, and every address of theirs is unknown.
`/post/besked/{Besked}/bilag`  the PDF (application/pdf, as a download "attest.pdf").
`/post/slettede`
    h1 "Slettede beskeder", label "Besked" (field: besked), button "Søg" (POST). Answer: table#slettede (Kvittering,
    Besked, Slettet), or role status "Ingen beskeder fundet".

The text of a clean certificate, a line each; see `mocks.town.hires.certificate` for those that are not:

    POLITIET
    Det Centrale Kriminalregister
    BØRNEATTEST                   (or PRIVAT STRAFFEATTEST, OFFENTLIG STRAFFEATTEST)
    Attestnummer: A000001
    Anmodning: P000001
    Navn: Mette Hansen
    CPR-nummer: 610190-1234
    Udstedt: 12-11-2024
    Formål: Ansættelse            (as requested)
    Hjemmel: ...                  (as requested)
    Der er ingen oplysninger i Kriminalregisteret, som skal fremgå af attesten.
    Attesten er udstedt elektronisk og er gyldig uden underskrift.
    Side 1 af 1

Dates read dd-mm-åååå. Stale or foreign view state: h1 "Siden er udløbet", status 409. Unknown number: h1 "Findes
ikke", status 404. No address carries a CPR number.
"""
