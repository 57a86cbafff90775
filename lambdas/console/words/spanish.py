"""The words of the pages in Spanish. A test checks that each text of the templates is here."""

SPANISH = {
    "Audit": "Auditoría",
    "Cameras": "Cámaras",
    "Cases": "Casos",
    "Continue": "Continuar",
    "Gallery": "Galería",
    "Nothing awaits a decision.": "Nada espera una decisión.",
    "Queue": "Cola",
    "Search by photo": "Buscar por foto",
    "Sign in": "Iniciar sesión",
    "Sign out": "Cerrar sesión",
    "Signed out": "Sesión cerrada",
    "Skip to the content": "Ir al contenido",
    "Thresholds": "Umbrales",
    "You are signed out. On a shared computer, close the browser too.": (
        "Ha cerrado la sesión. En un equipo compartido, cierre también el navegador."
    ),
}
