"""The words of the pages in French. A test checks that each text of the pages is here."""

FRENCH = {
    "A likeness is a lead, never an identification. A person must check it before anybody acts on it.": (
        "Une ressemblance est une piste, jamais une identification. Une personne doit la vérifier avant toute action."
    ),
    "A reviewer could not decide.": "Un vérificateur n'a pas pu trancher.",
    "Acknowledge: I am on it": "Accuser réception : je m'en occupe",
    "Acknowledged by {name}, {minute}.": "Pris en charge par {name}, {minute}.",
    "Age": "Âge",
    "Agency": "Agence",
    "Agency's number": "Numéro de l'agence",
    "Ask a reviewer of your agency: the encounter may still be on record.": (
        "Demandez à un vérificateur de votre agence : la correspondance est peut-être encore enregistrée."
    ),
    "Call {who}": "Appeler {who}",
    "Camera": "Caméra",
    "Case": "Dossier",
    "Choose a picture.": "Choisissez une image.",
    "Circumstances": "Circonstances",
    "Clothing": "Vêtements",
    "Confirmed by a reviewer.": "Confirmé par un vérificateur.",
    "Copy the whole link from the alert, and try again in {minutes} minutes.": (
        "Copiez le lien entier de l'alerte, et réessayez dans {minutes} minutes."
    ),
    "Dismissed by a reviewer: not the missing person. Stand down.": (
        "Écarté par un vérificateur : ce n'est pas la personne disparue. N'agissez plus."
    ),
    "Evidence": "Indices",
    "Eyes": "Yeux",
    "Hair": "Cheveux",
    "Height": "Taille",
    "Images": "Images",
    "It is incomplete or has expired. Ask whoever gave it to you.": (
        "Il est incomplet ou a expiré. Demandez à la personne qui vous l'a donné."
    ),
    "Last seen": "Vue pour la dernière fois",
    "Map of where the person was last seen": "Carte du lieu où la personne a été vue pour la dernière fois",
    "Marks": "Signes particuliers",
    "Name": "Nom",
    "Nobody decided in time; the pictures are deleted.": "Personne n'a tranché à temps ; les images sont supprimées.",
    "Nobody has acknowledged this yet.": "Personne n'a encore accusé réception.",
    "Not found": "Introuvable",
    "Only JPEG and PNG pictures can be searched.": "Seules les images JPEG et PNG peuvent être recherchées.",
    "Other case": "Autre dossier",
    "Other cases of these images": "Autres dossiers de ces images",
    "Picture sent": "Image envoyée",
    "Picture's SHA-256": "SHA-256 de l'image",
    "Picture, JPEG or PNG": "Image, JPEG ou PNG",
    "Received": "Reçue",
    "Received from {site}, {minute}": "Reçue de {site}, {minute}",
    "Seen": "Vue",
    "Seen at {site}, {minute}": "Vue à {site}, {minute}",
    "Send": "Envoyer",
    "Send a picture": "Envoyer une image",
    "Send another picture": "Envoyer une autre image",
    "Sex": "Sexe",
    "Sign in to decide": "Se connecter pour trancher",
    "Similarity": "Similarité",
    "Strength": "Force",
    "The case is closed. Stand down.": "Le dossier est clos. N'agissez plus.",
    "The missing person": "La personne disparue",
    "The picture has arrived and is being searched.": "L'image est arrivée ; la recherche est en cours.",
    "The picture is too large: 15 MB is the maximum.": "L'image est trop grande : 15 Mo au maximum.",
    "There is nothing here. Copy the whole link from the alert.": (
        "Il n'y a rien ici. Copiez le lien entier de l'alerte."
    ),
    "This form may be used until {until}. Send one picture at a time.": (
        "Ce formulaire est utilisable jusqu'à : {until}. Envoyez une image à la fois."
    ),
    "This link does not work": "Ce lien ne fonctionne pas",
    "This link has expired": "Ce lien a expiré",
    "This time is in the future.": "Cette heure est dans le futur.",
    "Too many tries": "Trop d'essais",
    "Weight": "Poids",
    "When was it taken, in your local time? Leave it empty if nobody knows.": (
        "Quand a-t-elle été prise, à votre heure locale ? Laissez vide si personne ne le sait."
    ),
    "Where was it taken?": "Où a-t-elle été prise ?",
    "Why": "Pourquoi",
    "Without scripts the picture is sent without place and time.": (
        "Sans scripts, l'image est envoyée sans lieu ni heure."
    ),
    "Write your name or badge number.": "Écrivez votre nom ou votre matricule.",
    "Your name or badge number": "Votre nom ou votre matricule",
    "age-progressed picture": "portrait vieilli",
    "drawn picture": "dessin",
    "not known": "inconnu",
    "photo": "photo",
    "{agency} searches the picture for missing persons. If nobody is found, it is deleted at once.": (
        "{agency} recherche des personnes disparues sur l'image. Si personne n'est trouvé, elle est aussitôt supprimée."
    ),
    "{name}: {photo} of {year}": "{name} : {photo} de {year}",
    "{shots} ({above} above the alert threshold), mean {mean}": (
        "{shots} ({above} au-dessus du seuil d'alerte), moyenne {mean}"
    ),
    "{similarity} of 100": "{similarity} sur 100",
}
