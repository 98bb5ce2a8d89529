"""The API against its own description: whatever a program sends, it is answered as the description says."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bots_common.settings import GivenSettings
from bots_common.work import Codec, Store
from reports import web
from reports.web import api
from tests.handled import day_of_work
from tests.programs import token
from tests.visitors import ADDRESS

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FINANCE: dict[str, Any] = {"url": "http://127.0.0.1:9", "username": "x", "password": "x"}


@dataclass
class House:
    """A day's cases behind the API, and a program that may do everything."""

    store: Store
    schema: Any
    headers: dict[str, str]
    ids: list[int]

    def seen(self, item_id: int) -> int:
        return self.store.reading.story(item_id).history[-1].id


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, codec: Codec) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    store = Store.open(f"sqlite:///{(folder / 'kollega.db').as_posix()}", codec)
    ids = day_of_work(store)
    app = web.create(store, codec, GivenSettings(folder=folder, systems={"finance": FINANCE}))
    (mounted,) = (it.app for it in app.routes if getattr(it, "path", "") == api.PATH)
    schema = schemathesis.openapi.from_dict(mounted.openapi())
    schema.app = app
    yield House(store, schema, {"Authorization": f"Bearer {token(store)}"}, list(ids.values()))
    store.close()


def aimed(house: House, case: schemathesis.Case) -> None:
    """Let half of what is made be about a case that is there, as of its newest change."""
    number = (case.path_parameters or {}).get("item_id")
    if not isinstance(number, int) or number % 2:
        return
    item_id = house.ids[number // 2 % len(house.ids)]
    case.path_parameters["item_id"] = item_id
    if isinstance(case.body, dict) and isinstance(case.body.get("seen"), int):
        case.body["seen"] = house.seen(item_id)


BOUNDED = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_as_described(house: House, mode: GenerationMode) -> None:
    """Whether what is sent is as described (`positive`) or not, there is no 5xx, and the answer is as described."""
    operations = [found.ok() for found in house.schema.get_all_operations()]
    assert len(operations) > 20
    answered: Counter[int] = Counter()
    for operation in operations:

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: schemathesis.Case) -> None:
            aimed(house, case)
            address = f"{ADDRESS}{api.PATH}"
            answer = case.call_and_validate(base_url=address, headers=house.headers, checks=CHECKS)
            answered[answer.status_code] += 1

        with contextlib.suppress(Unsatisfiable):  # nothing can be wrong with a call that takes nothing
            holds()
    wanted = 200 if mode is GenerationMode.POSITIVE else 422
    assert answered[wanted] > len(operations)
