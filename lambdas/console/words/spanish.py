"""The words of the pages in Spanish. A test checks that each text of the templates is here."""

SPANISH = {
    "Audit": "Auditoría",
    "Cameras": "Cámaras",
    "Cases": "Casos",
    "Gallery": "Galería",
    "Nothing awaits a decision.": "Nada espera una decisión.",
    "Queue": "Cola",
    "Search by photo": "Buscar por foto",
    "Sign in": "Iniciar sesión",
    "Sign in again": "Iniciar sesión de nuevo",
    "Sign out": "Cerrar sesión",
    "Skip to the content": "Ir al contenido",
    "Thresholds": "Umbrales",
}
