"""A `docker` command for tests: it answers as it was told, and keeps what it was asked."""

import json
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = """#!{python}
import json, sys
from pathlib import Path
folder = Path({folder!r})
asked = sys.argv[1:]
with (folder / "asked").open("a") as log:
    log.write(json.dumps(asked) + "\\n")
for words, (code, out, err) in json.loads((folder / "answers").read_text()):
    if all(word in asked for word in words):
        sys.stdout.write(out)
        sys.stderr.write(err)
        sys.exit(code)
sys.exit("docker of the tests: no answer to " + " ".join(asked))
"""


@dataclass
class DockerCommand:
    """Answers are looked up by words that a command line must hold; the first that fits is given."""

    folder: Path

    def answers(self, words: str, out: str = "", err: str = "", code: int = 0) -> None:
        """Answer every command with all of ``words`` so; what was told last comes first."""
        known = json.loads((self.folder / "answers").read_text())
        (self.folder / "answers").write_text(json.dumps([[words.split(), (code, out, err)], *known]))

    @property
    def asked(self) -> list[str]:
        """The command lines so far."""
        log = self.folder / "asked"
        return [" ".join(json.loads(line)) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DockerCommand:
    """An engine that is well, with nothing running."""
    folder = tmp_path / "docker command"
    folder.mkdir()
    (folder / "answers").write_text("[]")
    command = folder / "docker"
    command.write_text(SCRIPT.format(python="/usr/bin/env python3", folder=str(folder)))
    command.chmod(command.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", os.pathsep.join((str(folder), str(Path(sys.executable).parent), os.environ["PATH"])))
    monkeypatch.setenv("LAB_VAR", str(tmp_path / "var"))
    own = DockerCommand(folder)
    own.answers("compose")
    own.answers("compose version", "v2.26.1-4\n")
    own.answers("version {{.Server.Version}}", "20.10.24\n")
    own.answers("info {{.MemTotal}}", f"{8 * 1024**3}\n")
    return own
