"""The words in which services kill, withhold and release copy, in English, German, French and Spanish.

All patterns are for text that is `folded`: in lower case and without accents, since capitals often come without. What
is quoted in it is masked by MASK, so that a headline's words order nothing.
"""

import re
import unicodedata
from itertools import islice

from pipeline.story import AdvisoryKind

MASK = "\x01"
_FOLDED = {code: unicodedata.normalize("NFD", chr(code))[0] for code in range(0xC0, 0x250)}

_KILL = (
    r"kill|bust|elimination|retraction|retracted|withdrawn|zuruckgezogen|ruckzug|storno|storniert"
    r"|nicht (?:mehr )?verwenden|annulation|annulee?|a annuler|a detruire|ne pas (?:utiliser|diffuser)"
    r"|anulacion|anulad[oa]|anular|eliminar|no (?:utilizar|usar|publicar)"
)
_WITHHOLD = r"withhold|hold|sperrvermerk|gesperrt|sperren|nicht senden|a suspendre|retencion|retener"
_RELEASE = (
    r"(?:hold|withhold|embargo|kill|elimination|retraction)(?: is| has been)?"
    r" (?:released?|lifted|rescinded|cancell?ed|withdrawn)|reinstate[sd]?|reinstatement"
    r"|(?:sperrvermerk|sperrfrist|embargo|sperre|ruckzug) (?:ist )?aufgehoben|freigabe|freigegeben"
    r"|(?:embargo|annulation) levee?|levee (?:d[’']|de l[’'])(?:embargo|annulation)|retablie?"
    r"|(?:embargo|retencion) levantad[oa]|anulacion (?:sin efecto|revocada)|restablecid[oa]"
)
_BEFORE = r"(?:(?:mandatory|bulletin|story|urgent|press|news|text|avis|aviso|de|achtung|hinweis)\W{1,3}){0,3}"
_AFTER = r"(?:\W{1,3}(?:advisory|notice|story|mandatory)\b)?"
_AGAIN = rf"(?:\W{{1,3}}(?:{_KILL}|{_WITHHOLD})\b){{0,3}}"
_LABEL = rf"{_BEFORE}(?:(?:{_RELEASE})\b|(?:{_KILL}|{_WITHHOLD})\b{_AGAIN}){_AFTER}"
_PREFIX = re.compile(rf"[\s*+=#]*(?P<label>{_LABEL})(?:\s*[*+=#!']+)?(?:\s*(?:--+|[-–—−:/|]+)\s*|\s*$)")
_LABELS: tuple[tuple[AdvisoryKind, re.Pattern[str]], ...] = (
    ("release", re.compile(rf"{_BEFORE}(?:{_RELEASE}){_AFTER}")),
    ("kill", re.compile(rf"{_BEFORE}(?:{_KILL}){_AGAIN}{_AFTER}")),
    ("withhold", re.compile(rf"{_BEFORE}(?:{_WITHHOLD}){_AGAIN}{_AFTER}")),
)
_SURE = re.compile(r"(?:mandatory|bulletin|story) (?:kill|elimination|withhold|hold|bust)")
"""Labels that count in mixed case, too."""
_AMBIGUOUS = frozenset({
    "sperrvermerk",
    "elimination", "annulation", "anulacion", "anular", "eliminar", "sperren", "gesperrt", "freigabe", "freigegeben",
    "retener", "retencion", "storno", "storniert", "ruckzug", "annule", "annulee", "anulado", "anulada", "embargo leve",
    "embargo lifted", "embargo is lifted", "embargo has been lifted", "embargo aufgehoben", "embargo levantado",
    "reinstated", "reinstates", "reinstate", "retabli", "retablie", "restablecido", "restablecida",
})  # fmt: skip
"""Labels that also begin headlines on teams, trains and trade: before other words they say nothing."""

