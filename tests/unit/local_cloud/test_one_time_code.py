from __future__ import annotations

import pytest

from local_cloud.demo.one_time_code import one_time_code

KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238, appendix B


@pytest.mark.parametrize(("at", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_one_time_code_is_that_of_the_standard(at: int, code: str) -> None:
    assert one_time_code(KEY, at=at) == code
    assert one_time_code(KEY.lower(), at=at) == code
