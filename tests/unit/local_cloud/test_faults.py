import asyncio
from dataclasses import asdict

import httpx
import pytest

from local_cloud.emulator.faults import PATH, Fault, FaultyGateway, Message, Receive, Send

SNS = {"authorization": "AWS4-HMAC-SHA256 Credential=KEY/20261123/us-east-1/sns/aws4_request, SignedHeaders=host"}
PUBLISH = {"Action": "Publish", "Message": "hello"}


class Service:
    """Counts what reaches it and sends each body back."""

    def __init__(self) -> None:
        self.served: list[bytes] = []

    async def __call__(self, _: Message, receive: Receive, send: Send) -> None:
        self.served.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": self.served[-1]})


def publishes(service: Service, fault: Fault, number: int, **data: str) -> list[int]:
    async def run() -> list[int]:
        transport = httpx.ASGITransport(FaultyGateway(service))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            await client.put(PATH, json=[asdict(fault)])
            return [(await client.post("/", data=PUBLISH | data, headers=SNS)).status_code for _ in range(number)]

    return asyncio.run(run())


def test_a_fault_fails_as_many_requests_as_it_says() -> None:
    service = Service()

    assert publishes(service, Fault("sns", "Publish", times=2), 3) == [500, 500, 200]
    assert service.served == [b"Action=Publish&Message=hello"]


def test_a_lost_answer_is_carried_out() -> None:
    service = Service()

    assert publishes(service, Fault("sns", "Publish", after=True), 1) == [500]
    assert service.served == [b"Action=Publish&Message=hello"]


@pytest.mark.parametrize("fault", [Fault("sqs", "Publish"), Fault("sns", "Subscribe")])
def test_other_services_and_actions_are_left_alone(fault: Fault) -> None:
    assert publishes(Service(), fault, 1) == [200]


def test_what_is_left_of_the_faults_can_be_read() -> None:
    async def run() -> list[dict[str, object]]:
        transport = httpx.ASGITransport(FaultyGateway(Service()))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            await client.put(PATH, json=[asdict(Fault("sns", "Publish", times=2))])
            await client.post("/", data=PUBLISH, headers=SNS)
            left: list[dict[str, object]] = (await client.get(PATH)).json()
            return left

    assert [fault["times"] for fault in asyncio.run(run())] == [1]
