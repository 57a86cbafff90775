"""The texts of alerts: SMS, e-mail, subject and JSON document, in each language."""
