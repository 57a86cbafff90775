"""The words of every text that people get, one module a language. To add one: a module like these, a line here."""

from lambdas.alerting.texts.languages.english import ENGLISH
from lambdas.alerting.texts.languages.french import FRENCH
from lambdas.alerting.texts.languages.phrases import Phrases
from lambdas.alerting.texts.languages.spanish import SPANISH

PHRASES: dict[str, Phrases] = {"en": ENGLISH, "es": SPANISH, "fr": FRENCH}
