from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lambdas.common.console_paths import CALLBACK, SIGNED_OUT
from lambdas.console.person import Role
from stacks.constructs.people import GROUPS
from tests.infrastructure.checked import EVERY_SWITCH

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.infrastructure.templates import Deployment


def pool(deployment: Deployment) -> dict[str, Any]:
    return dict(deployment.one("AWS::Cognito::UserPool", "Console", "People")["Properties"])


def client(deployment: Deployment) -> dict[str, Any]:
    return dict(deployment.one("AWS::Cognito::UserPoolClient", "Console", "People/ConsoleClient")["Properties"])


def test_only_operators_add_people(either: Deployment) -> None:
    assert pool(either)["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


def test_sign_in_needs_a_long_password_and_a_one_time_code(either: Deployment) -> None:
    properties = pool(either)
    assert properties["Policies"]["PasswordPolicy"]["MinimumLength"] == 14
    assert (properties["MfaConfiguration"], properties["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])
    assert properties["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}


def test_groups_are_the_roles_of_the_console(either: Deployment) -> None:
    groups = either.of_type("AWS::Cognito::UserPoolGroup", "Console").values()
    assert {group["Properties"]["GroupName"] for group in groups} == set(Role) == set(GROUPS)


def test_people_are_kept_where_data_is_retained(dev: Deployment, prod: Deployment) -> None:
    for deployment, policy, protection in ((dev, "Delete", "INACTIVE"), (prod, "Retain", "ACTIVE")):
        resource = deployment.one("AWS::Cognito::UserPool", "Console", "People")
        assert (resource["DeletionPolicy"], pool(deployment)["DeletionProtection"]) == (policy, protection)


def test_client_uses_codes_only_and_reveals_no_people(either: Deployment) -> None:
    properties = client(either)
    assert properties["AllowedOAuthFlows"] == ["code"]
    assert properties["GenerateSecret"] is False
    assert properties["PreventUserExistenceErrors"] == "ENABLED"
    assert properties["EnableTokenRevocation"] is True
    assert not {"ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"} & set(properties["ExplicitAuthFlows"])


def test_sign_in_returns_to_the_console_only(either: Deployment) -> None:
    origin = either.templates["Console"]["Outputs"]["ConsoleUrl"]["Value"]
    assert client(either)["CallbackURLs"] == [{"Fn::Join": ["", [origin, CALLBACK]]}]
    assert client(either)["LogoutURLs"] == [{"Fn::Join": ["", [origin, SIGNED_OUT]]}]
    function = either.function("Console", "Console")["Environment"]["Variables"]
    assert function["CONSOLE_ORIGIN"] == origin


def test_login_domain_has_no_word_that_cognito_reserves(either: Deployment) -> None:
    domain = json.dumps(either.one("AWS::Cognito::UserPoolDomain", "Console", "People/Login")["Properties"]["Domain"])
    assert not any(word in domain for word in ("aws", "amazon", "cognito"))


def test_sessions_expire(either: Deployment) -> None:
    sessions = either.one("AWS::DynamoDB::Table", "Console", "Sessions")["Properties"]
    assert sessions["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_console_has_its_own_domain_with_a_certificate(checked: Callable[[str], dict[str, Any]]) -> None:
    own = checked(EVERY_SWITCH)
    [console] = [template for name, template in own.items() if "prod" in name and "Console" in name]
    kinds = {resource["Type"]: resource["Properties"] for resource in console["Resources"].values()}
    assert kinds["AWS::ApiGatewayV2::DomainName"]["DomainName"] == "homeward.everytown.example"
    assert kinds["AWS::ApiGatewayV2::Api"]["DisableExecuteApiEndpoint"] is True
    assert kinds["AWS::Cognito::UserPoolIdentityProvider"]["ProviderName"] == "everytown"
    assert kinds["AWS::Cognito::UserPoolClient"]["SupportedIdentityProviders"] == [
        "COGNITO",
        {"Ref": next(name for name, each in console["Resources"].items() if each["Type"].endswith("IdentityProvider"))},
    ]
