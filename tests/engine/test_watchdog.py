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


def test_silent_child_is_dead_after_its_time_limit() -> None:
    clocks, watch = alive()
    assert clocks.run(watch, 10) == ""
    assert "10 s" in clocks.run(watch, 2)


def test_pong_resets_the_silence_timer() -> None:
    clocks, watch = alive()
    for _ in range(5):
        assert clocks.run(watch, 9) == ""
        watch.heard()


def test_suspend_resets_the_timer_when_monotonic_clock_stopped() -> None:
    clocks, watch = alive()
    clocks.run(watch, 9)
    clocks.now += 1.0
    clocks.wall += 3600.0
    assert watch.look() == ""
    assert clocks.run(watch, 10) == ""
    assert clocks.run(watch, 2)


def test_suspend_resets_the_timer_when_monotonic_clock_continued() -> None:
    clocks, watch = alive()
    clocks.run(watch, 9)
    clocks.now += 3600.0
    clocks.wall += 3600.0
    assert watch.look() == ""
    assert clocks.run(watch, 10) == ""


def test_wall_clock_set_back_does_not_count_as_silence() -> None:
    clocks, watch = alive()
    clocks.wall -= 7200
    assert clocks.run(watch, 8) == ""


def test_child_that_never_becomes_ready_is_dead_after_its_time_limit() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    watch.born()
    assert clocks.run(watch, 30) == ""
    assert "ready" in clocks.run(watch, 2)
    assert not watch.lived(0)


def test_hung_child_is_detected_though_every_check_is_late() -> None:
    clocks, watch = alive()
    verdict = ""
    for _ in range(20):
        clocks.now += 4.0
        clocks.wall += 4.0
        verdict = verdict or watch.look()
    assert "10 s" in verdict


def test_responsive_child_survives_repeated_suspends() -> None:
    clocks, watch = alive()
    for _ in range(20):
        clocks.now += 600.0
        clocks.wall += 600.0
        assert watch.look() == ""
        assert clocks.run(watch, 5) == ""
        watch.heard()


def test_suspend_during_start_resets_the_ready_timer() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    watch.born()
    assert clocks.run(watch, 25) == ""
    clocks.now += 3600.0
    clocks.wall += 3600.0
    assert watch.look() == ""
    assert clocks.run(watch, 10) == ""
    assert "ready" in clocks.run(watch, 10)


def test_lifetime_is_measured_from_start() -> None:
    clocks, watch = alive()
    assert not watch.lived(10)
    clocks.now += 10
    assert watch.lived(10)
