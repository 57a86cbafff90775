import asyncio
from dataclasses import asdict

import httpx
import pytest

from local_cloud.emulator.asgi import Message, Receive, Send
from local_cloud.emulator.faults import PATH, Fault, FaultyGateway

SNS = {"authorization": "AWS4-HMAC-SHA256 Credential=KEY/20261123/us-east-1/sns/aws4_request, SignedHeaders=host"}
PUBLISH = {"Action": "Publish", "Message": "hello"}


class Service:
    """Records the requests that reach it and echoes their bodies."""

    def __init__(self) -> None:
        self.served: list[bytes] = []

    async def __call__(self, _: Message, receive: Receive, send: Send) -> None:
        self.served.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": self.served[-1]})


def publish(service: Service, fault: Fault, number: int, **data: str) -> list[int]:
    async def run() -> list[int]:
        transport = httpx.ASGITransport(FaultyGateway(service))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            await client.put(PATH, json=[asdict(fault)])
            return [(await client.post("/", data=PUBLISH | data, headers=SNS)).status_code for _ in range(number)]

    return asyncio.run(run())


def test_a_fault_fails_the_configured_number_of_requests() -> None:
    service = Service()

    assert publish(service, Fault("sns", "Publish", times=2), 3) == [500, 500, 200]
    assert service.served == [b"Action=Publish&Message=hello"]


def test_a_request_with_a_lost_response_is_executed() -> None:
    service = Service()

    assert publish(service, Fault("sns", "Publish", after=True), 1) == [500]
    assert service.served == [b"Action=Publish&Message=hello"]


@pytest.mark.parametrize("fault", [Fault("sqs", "Publish"), Fault("sns", "Subscribe")])
def test_other_services_and_actions_are_not_affected(fault: Fault) -> None:
    assert publish(Service(), fault, 1) == [200]


def test_get_lists_the_remaining_faults() -> None:
    async def run() -> list[dict[str, object]]:
        transport = httpx.ASGITransport(FaultyGateway(Service()))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            await client.put(PATH, json=[asdict(Fault("sns", "Publish", times=2))])
            await client.post("/", data=PUBLISH, headers=SNS)
            left: list[dict[str, object]] = (await client.get(PATH)).json()
            return left

    assert [fault["times"] for fault in asyncio.run(run())] == [1]
