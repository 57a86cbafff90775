"""Spanish phrases. `to_gsm7` drops the accents that GSM-7 lacks."""

from lambdas.alerting.texts.languages.phrases import Labels, Phrases
from lambdas.cases.case import PhotoKind
from lambdas.cases.readable import Notation
from lambdas.common.trusted_time import EARLIEST, TimeDoubt
from lambdas.encounters.decision import Grounds
from lambdas.encounters.evidence import Ground, Strength
from lambdas.encounters.notice import NoticeKind
from lambdas.encounters.reason_phrases import ReasonPhrases
from lambdas.encounters.reasons import Against

SPANISH = Phrases(
    notation=Notation(
        months="ene feb mar abr may jun jul ago sep oct nov dic",
        day="{day} {month} {year}",
        month="{month} {year}",
        height="{feet} pies {inches} pulgadas",
        weight="{pounds} libras",
        span=" a ",
    ),
    headlines={
        NoticeKind.FIRST: "Posible coincidencia, sin verificar",
        NoticeKind.BETTER_SHOT: "Mejor imagen de una posible coincidencia, sin verificar",
        NoticeKind.DIGEST: ("Posible coincidencia, sin verificar: {more} hasta {until}, el mejor {best:.1f}"),
        NoticeKind.ESCALATION: "Nadie ha confirmado recepción en {minutes} min: posible coincidencia, sin verificar",
        NoticeKind.RECALL: "Caso cerrado, no actuar",
        NoticeKind.STAND_DOWN: "No es la persona desaparecida, no actuar",
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
    one_more="1 avistamiento más",
    more="{count} avistamientos más",
    must_be_checked="Una persona debe comprobarla antes de que nadie actúe.",
    endings={
        NoticeKind.RECALL: "El caso está cerrado: ya nadie tiene que actuar por el aviso anterior.",
        NoticeKind.STAND_DOWN: "Se descartó la coincidencia: ya nadie tiene que actuar por el aviso anterior.",
    },
    minor="MENOR",
    sexes={"male": "hombre", "female": "mujer"},
    name_not_known="Nombre desconocido",
    age="edad {age}",
    age_then="{age} al desaparecer",
    age_then_in="{age} al desaparecer en {year}",
    age_now="hoy unos {age}",
    last_seen="Vista por última vez {what}",
    seen_at="Vista en {site}, {time}",
    received_from="Recibida de {site}, {time}",
    time_doubts={
        TimeDoubt.UNDATED: "el remitente no dio hora",
        TimeDoubt.UNREADABLE: "la hora del remitente no es legible",
        TimeDoubt.UNSYNCED: "la cámara no estaba en hora",
        TimeDoubt.TOO_EARLY: f"la hora del remitente es anterior a {EARLIEST.year}",
        TimeDoubt.FUTURE: "la hora del remitente está en el futuro",
    },
    similarity="Similitud {similarity:.1f}, {strength} ({images}: {ground})",
    strengths={Strength.STRONG: "fuerte", Strength.FAIR: "media", Strength.WEAK: "débil"},
    grounds={
        Ground.IMAGES_AGREE: "coinciden, sin otro caso cerca",
        Ground.PHOTOS_AGREE: "coinciden dos fotos del caso",
        Ground.ONE_IMAGE: "aún no coincide una segunda",
        Ground.OTHER_NEAR: "otro caso es cercano",
        Ground.OTHER_ALIKE: "otro caso se parece casi igual",
    },
    reasons=ReasonPhrases(
        why={
            Grounds.ALONE: "Una sola imagen se parece lo suficiente",
            Grounds.TWO_PHOTOS: "Una imagen coincide con dos fotos del caso",
            Grounds.TWO_SIGHTINGS: "Dos imágenes{apart} coinciden",
            None: "Solo para revisión: ninguna imagen basta por sí sola, y no hay dos que coincidan",
        },
        one_second_apart=" con un segundo de diferencia",
        seconds_apart=" con {count} segundos de diferencia",
        minutes_apart=" con {count} minutos de diferencia",
        nearness={
            Ground.OTHER_NEAR: "otro caso es cercano ({case})",
            Ground.OTHER_ALIKE: "otro caso se parece casi igual ({case})",
        },
        no_other_near="ningún otro caso es cercano",
        against="En contra: {what}",
        weaknesses={
            Against.LOOK_ALIKES: "este caso se parece a muchas personas",
            Against.OLD_PHOTO: "la foto es antigua",
            Against.CHILD: "los niños se parecen más entre sí",
            Against.NOT_A_PHOTO: "la imagen del caso no es una foto",
        },
    ),
    one_image="1 imagen",
    images="{count} imágenes",
    runner_up="{case} es el siguiente, {points:.1f} puntos menos",
    runner_up_alike="{case} se parece casi igual, {points:.1f} puntos menos",
    runner_up_ahead="{case} se parece aún más, {points:.1f} puntos más",
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
        age="Edad",
        last_seen="Vista por última vez",
        height="Estatura",
        weight="Peso",
        hair="Pelo",
        marks="Señas",
        clothing="Ropa",
        agency="Agencia",
        phone="Teléfono de la agencia",
        case_number="Número de caso de la agencia",
        camera="Cámara",
        seen_at="Vista",
        received_at="Recibida",
        similarity="Similitud",
        mean="Media de todas las imágenes",
        runner_up="Otro caso",
        photo="Coincide con",
        why="Por qué",
        picture="Imagen del avistamiento (el enlace caduca)",
        case_photo="Foto del caso (el enlace caduca)",
        review="Revisar",
    ),
)
