"""The phrases of every text, one module a language. To add a language: write its module and list it here."""

from lambdas.alerting.texts.languages.english import ENGLISH
from lambdas.alerting.texts.languages.french import FRENCH
from lambdas.alerting.texts.languages.phrases import Phrases
from lambdas.alerting.texts.languages.spanish import SPANISH

PHRASES: dict[str, Phrases] = {"en": ENGLISH, "es": SPANISH, "fr": FRENCH}
