"""The `workbench` command in whole processes, which are really killed and interrupted."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from tests import depth
from tests.fakes import seeded
from tests.fakes.provider import FakeProvider, status
from tests.patience import PROCESS_S
from tests.usecases.making import PATIENCE_S, cloud, draft, new_prompt, opened, wait_for
from workbench.cli.main import main
from workbench.core.lanes import Lane
from workbench.usecases.endpoint_form import EndpointForm

pytestmark = pytest.mark.e2e
SECRET = "sk-planted-4f9Qe7Zr21xYw8"

# Text that tools tend to alter; none of it may change.
CORPUS = {
    "white space": "  NBSP:\xa0 em:\u2003 line:\u2028 paragraph:\u2029 zero:\u200b tab:\t\n\n trailing \n\n",
    "line ends": "one\rtwo\n\rthree\n",
    "templates": "{# no #} {% raw %} {{ 1 + 1 }} {{ a.b|upper }} ${x} #{x} <%= x %> {{#each x}}{{/each}} %(x)s {0}",
    "latex": r"\frac{a}{b} $\sum_{i=1}^{n}$ \\ \{ \} \begin{align*} x &= {y} \end{align*}",
    "emoji": "👩‍👩‍👧‍👦 🇩🇪 👍🏽 e\u0301 é ﬁ",
    "right to left": "שלום עולם \u200f(abc)\u202e مرحبا",
    "controls": "bell:\x07 escape:\x1b[31m delete:\x7f nul-free",
    "yaml": "key: [a, 'b']\n- &anchor *alias !!tag |\n  %YAML 1.2\n--- # comment",
    "cjk": "日本語、한국어。中文",
}
# Leading and trailing white space is what tools alter most.
CORPUS["all"] = "\n".join([*CORPUS.values(), CORPUS["white space"]])


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "workbench.cli.main", *args]


def run(*args: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command(*args), capture_output=True, env={**os.environ, **(env or {})}, timeout=PROCESS_S, check=False
    )


def prompt_file(directory: Path, text: str, model: str = "echo") -> str:
    path = directory / "case.prompt.yml"
    data = {"name": "Case", "model": model, "messages": [{"role": "user", "content": text}]}
    path.write_text(json.dumps(data, ensure_ascii=True), "utf-8")
    return str(path)


@pytest.mark.deep
@pytest.mark.parametrize("name", depth.pick(["all"], list(CORPUS)))
def test_exact_text_survives_file_request_database_and_json(name: str, tmp_path: Path) -> None:
    text = CORPUS[name]
    db = str(tmp_path / "w.db")
    seeded.put(tmp_path / "w.db")
    done = run("run", "--db", db, "--prompt", prompt_file(tmp_path, text), "--json")
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.isascii()
    (lane,) = json.loads(done.stdout)["lanes"]
    assert lane["text"] == text
    assert lane["request"]["messages"] == [{"role": "user", "content": text}]
    piped = run("run", "--db", db, "--prompt", prompt_file(tmp_path, text))
    assert piped.stdout == (text if text.endswith("\n") else f"{text}\n").encode()
    with opened(tmp_path, {}) as (workbench, _):
        prompt = workbench.prompts.find("Case").uid
        first = workbench.history.iterations(prompt)[-1]
        detail = workbench.history.detail(first.run_uid)
        assert detail.content.messages[0].text == text
        assert detail.outputs[0].result.text == text
        assert workbench.prompts.draft(prompt).content.messages[0].text == text


def test_exact_value_survives_request_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = "".join(CORPUS.values()) + "{{question}}"
    db = str(tmp_path / "w.db")
    assert main(["run", "--db", db, "--model", "echo", "--var", f"question={value}", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["values"]["question"] == value
    assert document["lanes"][0]["request"]["messages"][-1]["content"].endswith(f"\n\n{value}")


def test_yaml_text_with_crlf_is_read_as_lf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "crlf.prompt.yml"
    path.write_bytes(b"messages:\r\n  - role: user\r\n    content: |\r\n      a\r\n      b\r\n")
    assert yaml.safe_load(path.read_text())["messages"][0]["content"] == "a\nb\n"
    assert main(["run", "--db", str(tmp_path / "w.db"), "--prompt", str(path), "--model", "echo"]) == 0
    assert capsys.readouterr().out == "a\nb\n"


def slow_run(directory: Path) -> subprocess.Popen[bytes]:
    """Start a run that streams for a minute, and wait until text has come."""
    words = " ".join(f"word{n}" for n in range(600))
    child = subprocess.Popen(
        command(
            "run",
            "--db",
            str(directory / "w.db"),
            "--prompt",
            prompt_file(directory, words),
            "--param",
            "delay_ms=100",
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    seen = b""
    while b"word2 " not in seen:
        more_text = os.read(child.stdout.fileno(), 4096)
        assert more_text, seen
        seen += more_text
    return child


def test_killed_run_keeps_its_text_as_interrupted(tmp_path: Path) -> None:
    with slow_run(tmp_path) as child:
        with opened(tmp_path, {}) as (workbench, _):
            assert workbench.recovery.result(PATIENCE_S) == ""
            prompt = workbench.prompts.find("Case").uid
            wait_for(lambda: len(stored_text(workbench, prompt)) > 12)
        child.send_signal(signal.SIGKILL)
    with opened(tmp_path, {}) as (workbench, _):
        assert workbench.recovery.result(PATIENCE_S) == "Recovered 1 interrupted answer from the last session."
        prompt = workbench.prompts.find("Case").uid
        run_uid = workbench.history.iterations(prompt)[0].run_uid
        (output,) = workbench.history.detail(run_uid).outputs
        assert output.result.state == "interrupted"
        assert output.result.text.startswith("word0 word1 ")
    said = run("run", "--db", str(tmp_path / "w.db"), "--model", "echo", "--prompt", "Case").stderr.decode()
    assert "Recovered" not in said


def stored_text(workbench: object, prompt: str) -> str:
    rows = workbench.history.iterations(prompt)  # type: ignore[attr-defined]
    return str(workbench.history.detail(rows[0].run_uid).outputs[0].result.text) if rows else ""  # type: ignore[attr-defined]


@pytest.fixture
def heeded() -> Iterator[None]:
    """Restore SIGINT in children: a shell's background jobs ignore it, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.deep(only=True)),
    ],
)
def test_signal_stops_the_run_and_keeps_the_text(number: signal.Signals, code: int, tmp_path: Path) -> None:
    with slow_run(tmp_path) as child:
        child.send_signal(number)
        _, errors = child.communicate(timeout=PATIENCE_S)
        assert child.returncode == code
        assert "partial output is kept" in errors.decode()
        assert "stopped" in errors.decode()
        assert "Recorded as #1 of “Case”" in errors.decode()
        assert "Traceback" not in errors.decode()
    with opened(tmp_path, {}) as (workbench, _):
        assert workbench.recovery.result(PATIENCE_S) == ""
        rows = workbench.history.iterations(workbench.prompts.find("Case").uid)
        (output,) = workbench.history.detail(rows[0].run_uid).outputs
        assert output.result.state == "stopped"
        assert output.result.text.startswith("word0 word1 ")


