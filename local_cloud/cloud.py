"""The handle of a running local cloud, for tests and the demo."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.exceptions import ClientError

from local_cloud.cdk import Progress, run_cdk
from local_cloud.emulator.dropped_settings import apply_dropped_settings
from local_cloud.emulator.faults import PATH as FAULTS_PATH
from local_cloud.emulator.faults import Fault
from local_cloud.paths import ROOT
from local_cloud.permissions.record import note_deployed
from local_cloud.settings import ACCOUNT, REGION, CloudSettings
from local_cloud.zip_files import share_zip_files


def silent(_: str) -> None:
    """Ignore progress."""


@dataclass(frozen=True)
class Cloud:
    """A local cloud that is up.

    Attributes:
        settings: The settings that it was started with.
        progress: Called with each progress line of a deployment.
    """

    settings: CloudSettings
    progress: Progress = silent

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that point AWS SDKs to this cloud."""
        return self.settings.client_environment

    @property
    def iot_ca(self) -> Path:
        """PEM file of the certificate authority that signed the MQTT broker's certificate."""
        return self.settings.iot_ca

    def client(self, service: str) -> Any:
        """Make a boto3 client of this cloud, regardless of this process's environment."""
        own_server = "rekognition" if service == "rekognition" else "emulator"
        return boto3.client(
            service,  # type: ignore[call-overload]  # the name is not a literal here
            endpoint_url=self.settings.endpoints[own_server],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )

    def synthesize(self, app: str = "", *, folder: Path = ROOT, context: dict[str, str] | None = None) -> Path:
        """Synthesize a CDK app. Returns the assembly, which `deploy` and `destroy` take.

        Args:
            app: Command that runs the app; default the one in the folder's cdk.json.
            folder: Folder of cdk.json.
            context: Context values in addition to those of cdk.json.
        """
        assembly = self.settings.state / "cdk.out"
        values = [part for name, value in (context or {}).items() for part in ("--context", f"{name}={value}")]
        command = ["--app", app] if app else []
        run_cdk(
            self.settings,
            "synth",
            "--quiet",
            "--output",
            str(assembly),
            *command,
            *values,
            folder=folder,
            progress=self.progress,
        )
        share_zip_files(assembly)
        return assembly

    def bootstrap(self) -> None:
        """Deploy the CDK's bootstrap stack, unless it exists."""
        try:
            self.client("cloudformation").describe_stacks(StackName="CDKToolkit")
        except ClientError:
            # In an empty folder: in an app's folder the command would synthesize the app first.
            with tempfile.TemporaryDirectory() as empty:
                run_cdk(
                    self.settings, "bootstrap", f"aws://{ACCOUNT}/{REGION}", folder=Path(empty), progress=self.progress
                )

    def deploy(self, assembly: Path, *stacks: str) -> dict[str, dict[str, str]]:
        """Deploy the stacks of an assembly that match CDK patterns such as `demo-dev/*`; default all.

        Returns:
            Outputs by stack name, then by output name.

        Raises:
            CloudError: A stack failed and was rolled back.
        """
        self.bootstrap()
        outputs = self.settings.state / "outputs.json"
        outputs.unlink(missing_ok=True)
        # The command waits five seconds for each stack. Stacks that do not depend on each other wait together.
        options = ("--require-approval", "never", "--concurrency", "8", "--outputs-file", str(outputs))
        self._cdk_on_stacks("deploy", assembly, stacks, *options)
        self.apply_dropped_settings()
        if self.settings.auth:
            note_deployed(self.client, self.settings.state)
        deployed: dict[str, dict[str, str]] = json.loads(outputs.read_text(encoding="utf-8"))
        return deployed

    def destroy(self, assembly: Path, *stacks: str) -> None:
        """Destroy the stacks of an assembly that match CDK patterns; default all."""
        self._cdk_on_stacks("destroy", assembly, stacks, "--force")

    def apply_dropped_settings(self) -> None:
        """Apply the settings that the emulator's CloudFormation drops, for all deployed stacks."""
        for line in apply_dropped_settings(self.client):
            self.progress(f"applied after the deployment: {line}")

    @contextmanager
    def failing(self, *faults: Fault) -> Iterator[None]:
        """Make requests to the emulator fail within a `with` block, including those of deployed functions."""
        address = f"{self.settings.endpoints['emulator']}{FAULTS_PATH}"
        wanted = [asdict(fault) for fault in faults]
        httpx.put(address, json=wanted, timeout=10, trust_env=False).raise_for_status()
        try:
            yield
        finally:
            httpx.put(address, json=[], timeout=10, trust_env=False).raise_for_status()

    def reset(self) -> None:
        """Empty the emulator: stacks, data, and certificates. Face collections and NamUs documents stay."""
        httpx.post(
            f"{self.settings.endpoints['emulator']}/_ministack/reset", timeout=60, trust_env=False
        ).raise_for_status()
        self.fetch_iot_ca()

    def fetch_iot_ca(self) -> None:
        """Download the broker's certificate authority to `iot_ca`."""
        answer = httpx.get(f"{self.settings.endpoints['emulator']}/_ministack/iot/ca.pem", timeout=60, trust_env=False)
        self.iot_ca.write_text(answer.raise_for_status().text, encoding="utf-8")

    def _cdk_on_stacks(self, command: str, assembly: Path, stacks: tuple[str, ...], *options: str) -> None:
        run_cdk(
            self.settings,
            command,
            *(stacks or ["**"]),
            "--app",
            str(assembly),
            *options,
            folder=self.settings.state,
            progress=self.progress,
        )
