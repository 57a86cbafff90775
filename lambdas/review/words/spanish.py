"""The words of the pages in Spanish. A test checks that each text of the pages is here."""

SPANISH = {
    "A likeness is a lead, never an identification. A person must check it before anybody acts on it.": (
        "Un parecido es un indicio, nunca una identificación. Una persona debe comprobarlo antes de que nadie actúe."
    ),
    "A reviewer could not decide.": "Un revisor no pudo decidir.",
    "Acknowledge: I am on it": "Confirmar recepción: me encargo",
    "Acknowledged by {name}, {minute}.": "Recibido por {name}, {minute}.",
    "Age": "Edad",
    "Agency": "Agencia",
    "Agency's number": "Número de la agencia",
    "Ask a reviewer of your agency: the encounter may still be on record.": (
        "Pregunte a un revisor de su agencia: el encuentro puede seguir registrado."
    ),
    "Call {who}": "Llamar a {who}",
    "Camera": "Cámara",
    "Case": "Caso",
    "Choose a picture.": "Elija una imagen.",
    "Circumstances": "Circunstancias",
    "Clothing": "Ropa",
    "Confirmed by a reviewer.": "Confirmado por un revisor.",
    "Copy the whole link from the alert, and try again in {minutes} minutes.": (
        "Copie el enlace completo del aviso e inténtelo de nuevo en {minutes} minutos."
    ),
    "Dismissed by a reviewer: not the missing person. Stand down.": (
        "Descartado por un revisor: no es la persona desaparecida. No actúe."
    ),
    "Evidence": "Indicios",
    "Eyes": "Ojos",
    "Hair": "Pelo",
    "Height": "Estatura",
    "Images": "Imágenes",
    "It is incomplete or has expired. Ask whoever gave it to you.": (
        "Está incompleto o ha caducado. Pregunte a quien se lo dio."
    ),
    "Last seen": "Vista por última vez",
    "Map of where the person was last seen": "Mapa de dónde se vio a la persona por última vez",
    "Marks": "Señas",
    "Name": "Nombre",
    "Nobody decided in time; the pictures are deleted.": "Nadie decidió a tiempo; se borraron las imágenes.",
    "Nobody has acknowledged this yet.": "Nadie ha confirmado recepción todavía.",
    "Not found": "No encontrado",
    "Only JPEG and PNG pictures can be searched.": "Solo se pueden buscar imágenes JPEG y PNG.",
    "Other case": "Otro caso",
    "Other cases of these images": "Otros casos de estas imágenes",
    "Picture sent": "Imagen enviada",
    "Picture's SHA-256": "SHA-256 de la imagen",
    "Picture, JPEG or PNG": "Imagen, JPEG o PNG",
    "Received": "Recibida",
    "Received from {site}, {minute}": "Recibida de {site}, {minute}",
    "Seen": "Vista",
    "Seen at {site}, {minute}": "Vista en {site}, {minute}",
    "Send": "Enviar",
    "Send a picture": "Enviar una imagen",
    "Send another picture": "Enviar otra imagen",
    "Sex": "Sexo",
    "Sign in to decide": "Iniciar sesión para decidir",
    "Similarity": "Similitud",
    "Strength": "Fuerza",
    "The case is closed. Stand down.": "El caso está cerrado. No actúe.",
    "The missing person": "La persona desaparecida",
    "The picture has arrived and is being searched.": "La imagen ha llegado y se está buscando.",
    "The picture is too large: 15 MB is the maximum.": "La imagen es demasiado grande: el máximo es 15 MB.",
    "There is nothing here. Copy the whole link from the alert.": (
        "Aquí no hay nada. Copie el enlace completo del aviso."
    ),
    "This form may be used until {until}. Send one picture at a time.": (
        "Este formulario sirve hasta: {until}. Envíe las imágenes de una en una."
    ),
    "This link does not work": "Este enlace no funciona",
    "This link has expired": "Este enlace ha caducado",
    "This time is in the future.": "Esta hora está en el futuro.",
    "Too many tries": "Demasiados intentos",
    "Weight": "Peso",
    "When was it taken, in your local time? Leave it empty if nobody knows.": (
        "¿Cuándo se tomó, en su hora local? Déjelo vacío si nadie lo sabe."
    ),
    "Where was it taken?": "¿Dónde se tomó?",
    "Why": "Por qué",
    "Without scripts the picture is sent without place and time.": "Sin scripts, la imagen se envía sin lugar ni hora.",
    "Write your name or badge number.": "Escriba su nombre o número de placa.",
    "Your name or badge number": "Su nombre o número de placa",
    "age-progressed picture": "imagen envejecida",
    "drawn picture": "dibujo",
    "not known": "desconocido",
    "photo": "foto",
    "{agency} searches the picture for missing persons. If nobody is found, it is deleted at once.": (
        "{agency} busca personas desaparecidas en la imagen. Si no se encuentra a nadie, se borra enseguida."
    ),
    "{name}: {photo} of {year}": "{name}: {photo} de {year}",
    "{shots} ({above} above the alert threshold), mean {mean}": (
        "{shots} ({above} sobre el umbral de aviso), media {mean}"
    ),
    "{similarity} of 100": "{similarity} de 100",
}
