"""The texts of an alert: SMS, e-mail, and the languages they are written in."""
