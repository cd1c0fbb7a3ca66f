"""Jobs of a start run together, and the first real error is what people read."""

import threading
from pathlib import Path

import pytest

from deploy.local.problem import Problem
from deploy.local.stack import Stack, _Abandoned


def test_when_one_job_fails_the_others_stop_waiting_and_its_error_is_told(tmp_path: Path) -> None:
    stack = Stack(tmp_path)

    def fails() -> None:
        raise Problem("kafka ended at once")

    def waits() -> None:
        if not stack._abandoned.wait(10):
            pytest.fail("nobody told it to stop waiting")
        raise _Abandoned

    with pytest.raises(Problem, match="kafka ended at once"):
        stack._together(waits, fails)


def test_jobs_run_at_the_same_time(tmp_path: Path) -> None:
    meeting = threading.Barrier(3, timeout=10)
    Stack(tmp_path)._together(meeting.wait, meeting.wait, meeting.wait)


def test_a_program_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no program gremlin"):
        Stack(tmp_path).kill("gremlin")


def test_a_stack_that_never_ran_is_down_and_leaves_no_trace(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "state")
    assert not stack.running()
    assert not stack.down()
    assert not (tmp_path / "state").exists()


def test_the_obituary_of_a_program_ends_with_its_own_last_words(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    stack.layout.create()
    (stack.logs / "sla.log").write_text("early words\n" + "x" * 2000 + "\nPermission denied\n")
    text = stack._obituary("sla", "ended at once")
    assert text.startswith("sla ended at once. Its log, ")
    assert text.endswith("Permission denied\n")
    assert "early words" not in text
