"""The table [console] of an agency file: whether there is a console, its own domain, and who signs people in."""

from __future__ import annotations

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from agencies.fields import CertificateArn, HttpsUrl, Name
from agencies.table import Table


class Federation(Table):
    """The agency's own accounts, with SAML or OpenID Connect. They must ask for a second factor themselves.

    Attributes:
        name: What the sign-in calls it.
        saml_metadata: The address of its SAML metadata.
        oidc_issuer: Its OpenID Connect issuer.
        oidc_client_id: The client that it knows Homeward as.
        oidc_secret: The name of the secret in AWS Secrets Manager that has the client's secret.
    """

    name: Name
    saml_metadata: HttpsUrl | None = None
    oidc_issuer: HttpsUrl | None = None
    oidc_client_id: Annotated[str, Field(min_length=1)] | None = None
    oidc_secret: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _is_saml_or_oidc(self) -> Self:
        oidc = (self.oidc_issuer, self.oidc_client_id, self.oidc_secret)
        if self.saml_metadata and not any(oidc):
            return self
        if all(oidc) and not self.saml_metadata:
            return self
        raise ValueError("needs either saml_metadata, or all of oidc_issuer, oidc_client_id and oidc_secret")


class Console(Table):
    """The console, where reviewers sign in.

    Attributes:
        enabled: Deploy the console.
        certificate: The ARN of the certificate in AWS Certificate Manager for the host of alerting.console_url. Without
            it, the console has an address of AWS.
        federation: People may also sign in with the agency's own accounts.
    """

    enabled: bool = True
    certificate: CertificateArn | None = None
    federation: Federation | None = None


def is_plain_host(url: str | None) -> bool:
    """Tell whether a URL has a scheme and a host name only, so that a certificate can be for it."""
    parts = urlsplit(url or "")
    return bool(parts.hostname) and parts.netloc == parts.hostname and not (parts.path or parts.query or parts.fragment)
