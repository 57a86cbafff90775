from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agencies.files import AgencyFileError, load_agency

if TYPE_CHECKING:
    from pathlib import Path

    from agencies.settings import Settings

ARN = "arn:aws:acm:us-east-1:111111111111:certificate/1b2c"
SAML = 'saml_metadata = "https://login.agency.example/metadata.xml"'
OIDC = 'oidc_issuer = "https://login.agency.example"\noidc_client_id = "homeward"\noidc_secret = "sign-in"'


def load(folder: Path, console: str, console_url: str = "") -> Settings:
    file = folder / "agency.toml"
    alerting = f'console_url = "{console_url}"' if console_url else ""
    file.write_text(
        f"""
name = "agency"
display_name = "Agency"
contact = "homeward@agency.example"
[environments.dev]
account = "111111111111"
region = "us-east-1"
[alerting]
{alerting}
{console}
"""
    )
    [settings] = load_agency(file)
    return settings


def test_console_needs_no_setting(tmp_path: Path) -> None:
    settings = load(tmp_path, "")
    assert (settings.console.enabled, settings.alerting.console_url) == (True, None)


def test_console_can_be_left_out(tmp_path: Path) -> None:
    assert load(tmp_path, "[console]\nenabled = false").console.enabled is False


def test_own_domain_needs_its_certificate(tmp_path: Path) -> None:
    settings = load(tmp_path, f'[console]\ncertificate = "{ARN}"', "https://homeward.agency.example/")
    assert settings.console.certificate == ARN


@pytest.mark.parametrize(
    ("certificate", "console_url", "message"),
    [
        ("arn:aws:s3:::bucket", "https://homeward.agency.example", "must be the ARN of a certificate"),
        (ARN.replace("us-east-1", "us-west-2"), "https://homeward.agency.example", "it must be in us-east-1"),
        (ARN, "", "certificate needs alerting.console_url"),
        (ARN, "https://homeward.agency.example/console", "certificate needs alerting.console_url"),
        (ARN, "https://homeward.agency.example:8443", "certificate needs alerting.console_url"),
    ],
)
def test_certificate_without_its_domain_is_refused(
    tmp_path: Path, certificate: str, console_url: str, message: str
) -> None:
    with pytest.raises(AgencyFileError, match=message):
        load(tmp_path, f'[console]\ncertificate = "{certificate}"', console_url)


@pytest.mark.parametrize("provider", [SAML, OIDC])
def test_people_may_sign_in_with_the_agencys_accounts(tmp_path: Path, provider: str) -> None:
    federation = load(tmp_path, f'[console.federation]\nname = "agency"\n{provider}').console.federation
    assert federation
    assert federation.name == "agency"


@pytest.mark.parametrize("provider", ["", f"{SAML}\n{OIDC}", 'oidc_issuer = "https://login.agency.example"'])
def test_federation_is_either_saml_or_oidc(tmp_path: Path, provider: str) -> None:
    with pytest.raises(AgencyFileError, match="needs either saml_metadata, or all of oidc_issuer"):
        load(tmp_path, f'[console.federation]\nname = "agency"\n{provider}')
