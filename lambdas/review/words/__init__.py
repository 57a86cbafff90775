"""The words of the pages behind links, in the languages of alerts. To add one: write its module, and list it here."""

from lambdas.alerting.texts.languages import PHRASES
from lambdas.review.words.french import FRENCH
from lambdas.review.words.spanish import SPANISH
from lambdas.review.words.words import Words

_TRANSLATIONS = {"en": {}, "es": SPANISH, "fr": FRENCH}
WORDS = {
    language: Words(language=language, phrases=phrases, translations=_TRANSLATIONS[language])
    for language, phrases in PHRASES.items()
}