_STORY = (
    r"(?:news ?alerts?|stor(?:y|ies)|items?|reports?|articles?|copy|copies|dispatch(?:es)?|messages?|versions?|alerts?"
    r"|bulletins?|briefs?|sidebars?|leads?|writethr(?:u|ough)s?|newsflash(?:es)?|pieces?|transmissions?|updates?"
    r"|following|slugs?"
    r"|(?:eil)?meldung(?:en)?|berichte?n?|text(?:e[ns]?|s)?|beitr(?:a|ae)ge?n?s?|beitrag|artikel|nachricht(?:en)?"
    r"|(?:neu)?fassung(?:en)?|zusammenfassung(?:en)?|ubersicht(?:en)?|folgende[nrs]?"
    r"|depeches?|papiers?|informations?|nouvelles?|alertes?|urgents?|encadres?|suivante?s?"
    r"|notas?|noticias?|informacion(?:es)?|despachos?|textos?|articulos?|cables?|version(?:es)?|alertas?|cronicas?"
    r"|siguientes?)"
)
STORY = rf"\b{_STORY}\b"
NUMBERED = r"\b[a-z]{1,8}-?\d{3,5}\b"
_PART = (
    r"\b(?:gra[fp]hs?|grafs?|paras?|paragraphs?|sentences?|quote|quotations?|lines?|photos?|pictures?|pix|images?|captions?"
    r"|videos?|graphics?|names?|headlines?|bylines?|words?|figures?|fotos?|bild(?:er|es)?|grafiken?|absatze?s?"
    r"|satz|zitate?|paragraphes?|phrases?|citations?|parrafos?|frases?|citas?|imagen(?:es)?|bill)\b"
)
_NAME = (
    rf"(?:{MASK}|\bslugged|\bheadlined|\bkeyword|{NUMBERED}|\b(?:bc|am|pm)-{{1,2}}\w|\bhttps?:|\burn:|\btag:"
    r"|\b\w+-{2}\w)"
)
"""Something that names a story: a quotation, a number, a slug, an address."""
_STORY_NAMED = re.compile(rf"{STORY}|{_NAME}")
_PART_NAMED = re.compile(_PART)
_USE = r"(?:use|publish|run|distribute|broadcast|air|transmit)"
_BE = r"(?:is|are|has been|have been|must be|should be)(?: now| again| hereby| being){0,2}"
_HELD = r"(?:kill|hold|withhold|withholding|elimination|retraction|restriction)"
_RESTRICTION = re.compile(
    rf"\b(?:the|this|our|that|previous|earlier|mandatory|bulletin) {_HELD}\b"
    rf"|\b{_HELD} (?:of|on|for|notice|advisory)\b"
    r"|\b(?:embargo|sperrfrist|sperrvermerk|sperre|ruckzug|zuruckziehung|annullierung|annulation|suspension|retrait"
    r"|anulacion|retencion|retirada|eliminacion)\b"
)
_GAP = r"[^;]{0,160}?"
_RELEASE_ORDERS = re.compile(
    rf"\b(?P<restriction_is>{_BE} (?:released|cancell?ed|revoked|withdrawn|over)|lifted|rescinded|aufgehoben|hinfallig"
    r"|widerrufen|entfallt|levee?s?|annulee?s?|rapportee?s?|sans objet|levantad[oa]s?|sin efecto|revocad[oa]s?)\b"
    r"|\b(?P<restriction>(?:rescind|lift|revoke|release|cancel|withdraw)(?:s|d|ed|led|ing)?|levons|lever|levantamos"
    r"|se levanta)\b"
    r"|\b(?P<story>reinstat(?:es?|ed|ing)|releas(?:es?|ed|ing)|retablissons|retablit|restablecemos|se restablece)\b"
    rf"|\b(?P<story_is>(?:may|can)(?: now| again| be| once more){{1,4}} (?:used|published)"
    rf"|{_BE} (?:released|cleared|reinstated)"
    rf"|(?:kann|konnen|darf|durfen)\b(?!{_GAP}\bnicht\b){_GAP}\b(?:verwendet|veroffentlicht)"
    r"|(?:ist|sind|wird|werden)\b[^;]{0,60}?\b(?:freigegeben|frei zur veroffentlichung)"
    rf"|peu(?:ven)?t\b{_GAP}\butilisee?s?|puede[n]?\b{_GAP}\b(?:utiliza(?:d[oa]s?|rse)|usa(?:d[oa]s?|rse)|publicarse))\b"
)
_KILL_ORDERS = re.compile(
    r"\b(?P<story>(?:we|agency|service) (?:are |is |have |has |must )?(?:hereby )?(?:withdraw(?:s|n|ing)"
    r"|retract(?:s|ed|ing)|kill(?:s|ed|ing)|cancel(?:s|ed|led|ling|ing)?)"
    r"|(?:is|are|has|have) (?:withdrawing|withdrawn|retracting|retracted|killing|killed) (?:its|our|the|this)"
    r"|se anulan?|kill|bust|eliminate|withdraw|delete|spike|discard|destroy|disregard|retract|scrap"
    r"|ziehen(?: wir)?(?=[^;]{0,240}\bzuruck\b)|(?:loschen|vernichten|streichen) sie"
    r"|annuler|annulez|annulons|detruire|detruisez|supprimer|supprimez|retirer|retirons|retirez|ne pas tenir compte"
    r"|anular|anulen|anule|anulamos|eliminar|eliminen|elimine|suprimir|retirar|retiren|retiramos|desestimar|desestimen"
    r"|destruir)\b|\b(?P<story_or_is>quedan? (?:(?:anulad|retirad|eliminad)[oa]s?|sin efecto))\b"
    rf"|\b(?P<story_is>{_BE} (?:withdrawn|retracted|killed|eliminated|cancell?ed|busted|disregarded|deleted|discarded)"
    r"|(?:wird|werden|ist|sind)\b[^;]{0,60}?\b(?:zuruckgezogen|storniert|annulliert)"
    r"|loschen|vernichten|zuruckziehen|zuruckzuziehen"
    r"|(?:est|sont|a ete|ont ete|doit etre|doivent etre) (?:annule|retire|detruit)e?s?"
    r"|(?:ha sido|han sido|deben? ser) (?:anulad|retirad|eliminad)[oa]s?)\b"
)
_WITHHOLD_ORDERS = re.compile(
    r"\b(?P<story>(?:we|agency|service) (?:are |is |have |has )?(?:withhold(?:s|ing)|withheld|hold(?:s|ing))"
    rf"|withhold|hold|do not {_USE}(?=[^;]{{0,240}}\b(?:until|pending)\b)"
    r"|halten (?:sie|wir)(?=[^;]{0,240}\bzuruck\b)"
    r"|retenir|retenez|suspendre|suspendez|suspendons|retener|retengan|retenemos|suspender|suspendan"
    r")\b|\b(?P<story_or_is>sperren(?: sie| wir)?|quedan? (?:retenid|suspendid)[oa]s?)\b"
    rf"|\b(?P<story_is>{_BE} (?:withheld|held|on hold)|(?:ist|sind|wird|werden)\b[^;]{{0,60}}?\bgesperrt"
    r"|zuruckhalten|zuruckzuhalten|(?:vorerst|vorlaufig|bis auf weiteres)\b[^;]{0,60}?\bnicht"
    r"|(?:est|sont|doit etre|doivent etre) (?:suspendu|retenu)e?s?)\b"
)
_UNUSED_ORDERS = re.compile(
    rf"\b(?P<story>(?:do not|don[’']t) {_USE}|stop using|ne pas (?:utiliser|diffuser|publier|reprendre)"
    r"|(?:verwenden|veroffentlichen) sie(?=[^;]{0,240}\bnicht\b)"
    r"|no (?:utilizar|utilicen|usar|usen|publicar|publiquen|difundir|difundan))\b"
    r"|\b(?P<story_is>(?:must|should|may) (?:no longer|not) be (?:used|published)\b"
    r"|nicht (?:mehr |weiter |weiter zu |mehr zu |zu )?(?:verwende|veroffentlich|verwert|nutze|benutze))"
)
_ORDERS: tuple[tuple[AdvisoryKind, re.Pattern[str]], ...] = (
    ("release", _RELEASE_ORDERS),
    ("kill", _KILL_ORDERS),
    ("withhold", _WITHHOLD_ORDERS),
    ("kill", _UNUSED_ORDERS),
)
"""Verbs, by what they are about: the story behind them, or the one that they end ('is withdrawn'); a restriction alike.
In this order: 'may now be used' also says 'used', and what must not be used for now is withheld, not killed."""
_MOST_VERBS = 8
_OF = re.compile(r" (?:of|in|from|de|del|du|der|des|von)\b")
_NEAR = 20
_OBJECT, _SUBJECT = 100, 400
"""Characters behind a verb and before it within which its story is named."""
_HINT = re.compile(
    r"kill|bust|elimin|with(?:held|hold|draw)|\bh(?:old|eld)\b|retract|rescind|reinstat|disregard|delete|spike|destroy"
    r"|discard|scrap|not (?:be )?(?:use|publish|run|distrib|broadcast|air|transmit)|stop using|releas|lift|cancel"
    r"|clear"
    r"|\bmay\b|\bcan\b|zur(?:ü|u|ue)ck|sperr|\bnicht\b|vernicht|l(?:ö|o)sch|annul|anul|d[ée]trui|ne pas|\bno \w+[ae]r\b"
    r"|\bno \w+en\b|retir|supprim|suprim|desestim|suspen|reten|verwend|freig|lev|r[ée]tab|restab|utilis|utiliz"
    r"|usarse",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\W{0,6}(?:(?:urgent|important|wichtig|nota|aviso|avis|note|notice|attention|achtung|atencion|an|a|aux?|to|for|all"
    r"|alle|todos|los|las|les|die|liebe|dear|chers?)\W{1,3}){0,5}"
    r"(?:eds|editors?|redaktion(?:en)?|redaktionshinweis|redactions?|redactores|redacciones|editores|desks?|subscribers"
    r"|clients?|customers|kunden|kollegen|abonnes|abonados|clientes|suscriptores)\b\s*(?:[:,.!–—-]|$|(?=please|pls\b|bitte))"
    r"|\W{0,6}(?:advisory|editor[’']?s[’']? note|hinweis|achtung|attention|atencion|avis|aviso)\s*[:.–—-]"
)
_ASKED = re.compile(
    r"(?<!\bto )\b(?:please|pls|bitten?|priere|prions|merci de|veuillez|rogamos|se ruega|favor|hereby|hiermit)\b"
)
_CORRECTED = r"(?:correct|new\b|neu|berichtigt|nouvelle|version corr|nueva|fresh)"
_MOVED = r"(?:slugged|headlined|titled|numbered|sent|moved|transmitted|filed)"
_OTHERWISE = re.compile(
    r"(?<![-/\w])(?:because|since|whose|citing|quoting|instead|due to|after|see|weil|denn|nachdem|stattdessen|ersetzt"
    r"|anstelle|wegen|parce|en raison|suite a|a la place|porque|ya que|debido|en lugar|taken from"
    r"|as (?:it|the|they|he|she|we|this))(?![-/\w])|, (?:da|car)\b"
    r"|(?<![-/\w])(?:replac|remplac|reemplaz|sustitu|substitut|supersed)"
    rf"|\bwhich (?!(?:was |were |is |has been |had been )?{_MOVED})|\bconfus\w+ with\b"
    r"|(?:[;,]|\b(?:and|but|und|aber|et|mais|y|pero)\b)\s*(?:please |bitte )?"
    rf"(?:(?:use|verwenden|utilise[rz]|utili[zc]en?|usen?)\b|(?:an? |the |eine |une |una |la )?{_CORRECTED})"
)
"""Where what is ordered ends: reasons, and the stories that replace the one that is killed."""
_VALID = re.compile(
    r"\b(?:is|are|remains?|ist|bleibt|bleiben|est|sont|es|son) (?:correct|right|valid|unaffected|not affected|richtig"
    r"|gultig|exacte?s?|valables?|valid[oa]s?|correct[oa]s?)\b"
)


_AROUND = " *+=#!.,:'\"()-–—\a"
"""What stands around labels: bells and what stood for them, rules, brackets."""


def folded(text: str) -> str:
    """`text` in lower case and without accents, character for character."""
    return text.translate(_FOLDED).lower()


def label_kind(label: str) -> AdvisoryKind | None:
    """What a message that calls itself so does: 'mandatory kill', 'HOLD RELEASED'; None for other words."""
    words = " ".join(folded(label[:100]).split()).strip(_AROUND)
    return next((kind for kind, pattern in _LABELS if pattern.fullmatch(words)), None)


def label_before(line: str) -> tuple[str, int] | None:
    """The label that a headline or a line begins with, and where it ends with its dash or colon: 'KILL: ', 'Mandatory
    Kill -'. Before other words only what is certain."""
    found = _PREFIX.match(folded(line[:120]))
    if not found:
        return None
    label = line[found.start("label") : found.end("label")]
    alone = found.end() == len(line)
    said = " ".join(found["label"].split())
    if not (label.isupper() or (_SURE.match(said) and label[:1].isupper())) or (said in _AMBIGUOUS and not alone):
        return None
    return label, found.end()


def without_label(line: str) -> str:
    """`line` without the label that it begins with, whatever its case."""
    found = _PREFIX.match(folded(line[:120]))
    return line[found.end() :] if found else line


def may_order(text: str) -> bool:
    """Whether `text`, as it is written, has a word in it without which nothing is ordered."""
    return _HINT.search(text) is not None


def order(sentence: str) -> tuple[AdvisoryKind, int, int] | None:
    """What a folded sentence orders to do with a story, and between which positions it says with which; None where it
    orders nothing. Reasons and replacements, which name other stories, are beyond the second."""
    for kind, pattern in _ORDERS:
        for verb in islice(pattern.finditer(sentence), _MOST_VERBS):
            start = _start(sentence, verb)
            if start is not None:
                otherwise = _OTHERWISE.search(sentence, start)
                return kind, start, otherwise.start() if otherwise else len(sentence)
    return None


def _start(sentence: str, verb: re.Match[str]) -> int | None:
    """Where the words begin that name the story that a verb is about: not a part of one, nor its picture."""
    where = verb.lastgroup or ""
    about = _RESTRICTION if where.startswith("restriction") else _STORY_NAMED
    behind = "" if where.endswith("_is") and where != "story_or_is" else sentence[verb.end() : verb.end() + _OBJECT]
    found = about.search(behind.partition(";")[0])
    if found and not _PART_NAMED.search(behind, 0, found.start()):
        return verb.start()
    return _before(sentence, verb.start(), about) if where.endswith("_is") else None


def _before(sentence: str, verb: int, about: re.Pattern[str]) -> int | None:
    start = max(sentence.rfind(";", 0, verb) + 1, verb - _SUBJECT)
    for part in _PART_NAMED.finditer(sentence, start, verb):
        if verb - part.end() <= _NEAR or _OF.match(sentence, part.end()):
            return None
    found = about.search(sentence, start, verb)
    return found.start() if found else None


def without_reasons(sentence: str) -> str:
    """`sentence` up to where it says why, or names what replaces the story; nothing where it says that one holds."""
    if _VALID.search(sentence):
        return ""
    otherwise = _OTHERWISE.search(sentence)
    return sentence[: otherwise.start()] if otherwise else sentence


def is_addressed(line: str) -> bool:
    """Whether a folded line speaks to editors."""
    return _ADDRESS.match(line) is not None


def asks(sentence: str) -> bool:
    """Whether a folded sentence asks for something."""
    return _ASKED.search(sentence) is not None
