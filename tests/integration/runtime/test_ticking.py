"""A tick does all that is due, and a part that fails holds up no other."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from engine.database import DatabaseUnavailableError
from engine.tables import history, message
from engine.unit_of_work import SilentBell
from notifications.tables import letter
from runtime import ticking
from runtime.bootstrap import Application, build_application
from runtime.heartbeat import find_last_tick
from runtime.settings import load_settings
from runtime.steps import STEPS, TickStep
from runtime.ticking import run_tick


@dataclass
class Part:
    """A part of a tick that does so much each time it is run, in turn, then nothing."""

    name: str
    yields: list[int]
    runs: int = 0
    fails: Exception | None = None
    order: list[str] = field(default_factory=list)

    def step(self) -> TickStep:
        """The part as a step."""
        return TickStep(self.name, self.run)

    def run(self, _application: Application) -> int:
        """One run."""
        self.order.append(self.name)
        self.runs += 1
        if self.fails:
            raise self.fails
        return self.yields.pop(0) if self.yields else 0


def test_parts_run_in_turn_until_a_round_finds_nothing(application: Application) -> None:
    """What the second part makes may be the first one's work: rounds go on until all is quiet."""
    order: list[str] = []
    timers, letters = Part("timers", [2, 1], order=order), Part("letters", [0, 3], order=order)
    report = run_tick(application, [timers.step(), letters.step()])
    assert report.done == {"timers": 3, "letters": 3}
    assert order == ["timers", "letters"] * 3


def test_a_part_that_fails_rests_and_the_others_go_on(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a mail server timers fire; the report names the failure, and the part is not tried again in vain."""
    mail, timers = Part("letters", [], fails=ConnectionError("no route")), Part("timers", [1, 1])
    report = run_tick(application, [mail.step(), timers.step()])
    assert report.done == {"letters": 0, "timers": 2}
    assert str(report.failures["letters"]) == "no route"
    assert mail.runs == 1
    assert "letters failed" in caplog.text


def test_a_part_that_never_rests_ends_all_the_same(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that makes work out of work cannot keep a worker for ever."""
    monkeypatch.setattr(ticking, "ROUNDS", 5)
    restless = Part("messages", [1] * 100)
    assert run_tick(application, [restless.step()]).done == {"messages": 5}


def test_a_tick_leaves_a_sign_of_life(application: Application, move_clock: Callable[[str], None]) -> None:
    """Its instant is stored, once in half a minute however often the bell rings."""
    signs = []
    for instant in ("2026-03-02T06:00:00Z", "2026-03-02T06:00:10Z", "2026-03-02T06:00:40Z"):
        move_clock(instant)
        run_tick(application, [])
        with application.store.read() as connection:
            signs.append(find_last_tick(connection))
    assert [each and each.second for each in signs] == [0, 0, 40]


def test_without_a_database_a_tick_fails_as_a_whole(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing that could be done: the worker tells it in one line and comes back in a minute."""

    def away() -> None:
        raise DatabaseUnavailableError(reason="gone")

    monkeypatch.setattr(type(application.overrides), "reload", lambda _self: away())
    with pytest.raises(DatabaseUnavailableError):
        run_tick(application)


def test_a_tick_takes_a_plan_from_timers_to_letters(launched: Application, move_clock: Callable[[str], None]) -> None:
    """On a spring morning work has begun by timers, every message is handled, and letters lie in the folder."""
    run_tick(launched)
    move_clock("2026-04-06T06:00:00Z")
    report = run_tick(launched)
    assert report.failures == {}
    assert 0 not in [report.done[name] for name in ("timers", "messages", "digests", "letters")], report.done
    with launched.store.read() as connection:
        begun = select(func.count()).where(history.c.event == "start", history.c.channel == "timer")
        assert connection.execute(begun).scalar_one() > 0
        assert connection.execute(select(func.count()).where(message.c.done_at.is_(None))).scalar_one() == 0
        sent = connection.execute(select(func.count()).where(letter.c.state == "sent")).scalar_one()
    assert len(list(launched.settings.mail_dir.glob("*.eml"))) == sent > 0


def test_a_second_tick_finds_nothing(launched: Application) -> None:
    """What is done is done: nothing is fired, written or sent twice."""
    run_tick(launched)
    assert set(run_tick(launched).done.values()) == {0}


def test_a_mail_setting_that_cannot_be_used_stops_no_timer(
    launched: Application, environment: pytest.MonkeyPatch, move_clock: Callable[[str], None]
) -> None:
    """Messages and letters wait with the failure told; timers and calendars go on."""
    environment.setenv("OPORA_SMTP_URL", "smtp://127.0.0.1:1")
    broken = build_application(load_settings(), SilentBell())
    move_clock("2026-04-06T06:00:00Z")
    report = run_tick(broken)
    assert set(report.failures) == {"messages", "digests", "summaries", "letters"}
    assert report.done["timers"] > 0
    assert report.done["calendars"] == 1
    broken.close()


def test_each_part_has_a_name_of_its_own() -> None:
    """Reports and doctor's lines tell parts apart by their names."""
    assert len({step.name for step in STEPS}) == len(STEPS)