def test_closed_output_pipe_stops_the_run_without_traceback(tmp_path: Path) -> None:
    child = slow_run(tmp_path)
    assert child.stdout is not None
    child.stdout.close()
    with child:
        assert child.stderr is not None
        assert b"Traceback" not in child.stderr.read()
    assert child.returncode == 141
    with opened(tmp_path, {}) as (workbench, _):
        rows = workbench.history.iterations(workbench.prompts.find("Case").uid)
        assert workbench.history.detail(rows[0].run_uid).outputs[0].result.state == "stopped"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("more", [[], pytest.param(["--json"], marks=pytest.mark.deep(only=True))])
def test_unwritable_output_is_reported_and_the_run_is_recorded(more: list[str], tmp_path: Path) -> None:
    args = ["run", "--db", str(tmp_path / "w.db"), "--prompt", prompt_file(tmp_path, "Hello"), *more]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command(*args), stdout=full, stderr=subprocess.PIPE, timeout=PROCESS_S, check=False)
    assert done.returncode == 1
    assert b"The output cannot be written. Make room" in done.stderr
    assert b"Traceback" not in done.stderr
    with opened(tmp_path, {}) as (workbench, _):
        assert workbench.history.iterations(workbench.prompts.find("Case").uid)
    if more:
        return  # a list does not depend on the runs
    with Path("/dev/full").open("wb") as full:
        listing = command("history", "list", "--db", str(tmp_path / "w.db"))
        done = subprocess.run(listing, stdout=full, stderr=subprocess.PIPE, timeout=PROCESS_S, check=False)
    assert done.returncode == 1
    assert b"The output cannot be written. Make room or send it elsewhere.\n" in done.stderr
    assert b"answer" not in done.stderr


