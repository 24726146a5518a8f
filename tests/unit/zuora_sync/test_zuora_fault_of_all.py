"""An error of a whole environment names no workflow."""

import msgspec

from pressroom_common.contracts import SyncFault, SyncResult, encode


def test_an_error_of_the_whole_environment_has_no_workflow_in_json() -> None:
    of_all = SyncFault(zuora_id=0, code="guard_refused", detail="More than 20 %.")
    of_one = SyncFault(zuora_id=7, code="export_missing", detail="404")
    told = msgspec.json.decode(encode(SyncResult(errors=(of_all, of_one))))["errors"]
    assert [fault.get("zuora_id") for fault in told] == [None, 7]
    assert "zuora_id" not in told[0]
