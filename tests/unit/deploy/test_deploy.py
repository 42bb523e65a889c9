"""What lies in deploy/ keeps what it promises: no root, no secret, nothing writable, commands that exist."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from ruamel.yaml import YAML

from cli.main import opora
from runtime.settings import PREFIX, Settings

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
COMPOSE = YAML(typ="safe").load(DEPLOY / "container" / "compose.yaml")
SERVICES = COMPOSE["services"]
OURS = {name: each for name, each in SERVICES.items() if each["image"] == "opora"}
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
NGINX = (DEPLOY / "nginx" / "opora.conf").read_text("utf-8")
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())


def command_exists(words: list[str]) -> bool:
    command: click.Command | None = opora
    for word in words:
        if not isinstance(command, click.Group):
            return False
        command = command.get_command(click.Context(opora), word)
        if command is None:
            return False
    return not isinstance(command, click.Group)


def test_the_containers_are_a_database_a_web_server_and_workers():
    """And one that prepares, which alone has the owner's login."""
    assert set(SERVICES) == {"database", "prepare", "web", "worker"}
    assert SERVICES["worker"]["deploy"]["replicas"] == 2
    assert [name for name, each in OURS.items() if "OPORA_DATABASE_OWNER_URL" in each["environment"]] == ["prepare"]
    for name in ("web", "worker"):
        assert SERVICES[name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_can_change_nothing_but_its_data(name: str):
    """Not root, no capability, a root folder that cannot be written, only the shared volume."""
    service = OURS[name]
    assert service["user"].split(":") == ["10001", "10001"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["volumes"] == ["data:/var/lib/opora"]


@pytest.mark.parametrize("name", OURS)
def test_a_containers_commands_exist(name: str):
    """What it runs, and what says whether it is well."""
    service = OURS[name]
    assert command_exists(service["command"])
    if name != "prepare":
        kind, program, *words = service["healthcheck"]["test"]
        assert (kind, program) == ("CMD", "opora")
        assert command_exists(words)


@pytest.mark.parametrize("name", OURS)
def test_a_containers_settings_exist(name: str):
    """Each OPORA_* variable is one that the program reads."""
    known = {PREFIX + each.upper() for each in Settings.model_fields} | {"OPORA_LANG"}
    assert {each for each in OURS[name]["environment"] if each.startswith(PREFIX)} <= known


def test_the_database_is_reached_by_the_others_only():
    """No port of it is published, and its network leads nowhere; the web server is published to this machine."""
    assert "ports" not in SERVICES["database"]
    assert SERVICES["database"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert [port.split(":")[0] for port in SERVICES["web"]["ports"]] == ["127.0.0.1"]
    assert "healthcheck" in SERVICES["database"]


def test_images_are_named_by_an_exact_version():
    """Neither `latest` nor a bare major version."""
    text = (DEPLOY / "container" / "Containerfile").read_text("utf-8")
    images = [SERVICES["database"]["image"], *re.findall(r"^FROM (\S+)", text, re.MULTILINE)]
    assert len(images) == 3
    for image in images:
        assert re.search(r":\d+\.\d+(\.\d+)?-[a-z-]+$", image), image


def test_the_image_holds_what_is_locked_and_runs_as_nobody():
    """Hashes are asked for, the account is the composition's, and data and settings are kept out of the build."""
    text = (DEPLOY / "container" / "Containerfile").read_text("utf-8")
    assert "--require-hashes -r /build/requirements/runtime.txt" in text
    assert re.findall(r"^USER (.*)$", text, re.MULTILINE) == ["10001:10001"]
    kept = (DEPLOY / "container" / "Containerfile.dockerignore").read_text("utf-8").splitlines()
    named = {line[1:] for line in kept if line.startswith("!")}
    assert "*" in kept
    assert {path for path in named if not (ROOT / path).exists()} == set()
    assert not named & {"data", ".env", ".git", "tests", "deploy"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_secret_is_written_down(path: Path):
    """Passwords are asked for by name; examples leave them empty."""
    text = path.read_text("utf-8")
    passwords = re.findall(r"://[^:/\s]+:([^@\s]+)@", text) + re.findall(r"PASSWORD\w*(?:=|: )(\S*)", text)
    known = re.compile(r"^$|^\$\{|^PASSWORD$|^password$|^:'password'|^\"\$OPORA_PASSWORD\"")
    assert [each for each in passwords if not known.match(each)] == []


def test_the_logins_script_is_run_and_can_be_parsed():
    """The shell takes it, and the composition hands it to the database's image."""
    script = DEPLOY / "container" / "make-logins.sh"
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    assert os.access(script, os.X_OK)
    assert any(script.name in volume for volume in SERVICES["database"]["volumes"])


def directives(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", path.read_text("utf-8"), re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_a_command_as_an_account_that_can_do_little(path: Path):
    """It comes and goes with the target, is started again, and is shut in."""
    unit = directives(path)
    (start,) = unit["ExecStart"]
    program, *words = start.split()
    assert program == "/opt/opora/bin/opora"
    assert command_exists(words)
    assert (unit["PartOf"], unit["WantedBy"]) == (["opora.target"], ["opora.target"])
    assert (unit["User"], unit["Restart"], unit["UMask"]) == (["opora"], ["always"], ["0077"])
    assert (unit["ProtectSystem"], unit["CapabilityBoundingSet"]) == (["strict"], [""])
    assert {unit[key][0] for key in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome")} == {"yes"}


def test_systemd_takes_the_units_and_finds_them_shut_in(tmp_path: Path):
    """Where systemd is installed it looks them over itself: no complaint, and at most 1.5 of 10 points of exposure."""
    systemd = shutil.which("systemd-analyze")
    names = {"opora-worker@.service": "opora-worker@1.service"}
    for path in [*UNITS, DEPLOY / "systemd" / "opora.target"]:
        # The program need not be where the unit looks for it.
        text = path.read_text("utf-8").replace("/opt/opora/bin/opora", shutil.which("true") or "/bin/true")
        (tmp_path / names.get(path.name, path.name)).write_text(text)
    units = sorted(tmp_path.iterdir())
    assert len(units) == 3
    if systemd is None:
        return
    looked = subprocess.run([systemd, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    assert (looked.returncode, looked.stderr) == (0, "")
    for unit in units:
        if unit.suffix == ".service":
            weighed = [systemd, "security", "--offline=yes", "--threshold=15", "--no-pager", unit]
            assert subprocess.run(weighed, capture_output=True, check=False).returncode == 0


def test_nginx_logs_no_link():
    """Every log has our format, which names neither the address as it was asked for, nor a query, nor a Referer."""
    (format_,) = re.findall(r"log_format opora (.*);", NGINX)
    variables = set(re.findall(r"\$(\w+)", format_))
    assert not variables & {"request", "request_uri", "uri", "args", "query_string", "http_referer", "document_uri"}
    assert "opora_place" in variables
    servers = NGINX.split("\nserver {")[1:]
    assert len(servers) == 2
    for server in servers:
        assert set(re.findall(r"access_log ([^;]+);", server)) <= {"off", "/var/log/nginx/opora.log opora"}
        assert re.findall(r"error_log ([^;]+);", server) == ["/dev/null crit"]


def place(uri: str) -> str:
    """What nginx's map makes of a path: exact texts first, then the patterns in their order."""
    (body,) = re.findall(r"map \$uri \$opora_place \{\n(.*?)\n\}", NGINX, re.DOTALL)
    rules = dict(re.findall(r'^\s*"?([^"\s]+)"?\s+"(.*)";', body, re.MULTILINE))
    if uri in rules:
        return rules[uri]
    for pattern, shown in rules.items():
        if pattern.startswith("~") and (match := re.search(pattern[1:].replace("(?<", "(?P<"), uri)):
            return re.sub(r"\$(\w+)", lambda found, match=match: match[found[1]], shown)
    return rules["default"]


def test_no_address_of_ours_leaves_its_secret_in_the_log(house):
    """Each address that the program answers, below a path of its own too."""
    rules = list(house.web().url_map.iter_rules())
    addresses = [rule.rule for rule in rules if "<" in rule.rule]
    assert len(addresses) > 4
    for address in addresses:
        asked = re.sub(r"<[^>]+>", "5ecret", address)
        if not asked.startswith("/static/"):
            assert "5ecret" not in place(asked) + place("/below" + asked) + place(asked + "/more")
    assert (place("/"), place("/health"), place("/d/5ecret")) == ("/", "/health", "/d/...")
    assert place("/5ecret") == "/..."


def test_the_target_is_what_a_page_says():
    """docs/howto/several-machines.md names every file of deploy/ or its folder."""
    text = (ROOT / "docs" / "howto" / "several-machines.md").read_text("utf-8")
    for name in (
        "opora.target",
        "opora-web.service",
        "opora-worker@.service",
        "opora.sysusers.conf",
        "opora.tmpfiles.conf",
    ):
        assert f"deploy/systemd/{name}" in text
    assert "deploy/container/compose.yaml" in text
    assert "deploy/nginx/opora.conf" in text
