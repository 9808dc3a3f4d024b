"""The watchdog: when a silent engine counts as dead, also after suspend and clock changes."""

from __future__ import annotations

from workbench.engine.watchdog import EngineWatchdog


class Clocks:
    def __init__(self) -> None:
        self.now = 100.0
        self.wall = 5000.0

    def watch(self) -> EngineWatchdog:
        return EngineWatchdog(10.0, 30.0, lambda: self.now, lambda: self.wall)

    def run(self, watch: EngineWatchdog, seconds: float) -> str:
        """Advance the time with one check a second; return the first verdict."""
        for _ in range(int(seconds)):
            self.now += 1.0
            self.wall += 1.0
            if verdict := watch.look():
                return verdict
        return ""


def alive() -> tuple[Clocks, EngineWatchdog]:
    clocks = Clocks()
    watch = clocks.watch()
    watch.born()
    watch.ready()
    return clocks, watch


def test_silence_is_death_after_its_time() -> None:
    clocks, watch = alive()
    assert clocks.run(watch, 10) == ""
    assert "10 s" in clocks.run(watch, 2)


def test_a_pong_is_life() -> None:
    clocks, watch = alive()
    for _ in range(5):
        assert clocks.run(watch, 9) == ""
        watch.heard()


def test_a_suspended_laptop_resets_the_clock_when_time_stood_still() -> None:
    clocks, watch = alive()
    clocks.run(watch, 9)
    clocks.now += 1.0
    clocks.wall += 3600.0
    assert watch.look() == ""
    assert clocks.run(watch, 10) == ""
    assert clocks.run(watch, 2)


def test_a_suspended_laptop_resets_the_clock_when_time_went_on() -> None:
    clocks, watch = alive()
    clocks.run(watch, 9)
    clocks.now += 3600.0
    clocks.wall += 3600.0
    assert watch.look() == ""
    assert clocks.run(watch, 10) == ""


def test_a_clock_that_is_set_back_kills_nobody() -> None:
    clocks, watch = alive()
    clocks.wall -= 7200
    assert clocks.run(watch, 8) == ""


def test_a_child_that_does_not_get_ready() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    watch.born()
    assert clocks.run(watch, 30) == ""
    assert "ready" in clocks.run(watch, 2)
    assert not watch.lived(0)


def test_a_machine_on_which_every_look_is_late_hides_no_hung_child() -> None:
    clocks, watch = alive()
    verdict = ""
    for _ in range(20):
        clocks.now += 4.0
        clocks.wall += 4.0
        verdict = verdict or watch.look()
    assert "10 s" in verdict


def test_many_suspensions_kill_nobody_who_answers() -> None:
    clocks, watch = alive()
    for _ in range(20):
        clocks.now += 600.0
        clocks.wall += 600.0
        assert watch.look() == ""
        assert clocks.run(watch, 5) == ""
        watch.heard()


def test_a_suspension_while_it_starts_is_not_its_fault() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    watch.born()
    assert clocks.run(watch, 25) == ""
    clocks.now += 3600.0
    clocks.wall += 3600.0
    assert watch.look() == ""
    assert clocks.run(watch, 10) == ""
    assert "ready" in clocks.run(watch, 10)


def test_a_life_is_measured_from_birth() -> None:
    clocks, watch = alive()
    assert not watch.lived(10)
    clocks.now += 10
    assert watch.lived(10)
