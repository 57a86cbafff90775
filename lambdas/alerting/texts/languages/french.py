"""French phrases. `to_gsm7` drops the accents that GSM-7 lacks."""

from lambdas.alerting.texts.languages.phrases import Labels, Phrases
from lambdas.cases.case import PhotoKind
from lambdas.cases.readable import Notation
from lambdas.common.trusted_time import EARLIEST, TimeDoubt
from lambdas.encounters.decision import Grounds
from lambdas.encounters.evidence import Ground, Strength
from lambdas.encounters.notice import NoticeKind
from lambdas.encounters.reason_phrases import ReasonPhrases
from lambdas.encounters.reasons import Against

FRENCH = Phrases(
    notation=Notation(
        months="janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
        day="{day} {month} {year}",
        month="{month} {year}",
        height="{feet} pieds {inches} pouces",
        weight="{pounds} livres",
        span=" à ",
    ),
    headlines={
        NoticeKind.FIRST: "Correspondance possible, non vérifiée",
        NoticeKind.BETTER_SHOT: "Meilleure image d'une correspondance possible, non vérifiée",
        NoticeKind.DIGEST: ("Correspondance possible, non vérifiée : {more} jusqu'à {until}, le meilleur {best:.1f}"),
        NoticeKind.ESCALATION: (
            "Personne n'a accusé réception en {minutes} min : correspondance possible, non vérifiée"
        ),
        NoticeKind.RECALL: "Dossier clos, ne plus intervenir",
        NoticeKind.STAND_DOWN: "Pas la personne disparue, ne plus intervenir",
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
    one_more="1 autre signalement",
    more="{count} autres signalements",
    must_be_checked="Une personne doit la vérifier avant toute intervention.",
    endings={
        NoticeKind.RECALL: "Le dossier est clos : plus personne ne doit intervenir suite à l'alerte précédente.",
        NoticeKind.STAND_DOWN: (
            "La correspondance est écartée : plus personne ne doit intervenir suite à l'alerte précédente."
        ),
    },
    minor="MINEUR",
    sexes={"male": "homme", "female": "femme"},
    name_not_known="Nom inconnu",
    age="âge {age}",
    age_then="{age} à la disparition",
    age_then_in="{age} à la disparition en {year}",
    age_now="env. {age} à présent",
    last_seen="Vue en dernier {what}",
    seen_at="Vue à {site}, {time}",
    received_from="Reçue de {site}, {time}",
    time_doubts={
        TimeDoubt.UNDATED: "l'expéditeur n'a pas donné l'heure",
        TimeDoubt.UNREADABLE: "l'heure de l'expéditeur est illisible",
        TimeDoubt.UNSYNCED: "la caméra n'était pas à l'heure",
        TimeDoubt.TOO_EARLY: f"l'heure de l'expéditeur est antérieure à {EARLIEST.year}",
        TimeDoubt.FUTURE: "l'heure de l'expéditeur est dans le futur",
    },
    similarity="Similarité {similarity:.1f}, {strength} ({images} : {ground})",
    strengths={Strength.STRONG: "forte", Strength.FAIR: "moyenne", Strength.WEAK: "faible"},
    grounds={
        Ground.IMAGES_AGREE: "concordantes, aucun autre proche",
        Ground.PHOTOS_AGREE: "deux photos du dossier concordent",
        Ground.ONE_IMAGE: "aucune seconde ne concorde encore",
        Ground.OTHER_NEAR: "un autre dossier est proche",
        Ground.OTHER_ALIKE: "un autre dossier ressemble presque autant",
    },
    reasons=ReasonPhrases(
        why={
            Grounds.ALONE: "Une seule image ressemble assez",
            Grounds.TWO_PHOTOS: "Une image concorde avec deux photos du dossier",
            Grounds.TWO_SIGHTINGS: "Deux images{apart} concordent",
            None: "À vérifier seulement : aucune image ne suffit seule, et il n'y en a pas deux qui concordent",
        },
        one_second_apart=" à une seconde d'intervalle",
        seconds_apart=" à {count} secondes d'intervalle",
        minutes_apart=" à {count} minutes d'intervalle",
        nearness={
            Ground.OTHER_NEAR: "un autre dossier est proche ({case})",
            Ground.OTHER_ALIKE: "un autre dossier ressemble presque autant ({case})",
        },
        no_other_near="aucun autre dossier n'est proche",
        against="Contre : {what}",
        weaknesses={
            Against.LOOK_ALIKES: "ce dossier ressemble à beaucoup de personnes",
            Against.OLD_PHOTO: "la photo est ancienne",
            Against.CHILD: "les enfants se ressemblent davantage",
            Against.NOT_A_PHOTO: "l'image du dossier n'est pas une photo",
        },
    ),
    one_image="1 image",
    images="{count} images",
    runner_up="{case} vient ensuite, {points:.1f} points de moins",
    runner_up_alike="{case} ressemble presque autant, {points:.1f} points de moins",
    runner_up_ahead="{case} ressemble encore plus, {points:.1f} points de plus",
    matched_on="D'après {photo}",
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
        age="Âge",
        last_seen="Vue pour la dernière fois",
        height="Taille",
        weight="Poids",
        hair="Cheveux",
        marks="Signes particuliers",
        clothing="Vêtements",
        agency="Agence",
        phone="Téléphone de l'agence",
        case_number="Numéro de dossier de l'agence",
        camera="Caméra",
        seen_at="Vue",
        received_at="Reçue",
        similarity="Similarité",
        mean="Moyenne de toutes les images",
        runner_up="Autre dossier",
        photo="Correspond à",
        why="Pourquoi",
        picture="Image du signalement (le lien expire)",
        case_photo="Photo du dossier (le lien expire)",
        review="Examiner",
    ),
)
