"""Feishu's own SDK sends what we send: a program of its own, as importing all of it takes seconds and 180 MB.

It is told by standard input: `base`, `app`, `word`, the `body` of a progress record, and `okrs` to ask for.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def _only_okr() -> None:
    """Have the packages above stand empty, which import the whole of Feishu's interface."""
    found = find_spec("lark_oapi")
    assert found is not None and found.submodule_search_locations is not None
    (root,) = found.submodule_search_locations
    for name, place in (("lark_oapi", root), ("lark_oapi.api", f"{root}/api")):
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__path__ = [place]


def _send(said: dict[str, Any]) -> dict[str, Any]:
    """What the SDK makes of the answers."""
    from lark_oapi.api.okr.v1.model import (
        BatchGetOkrRequest,
        CreateProgressRecordRequest,
        CreateProgressRecordRequestBody,
    )
    from lark_oapi.api.okr.v1.resource import Okr, ProgressRecord
    from lark_oapi.core.model import Config

    config = Config()
    config.domain, config.app_id, config.app_secret = said["base"], said["app"], said["word"]
    body = CreateProgressRecordRequestBody(said["body"])
    wish = CreateProgressRecordRequest.builder().user_id_type("open_id").request_body(body).build()
    made = ProgressRecord(config).create(wish)
    asked = BatchGetOkrRequest.builder().user_id_type("open_id").okr_ids(said["okrs"]).build()
    listed = Okr(config).batch_get(asked)
    return {
        "progress_id": made.data.progress_id,
        "key_results": [
            [one.id, one.progress_rate.percent, one.progress_rate.status]
            for okr in listed.data.okr_list
            for objective in okr.objective_list
            for one in objective.kr_list
        ],
    }


if __name__ == "__main__":
    _only_okr()
    print(json.dumps(_send(json.load(sys.stdin))))