def test_run_with_closed_output_streams_is_recorded(tmp_path: Path) -> None:
    args = ["run", "--db", str(tmp_path / "w.db"), "--prompt", prompt_file(tmp_path, "Hello")]
    done = subprocess.run(["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *command(*args)], timeout=PROCESS_S, check=False)
    assert done.returncode == 0
    with opened(tmp_path, {}) as (workbench, _):
        (row,) = workbench.history.iterations(workbench.prompts.find("Case").uid)
        assert workbench.history.detail(row.run_uid).outputs[0].result.text == "Hello"


def test_lanes_are_interleaved_in_colour_on_a_terminal(tmp_path: Path) -> None:
    main, side = pty.openpty()
    file = prompt_file(tmp_path, "first\nsecond\x1b[2J")
    child = subprocess.Popen(
        command("run", "--db", str(tmp_path / "w.db"), "--prompt", file, "--model", "echo", "--model", "echo"),
        stdout=side,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(side)
    seen = b""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if select.select([main], [], [], 0.1)[0]:
            try:
                seen += os.read(main, 4096)
            except OSError:  # how a pseudo terminal reports that it has no writer left
                break
    os.close(main)
    assert child.wait(PATIENCE_S) == 0
    lines = seen.decode().splitlines()
    # The lanes stream side by side: only the order inside a lane is certain.
    assert [line for line in lines if "1 echo" in line] == [
        "\x1b[36m1 echo │\x1b[0m first",
        "\x1b[36m1 echo │\x1b[0m second␛[2J",
    ]
    assert [line for line in lines if "2 echo" in line] == [
        "\x1b[33m2 echo │\x1b[0m first",
        "\x1b[33m2 echo │\x1b[0m second␛[2J",
    ]
    assert len(lines) == 4


def test_concurrent_runs_write_one_database(tmp_path: Path) -> None:
    file, db = prompt_file(tmp_path, "hi"), str(tmp_path / "w.db")
    # The prompt exists already: two concurrent starts would each create it.
    assert main(["run", "--db", db, "--prompt", file]) == 0
    children = [
        subprocess.Popen(command("run", "--db", db, "--prompt", file), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for child in children:
        _, errors = child.communicate(timeout=PROCESS_S)
        assert child.returncode == 0, errors.decode()
    with opened(tmp_path, {}) as (workbench, _):
        rows = workbench.history.iterations(workbench.prompts.find("Case").uid)
        assert [row.number for row in rows] == [4, 3, 2, 1]


def test_planted_key_appears_in_no_output_or_file(tmp_path: Path) -> None:
    echo = {"error": {"message": f"Incorrect API key provided: {SECRET}.", "type": "invalid_request_error"}}
    env = {"OPENAI_API_KEY": SECRET, "ANTHROPIC_API_KEY": f"{SECRET}-other"}
    with FakeProvider() as fake:
        fake.script(*[status(401, echo) for _ in range(4)])
        with opened(tmp_path, None, env) as (workbench, heard):
            form = EndpointForm("Mine", fake.base_url, "", True, SECRET, (("X-Auth", f"{SECRET}-header"),))
            saved = workbench.endpoints.save(form, session_only=True)
            saved.done.result(PATIENCE_S)
            prompt = new_prompt(workbench)
            handle = workbench.runner.start_iteration(
                prompt, draft(Lane("a", saved.endpoint.uid, "m"), cloud("mistral/m")), based_on=None
            )
            assert handle.wait(PROCESS_S)
            shown = repr([t.snapshot() for t in handle.transcripts]) + repr(heard.all) + repr(workbench.keys)
            first = handle.transcripts[0].result
            assert first is not None
            assert first.failure is not None
            assert first.failure.code == "bad_key"
        assert fake.requests
        assert fake.requests[0].headers["authorization"] == f"Bearer {SECRET}"
        assert fake.requests[0].headers["x-auth"] == f"{SECRET}-header"
    assert SECRET not in shown
    done = run("run", "--db", str(tmp_path / "w.db"), "--prompt", "Greeting", "--var", "name=x", "--json", env=env)
    for text in (done.stdout, done.stderr):
        assert SECRET.encode() not in text
    for file in (file for file in tmp_path.rglob("*") if file.is_file()):
        assert SECRET.encode() not in file.read_bytes(), file
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        for file in Path(os.environ[name]).rglob("*") if name in os.environ else ():
            assert not file.is_file() or SECRET.encode() not in file.read_bytes(), file


def test_echo_run_imports_no_heavy_packages(tmp_path: Path) -> None:
    look = (
        "import sys; from workbench.cli.main import main; code = main(sys.argv[1:]);"
        "heavy = {'litellm', 'PySide6', 'xllamacpp', 'keyring', 'httpx'};"
        "print(sorted({m.split('.')[0] for m in sys.modules} & heavy)); sys.exit(code)"
    )
    args = ["run", "--db", str(tmp_path / "w.db"), "--prompt", prompt_file(tmp_path, "hi")]
    done = subprocess.run([sys.executable, "-c", look, *args], capture_output=True, timeout=PROCESS_S, check=False)
    assert (done.returncode, done.stdout.decode().splitlines()) == (0, ["hi", "[]"]), done.stderr.decode()


def test_own_endpoint_is_named_and_gets_no_environment_key(tmp_path: Path) -> None:
    db, env = str(tmp_path / "w.db"), {"OPENAI_API_KEY": SECRET}
    with FakeProvider() as fake:
        with opened(tmp_path, {}) as (workbench, _):
            workbench.endpoints.save(EndpointForm("My server", fake.base_url)).done.result(PATIENCE_S)
        listed = run("models", "--db", db, "--endpoint", "my server", env=env)
        assert listed.returncode == 0, listed.stderr.decode()
        assert all(line.startswith("My server/") for line in listed.stdout.decode().splitlines())
        file = prompt_file(tmp_path, "hi")
        done = run("run", "--db", db, "--prompt", file, "--model", "my server/fake-1", "--json", env=env)
        assert done.returncode == 0, done.stderr.decode()
        (lane,) = json.loads(done.stdout)["lanes"]
        assert (lane["model"], lane["cost_usd"], lane["state"]) == ("fake-1", None, "finished")
        assert lane["text"]
        marks = {(mark["kind"], mark["name"]): mark["detail"] for mark in lane["marks"]}
        assert set(marks) == {("added", "address"), ("added", "stream_options")}
        assert fake.base_url in marks["added", "address"]
        assert "stream_options" not in done.stderr.decode(), "transport options are not reported as changes"
        assert [request.path for request in fake.requests if request.method == "POST"] == ["/v1/chat/completions"]
        assert {request.path for request in fake.requests if request.method == "GET"} == {
            "/v1/models",
            "/v1/model/info",
        }
        for request in fake.requests:
            assert "authorization" not in request.headers
            assert SECRET.encode() not in request.raw
    assert "unknown" in done.stderr.decode()
