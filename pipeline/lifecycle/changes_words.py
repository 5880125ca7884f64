"""What the comparison of versions knows of languages: words for numbers, harm, certainty, negation and correction.

English, Spanish, German, French, Italian, Portuguese and Dutch; a few words of Arabic and Chinese. Words are folded:
without case and accents. A language without number words has its digits. The articles that also mean one are left out.
"""

from collections.abc import Mapping

from pipeline.story import CasualtyKind


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DECIMAL_COMMA = _set("bg cs da de el es fi fr hr hu id it nb nl nn no pl pt ro ru sk sl sr sv tr uk vi")
"""Languages that write 1.234,5 where English writes 1,234.5."""
GROUPED_BY_SPACE = _set("bg cs fi fr nb nn no pl ru sk sv uk")


def _counted(text: str, first: int, step: int = 1) -> dict[str, int]:
    return {word: first + step * n for n, word in enumerate(text.split())}


_GERMAN_UNITS = _counted("zwei drei vier funf sechs sieben acht neun", 2)
_GERMAN_TENS = _counted("zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig", 20, 10)

NUMBERS: Mapping[str, Mapping[str, int]] = {
    "en": _counted(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen",
        1,
    )
    | _counted("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10),
    "es": _counted(
        "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho"
        " diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco",
        2,
    )
    | _counted("treinta cuarenta cincuenta sesenta setenta ochenta noventa", 30, 10),
    "de": _GERMAN_UNITS
    | _counted("zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn", 10)
    | _GERMAN_TENS
    | {
        f"{unit}und{tens}": u + t
        for unit, u in (*_GERMAN_UNITS.items(), ("ein", 1))
        for tens, t in _GERMAN_TENS.items()
    },
    "fr": _counted("deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize", 2)
    | _counted("vingt trente quarante cinquante soixante", 20, 10)
    | {"dix-sept": 17, "dix-huit": 18, "dix-neuf": 19, "soixante-dix": 70, "quatre-vingts": 80, "quatre-vingt-dix": 90},
    "it": _counted(
        "due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici", 2
    )
    | _counted("venti trenta quaranta cinquanta sessanta settanta ottanta novanta", 20, 10),
    "pt": _counted(
        "dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete dezoito"
        " dezenove vinte",
        2,
    )
    | {"duas": 2, "catorze": 14, "dezasseis": 16, "dezassete": 17, "dezanove": 19}
    | _counted("trinta quarenta cinquenta sessenta setenta oitenta noventa", 30, 10),
    "nl": _counted("twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien", 2)
    | _counted("twintig dertig veertig vijftig zestig zeventig tachtig negentig", 20, 10),
}

VAGUE: Mapping[str, Mapping[str, int]] = {
    "en": {"dozens": 24, "scores": 40, "hundreds": 200, "thousands": 2000},
    "es": {"decenas": 20, "cientos": 200, "miles": 2000},
    "de": {"dutzende": 24, "hunderte": 200, "tausende": 2000},
    "fr": {"dizaines": 20, "centaines": 200, "milliers": 2000},
    "it": {"decine": 20, "centinaia": 200, "migliaia": 2000},
    "pt": {"dezenas": 20, "centenas": 200, "milhares": 2000},
    "nl": {"tientallen": 20, "honderden": 200, "duizenden": 2000},
}
"""What such a word says at least."""

MAGNITUDES: Mapping[str, int] = {
    "dozen": 12, "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "k": 10**3, "m": 10**6, "mn": 10**6, "mln": 10**6, "mio": 10**6, "bn": 10**9, "bln": 10**9, "tn": 10**12,
    "mil": 10**3, "millon": 10**6, "millones": 10**6, "billones": 10**12,
    "tausend": 10**3, "millionen": 10**6, "milliarde": 10**9, "milliarden": 10**9, "mrd": 10**9, "billionen": 10**12,
    "mille": 10**3, "millions": 10**6, "milliard": 10**9, "milliards": 10**9,
    "mila": 10**3, "milione": 10**6, "milioni": 10**6, "miliardo": 10**9, "miliardi": 10**9,
    "milhao": 10**6, "milhoes": 10**6, "bilhao": 10**9, "bilhoes": 10**9,
    "duizend": 10**3, "miljoen": 10**6, "miljard": 10**9, "biljoen": 10**12,
    "万": 10**4, "亿": 10**8,
}  # fmt: skip

PERCENT = _set("% percent pct prozent procent")
PERCENT_AFTER: Mapping[str, frozenset[str]] = {
    "per": frozenset({"cent", "cento"}), "por": frozenset({"ciento", "cento"}), "pour": frozenset({"cent"}),
}  # fmt: skip
"""Two words that mean per cent."""
MONEY = _set(
    "$ € £ ¥ ₹ dollar dollars euro euros eur usd gbp pound pounds pence yen yuan rupee rupees franc francs franken peso"
    " pesos sol soles real reais lira rouble roubles ruble rubles rand naira won krone kroner krona kronor dolar"
    " dolares dollari sterline libras zloty dinar dinars shekel shekels cent cents"
)

SAME_MONEY: Mapping[str, str] = {
    **dict.fromkeys(_set("$ dollar dollars usd dolar dolares dollari"), "$"),
    **dict.fromkeys(_set("€ euro euros eur"), "€"),
    **dict.fromkeys(_set("£ pound pounds gbp libras sterline"), "£"),
    **dict.fromkeys(_set("¥ yen"), "¥"),
}
"""Currencies with a sign; the others are compared by their word."""

QUALIFIERS: Mapping[str, str] = {
    **dict.fromkeys(
        ("at least", "more than", "no fewer than", "no less than", "not less than", "over", "above", "a minimum of",
         "al menos", "por lo menos", "mas de", "mindestens", "mehr als", "uber", "au moins", "plus de", "almeno",
         "oltre", "piu di", "pelo menos", "mais de", "ao menos", "minstens", "zeker", "meer dan",
         "على الاقل"),
        "at least",
    ),
    **dict.fromkeys(
        ("up to", "as many as", "at most", "no more than", "hasta", "bis zu", "jusqu'a", "fino a", "ate",
         "maximaal"),
        "up to",
    ),
}  # fmt: skip
"""How a number is bounded: those of the same value bound it from the same side."""

QUALIFIERS_UNSPACED: Mapping[str, str] = {
    "至少": "at least",
    "超过": "at least",
    "最多": "up to",
    "少なくとも": "at least",
}
"""The same where nothing parts them from the words before."""

HARM: Mapping[CasualtyKind, frozenset[str]] = {
    "killed": _set(
        "dead death deaths died dies die kill kills killed killing killings slain fatalities bodies victims lives"
        " perished muerto muertos muertas murieron mueren fallecidos matan mato victimas tote toten toter getotet leben"
        " opfer starben sterben mort morts mortes tue tues tuees tuent morti morte uccisi uccise vittime mortos mortas"
        " morreram morrem matou matam doden gedood omgekomen slachtoffers مقتل قتيل قتيلا قتلى قتل شهيدا"
    ),
    "wounded": _set(
        "injured injures injuring injuries wounded wounds wounding hurt herido heridos heridas verletzt verletzte"
        " verletzten blesse blesses blessees feriti ferite feridos feridas gewond gewonden جريح جريحا جرحى"
    ),
    "missing": _set(
        "missing unaccounted desaparecido desaparecidos vermisst vermisste vermissten disparus disparues dispersi"
        " desaparecidas vermist vermisten مفقود مفقودا مفقودين"
    ),
    "detained": _set(
        "detained detaining arrested arrests arresting custody detenidos detenidas festgenommen verhaftet arretees"
        " arretes interpellees arrestati arrestate detidos presos aangehouden gearresteerd"
    ),
    "displaced": _set(
        "displaced displacing evacuated fled evacuados desplazados evakuiert vertrieben evacuees deplaces sfollati"
        " deslocados geevacueerd"
    ),
}
HARM_UNSPACED: Mapping[CasualtyKind, tuple[str, ...]] = {
    "killed": ("死亡", "遇难", "丧生", "死者"),
    "wounded": ("受伤", "负伤", "けが", "負傷"),
    "missing": ("失踪", "行方不明"),
}
TOLL = frozenset({"toll", "balance", "opferzahl", "bilan", "bilancio", "dodental"})
NOT_PEOPLE = _set(
    "attack attacks bomb bombs bombing bombings airstrike airstrikes strike strikes raid raids missile missiles drone"
    " drones shot shots gunman gunmen attacker attackers house houses home homes building buildings village villages"
    " town towns city cities province provinces district districts region regions country countries hour hours minute"
    " minutes second seconds day days week weeks month months year years decade decades time times km kilometre"
    " kilometres kilometer kilometers mile miles metre metres meter meters am pm a.m p.m gmt point points place places"
    " vehicle vehicles car cars anos ans jahre jahren jahr horas dias tage tagen stunden heures jours"
)
"""Nouns whose number is not one of people hurt, however near the word for harm stands."""

NEGATIONS = _set(
    "no not never none nor without nobody neither deny denies denied denying reject rejects rejected false untrue fails"
    " didn doesn don isn aren wasn weren hasn haven hadn couldn wouldn"
    " failed cannot nicht kein keine keinen nie ohne dementiert sin nunca ningun niega nego desmiente ne pas jamais"
    " aucun aucune sans dement non mai senza nega smentisce nao nunca sem nenhum nega desmente niet geen nooit zonder"
    " 不 没 未 非 لا لم لن ليس"
)
STOP_WORDS = _set(
    "the a an and or but of to in on at for from with by as into over after before about than its his her their this"
    " that these those is are was were be been has have had will would may might it he she they who which says said say"
    " der die das den dem des ein eine einen einem einer und oder aber von zu im in am an auf fur mit bei nach aus uber"
    " als sich ist sind war wird hat el la los las un una unos unas y o de del al en con por para que se su sus es son"
    " le les des et ou du au aux dans sur pour par avec qui que est sont ses il lo gli dei della nel con per che si o a"
    " os as um uma do da dos das no na em com ao van het een op te met voor door naar bij"
)

ELSEWHERE = _set(
    "in on at after since by for within during aged age en im am nach seit dans apres depuis dal dopo em apos na"
)
"""Before a number that is no object of the verb before it: 'killed in two attacks'."""
ARRIVED = _set("to at of is was stands reached reaches passes : auf bei a de op di")
"""Between 'toll' and its number."""
FORMER = _set("from von desde da van depuis")
"""Before a number that was true earlier: 'from four to six'."""
RANGE = _set("to - bis a tot")
BETWEEN: Mapping[str, str] = {"between": "and", "entre": "y", "zwischen": "und", "tra": "e", "tussen": "en"}
PASSED_OVER = _set("other others more additional new further people persons")
"""After a number, before what it counts."""
