"""French phrases. `to_gsm7` drops the accents that GSM-7 lacks."""

from lambdas.alerting.texts.languages.phrases import Labels, Phrases
from lambdas.cases.case import PhotoKind
from lambdas.common.trusted_time import EARLIEST, TimeDoubt
from lambdas.encounters.evidence import Strength
from lambdas.encounters.notice import NoticeKind

FRENCH = Phrases(
    headlines={
        NoticeKind.FIRST: "Correspondance possible, non vérifiée",
        NoticeKind.BETTER_SHOT: "Meilleure image d'une correspondance possible, non vérifiée",
        NoticeKind.DIGEST: (
            "Correspondance possible, non vérifiée : {count} autres signalements jusqu'à {until}, "
            "le meilleur {best:.1f}"
        ),
        NoticeKind.ESCALATION: (
            "Personne n'a accusé réception en {minutes} min : correspondance possible, non vérifiée"
        ),
        NoticeKind.RECALL: "Dossier clos, ne plus intervenir",
        NoticeKind.BUDGET: (
            "Homeward : les {limit} SMS du {day} sont épuisés. "
            "Jusqu'à minuit les alertes partent par courriel, webhook et chat seulement"
        ),
        NoticeKind.FLOOD: (
            "Homeward : la caméra {camera} à {site} envoie plus que permis. "
            "Ses autres alertes du jour peuvent rester en examen seulement. Vérifiez la caméra"
        ),
        NoticeKind.ANSWER: (
            "Homeward : rien n'a été confirmé. Répondez ACK et le code d'une alerte ouverte, par exemple ACK 3F9A2C"
        ),
    },
    must_be_checked="Une personne doit la vérifier avant toute intervention.",
    stand_down="Le dossier est clos : plus personne ne doit intervenir suite à l'alerte précédente.",
    minor="MINEUR",
    sexes={"male": "homme", "female": "femme"},
    name_not_known="Nom inconnu",
    age="{age} ans",
    last_seen="Vue pour la dernière fois {what}",
    now_at="Maintenant à {site} {time}",
    seen_at="Vue le {time} à {site}",
    received_from="Reçue le {time} de {site}",
    time_doubts={
        TimeDoubt.UNDATED: "l'expéditeur n'a pas donné l'heure",
        TimeDoubt.UNREADABLE: "l'heure de l'expéditeur est illisible",
        TimeDoubt.UNSYNCED: "la caméra n'était pas à l'heure",
        TimeDoubt.TOO_EARLY: f"l'heure de l'expéditeur est antérieure à {EARLIEST.year}",
        TimeDoubt.FUTURE: "l'heure de l'expéditeur est dans le futur",
    },
    similarity="Similarité {similarity:.1f} ({strength}, {shots})",
    strengths={Strength.STRONG: "forte", Strength.FAIR: "moyenne", Strength.WEAK: "faible"},
    one_shot="1 image",
    shots="{count} images",
    points_behind="{points:.1f} points derrière",
    matched_on="Correspond à {photo}",
    photos={
        PhotoKind.PORTRAIT: "une photo",
        PhotoKind.AGE_PROGRESSION: "un portrait vieilli",
        PhotoKind.ARTIST: "un dessin",
    },
    of_year="{photo} de {year}",
    call="Appelez {agency} {phone}",
    agency="l'agence",
    reply="Répondez ACK {code}",
    labels=Labels(
        name="Nom",
        case="Dossier",
        minor="Mineur",
        sex="Sexe",
        age="Âge à la disparition",
        last_seen="Vue pour la dernière fois",
        agency="Agence",
        phone="Téléphone de l'agence",
        case_number="Numéro de dossier de l'agence",
        camera="Caméra",
        seen_at="Vue à",
        received_at="Reçue à",
        similarity="Similarité",
        mean="Moyenne de toutes les images",
        runner_up="Dossier suivant",
        photo="Correspond à",
        picture="Image du signalement (le lien expire)",
        case_photo="Photo du dossier (le lien expire)",
        review="Examiner",
    ),
)
