"""A running local cloud, as tests and the demo use it."""

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

from local_cloud.after_deploy import apply_dropped_settings
from local_cloud.cdk import ROOT, Progress, run_cdk
from local_cloud.faults import PATH as FAULTS_PATH
from local_cloud.faults import Fault
from local_cloud.settings import ACCOUNT, REGION, CloudSettings


def silent(_: str) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Cloud:
    """A local cloud that is up.

    Attributes:
        progress: Called with each line that tells how a deployment goes.
    """

    settings: CloudSettings
    progress: Progress = silent

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point AWS SDKs, and programs that use them, to this cloud."""
        return self.settings.client_environment

    @property
    def iot_ca(self) -> Path:
        """The certificate authority that signed the MQTT broker's certificate, as PEM."""
        return self.settings.state / "iot-ca.pem"

    def client(self, service: str) -> Any:
        """A boto3 client of this cloud, whatever the process's own environment says."""
        own_server = "rekognition" if service == "rekognition" else "emulator"
        return boto3.client(
            service,  # type: ignore[call-overload]  # the name is not a literal here
            endpoint_url=self.settings.endpoints[own_server],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )

    def synthesise(self, app: str = "", *, folder: Path = ROOT, context: dict[str, str] | None = None) -> Path:
        """Synthesise a CDK app once; returns the assembly that `deploy` and `destroy` take.

        Args:
            app: Command that runs the app; that of the folder's cdk.json when empty.
            folder: Where the app's cdk.json is.
            context: Context values on top of those of cdk.json.
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
        return assembly

    def bootstrap(self) -> None:
        """Put the CDK's own bucket and roles into the cloud, unless they are there."""
        try:
            self.client("cloudformation").describe_stacks(StackName="CDKToolkit")
        except ClientError:
            # In an empty folder, since in that of an app the command would synthesise it first.
            with tempfile.TemporaryDirectory() as empty:
                run_cdk(
                    self.settings, "bootstrap", f"aws://{ACCOUNT}/{REGION}", folder=Path(empty), progress=self.progress
                )

    def deploy(self, assembly: Path, *stacks: str) -> dict[str, dict[str, str]]:
        """Deploy stacks of an assembly: all, or those that match patterns as the CDK takes them, e.g. `demo-dev/*`.

        Returns:
            The outputs by name of the stack, then by name of the output.

        Raises:
            CloudError: A stack failed; it was rolled back.
        """
        self.bootstrap()
        outputs = self.settings.state / "outputs.json"
        outputs.unlink(missing_ok=True)
        self._cdk_on_stacks("deploy", assembly, stacks, "--require-approval", "never", "--outputs-file", str(outputs))
        self.after_deploy()
        deployed: dict[str, dict[str, str]] = json.loads(outputs.read_text(encoding="utf-8"))
        return deployed

    def destroy(self, assembly: Path, *stacks: str) -> None:
        """Destroy stacks of an assembly (all, when none is named)."""
        self._cdk_on_stacks("destroy", assembly, stacks, "--force")

    def after_deploy(self) -> None:
        """Apply what the emulator's CloudFormation drops, and behaviour needs, to all that is deployed."""
        for line in apply_dropped_settings(self.client):
            self.progress(f"applied after the deployment: {line}")

    @contextmanager
    def failing(self, *faults: Fault) -> Iterator[None]:
        """Make requests to the emulator fail within a `with` block, those of the deployed functions too."""
        address = f"{self.settings.endpoints['emulator']}{FAULTS_PATH}"
        wanted = [asdict(fault) for fault in faults]
        httpx.put(address, json=wanted, timeout=10, trust_env=False).raise_for_status()
        try:
            yield
        finally:
            httpx.put(address, json=[], timeout=10, trust_env=False).raise_for_status()

    def reset(self) -> None:
        """Empty the emulator: stacks, data and certificates. The face collections and NamUs documents stay."""
        httpx.post(
            f"{self.settings.endpoints['emulator']}/_ministack/reset", timeout=60, trust_env=False
        ).raise_for_status()
        self.fetch_iot_ca()

    def fetch_iot_ca(self) -> None:
        """Write the broker's certificate authority to `iot_ca`."""
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
