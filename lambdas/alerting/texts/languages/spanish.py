"""Spanish phrases. `to_gsm7` drops the accents that GSM-7 lacks."""

from lambdas.alerting.texts.languages.phrases import Labels, Phrases
from lambdas.cases.case import PhotoKind
from lambdas.common.trusted_time import EARLIEST, TimeDoubt
from lambdas.encounters.evidence import Strength
from lambdas.encounters.notice import NoticeKind

SPANISH = Phrases(
    headlines={
        NoticeKind.FIRST: "Posible coincidencia, sin verificar",
        NoticeKind.BETTER_SHOT: "Mejor imagen de una posible coincidencia, sin verificar",
        NoticeKind.DIGEST: (
            "Posible coincidencia, sin verificar: {count} avistamientos más hasta {until}, el mejor {best:.1f}"
        ),
        NoticeKind.ESCALATION: "Nadie ha confirmado recepción en {minutes} min: posible coincidencia, sin verificar",
        NoticeKind.RECALL: "Caso cerrado, no actuar",
        NoticeKind.BUDGET: (
            "Homeward: se agotaron los {limit} mensajes de texto del {day}. "
            "Hasta medianoche los avisos van solo por correo, webhook y chat"
        ),
        NoticeKind.FLOOD: (
            "Homeward: la cámara {camera} en {site} envía más de lo permitido. "
            "Sus demás avisos de hoy pueden quedar solo en revisión. Revise la cámara"
        ),
        NoticeKind.ANSWER: (
            "Homeward: no se ha confirmado nada. Responda ACK y el código de una alerta abierta, por ejemplo ACK 3F9A2C"
        ),
    },
    must_be_checked="Una persona debe comprobarla antes de que nadie actúe.",
    stand_down="El caso está cerrado: ya nadie tiene que actuar por el aviso anterior.",
    minor="MENOR",
    sexes={"male": "hombre", "female": "mujer"},
    name_not_known="Nombre desconocido",
    age="{age} años",
    last_seen="Vista por última vez {what}",
    now_at="Ahora en {site} {time}",
    seen_at="Vista el {time} en {site}",
    received_from="Recibida el {time} de {site}",
    time_doubts={
        TimeDoubt.UNDATED: "el remitente no dio hora",
        TimeDoubt.UNREADABLE: "la hora del remitente no es legible",
        TimeDoubt.UNSYNCED: "la cámara no estaba en hora",
        TimeDoubt.TOO_EARLY: f"la hora del remitente es anterior a {EARLIEST.year}",
        TimeDoubt.FUTURE: "la hora del remitente está en el futuro",
    },
    similarity="Similitud {similarity:.1f} ({strength}, {shots})",
    strengths={Strength.STRONG: "fuerte", Strength.FAIR: "media", Strength.WEAK: "débil"},
    one_shot="1 imagen",
    shots="{count} imágenes",
    points_behind="{points:.1f} puntos por detrás",
    matched_on="Coincide con {photo}",
    photos={
        PhotoKind.PORTRAIT: "una foto",
        PhotoKind.AGE_PROGRESSION: "una imagen envejecida",
        PhotoKind.ARTIST: "un dibujo",
    },
    of_year="{photo} de {year}",
    call="Llame a {agency} {phone}",
    agency="la agencia",
    reply="Responda ACK {code}",
    labels=Labels(
        name="Nombre",
        case="Caso",
        minor="Menor",
        sex="Sexo",
        age="Edad al desaparecer",
        last_seen="Vista por última vez",
        agency="Agencia",
        phone="Teléfono de la agencia",
        case_number="Número de caso de la agencia",
        camera="Cámara",
        seen_at="Vista a las",
        received_at="Recibida a las",
        similarity="Similitud",
        mean="Media de todas las imágenes",
        runner_up="Caso siguiente",
        photo="Coincide con",
        picture="Imagen del avistamiento (el enlace caduca)",
        case_photo="Foto del caso (el enlace caduca)",
        review="Revisar",
    ),
)
