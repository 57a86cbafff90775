"""The people who may sign in to the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito

from lambdas.common.console_paths import CALLBACK, SIGNED_OUT
from stacks.constructs.storage import POLICIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from agencies.console import Federation
    from agencies.fields import Removal

# As `Role` of lambdas/console/person.py.
GROUPS = {
    "reviewer": "Sees encounters and cases, and decides",
    "supervisor": "Also settles disagreements, closes cases, searches by photo, and reads the audit",
    "auditor": "Reads the audit, and sees no pictures",
}


class People(cognito.UserPool):
    """A user pool that only operators add people to, with a password of 14 characters and a one-time code."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        login_domain: str,
        origin: str,
        removal: Removal,
        federation: Federation | None,
    ) -> None:
        super().__init__(
            scope,
            name,
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            mfa=cognito.Mfa.REQUIRED,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=14,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=cdk.Duration.days(3),
            ),
            # Refuses passwords that are known to be stolen.
            feature_plan=cognito.FeaturePlan.PLUS,
            standard_threat_protection_mode=cognito.StandardThreatProtectionMode.FULL_FUNCTION,
            deletion_protection=removal == "retain",
            removal_policy=POLICIES[removal],
        )
        for group, description in GROUPS.items():
            cognito.CfnUserPoolGroup(
                self,
                group.capitalize(),
                user_pool_id=self.user_pool_id,
                group_name=group,
                description=description,
            )
        self.domain = self.add_domain(
            "Login",
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=login_domain),
            managed_login_version=cognito.ManagedLoginVersion.NEWER_MANAGED_LOGIN,
        )
        providers = [self._federate(federation)] if federation else []
        self.client = self._console_client(origin, providers)
        # Without a style, the managed login shows an error instead of the sign-in.
        cognito.CfnManagedLoginBranding(
            self,
            "Style",
            user_pool_id=self.user_pool_id,
            client_id=self.client.user_pool_client_id,
            use_cognito_provided_values=True,
        )

    def _console_client(
        self, origin: str, providers: Sequence[cognito.IUserPoolIdentityProvider]
    ) -> cognito.UserPoolClient:
        """Make the console's app client. It has no secret to keep: each sign-in proves itself with PKCE."""
        client = self.add_client(
            "ConsoleClient",
            generate_secret=False,
            auth_flows=cognito.AuthFlow(user_srp=True),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
                callback_urls=[origin + CALLBACK],
                logout_urls=[origin + SIGNED_OUT],
            ),
            supported_identity_providers=[
                cognito.UserPoolClientIdentityProvider.COGNITO,
                *(cognito.UserPoolClientIdentityProvider.custom(provider.provider_name) for provider in providers),
            ],
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            # As long as a session lasts at most.
            refresh_token_validity=cdk.Duration.hours(12),
            access_token_validity=cdk.Duration.minutes(15),
            id_token_validity=cdk.Duration.minutes(15),
        )
        for provider in providers:
            client.node.add_dependency(provider)
        return client

    def _federate(self, federation: Federation) -> cognito.IUserPoolIdentityProvider:
        """Let people sign in with the agency's own accounts."""
        email = cognito.ProviderAttribute.other("email")
        if federation.saml_metadata:
            return cognito.UserPoolIdentityProviderSaml(
                self,
                "Saml",
                user_pool=self,
                name=federation.name,
                metadata=cognito.UserPoolIdentityProviderSamlMetadata.url(federation.saml_metadata),
                attribute_mapping=cognito.AttributeMapping(email=email),
            )
        return cognito.UserPoolIdentityProviderOidc(
            self,
            "Oidc",
            user_pool=self,
            name=federation.name,
            issuer_url=str(federation.oidc_issuer),
            client_id=str(federation.oidc_client_id),
            client_secret=cdk.SecretValue.secrets_manager(str(federation.oidc_secret)).unsafe_unwrap(),
            scopes=["openid", "email"],
            attribute_mapping=cognito.AttributeMapping(email=email),
        )
