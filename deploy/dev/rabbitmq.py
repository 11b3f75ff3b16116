"""A private RabbitMQ node from the installed programs: loopback only, throw-away data."""

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from deploy.dev import probes
from deploy.dev.paths import Unavailable
from deploy.dev.run import Run

# The real script: Debian's /usr/sbin/rabbitmq-server is a wrapper that insists on root or rabbitmq,
# switches users and hides the output.
PLACES = (
    "usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin",
    "opt/rabbitmq/sbin",
    "opt/homebrew/opt/rabbitmq/sbin",
    "usr/local/opt/rabbitmq/sbin",
)
ATTEMPTS = 3


def programs() -> Path:
    """The directory of the start script; raises Unavailable if it or Erlang's epmd is missing."""
    for place in sorted((p for pattern in PLACES for p in Path("/").glob(pattern)), reverse=True):
        if os.access(place / "rabbitmq-server", os.X_OK):
            if shutil.which("epmd"):
                return place
            raise Unavailable("RabbitMQ is installed, but Erlang's epmd is not on PATH")
    raise Unavailable("RabbitMQ (rabbitmq-server) is not installed")


class RabbitMq:
    """One node; after `kill` it can be started again on the same data and port.

    With `measured` it shows its metrics on `metrics_port`, but takes 5 s longer to stop in order.
    """

    def __init__(self, run: Run, name: str = "rabbitmq", *, measured: bool = False) -> None:
        self._run = run
        self._programs = programs()
        self._directory = run.directory / name
        (self._directory / "home").mkdir(parents=True)
        cookie = self._directory / "home/.erlang.cookie"
        cookie.write_text(secrets.token_hex(16))
        cookie.chmod(0o400)
        self.port = probes.free_port()
        self.metrics_port = probes.free_port() if measured else None
        self._epmd_port = probes.free_port()
        (self._directory / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            "disk_free_limit.absolute = 50MB\nlog.console = true\nlog.file = false\n"
            + self._metrics_lines()
        )
        plugins = "rabbitmq_prometheus" if measured else ""
        (self._directory / "plugins").write_text(f"[{plugins}].\n")
        (self._directory / "env.conf").touch()
        self._environment = self._variables()
        self._epmd = self._start_epmd()

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/%2F"

    def _metrics_lines(self) -> str:
        """Figures that are a second old at most, where the broker's own are 5 s old."""
        if self.metrics_port is None:
            return ""
        return (
            f"prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = {self.metrics_port}\n"
            "collect_statistics_interval = 1000\n"
        )

    def control(self, *arguments: str) -> None:
        """rabbitmqctl, for this node. Raises subprocess.CalledProcessError."""
        node = self._environment["RABBITMQ_NODENAME"]
        command = [str(self._programs / "rabbitmqctl"), "-q", "-n", node, *arguments]
        subprocess.run(command, env=self._environment, capture_output=True, timeout=60, check=True)

    def _variables(self) -> dict[str, str]:
        """From empty: the machine's own RABBITMQ_* settings must not leak in."""
        here = self._directory
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(here / "home"),
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"dev{secrets.token_hex(4)}@localhost",
            "RABBITMQ_DIST_PORT": str(probes.free_port()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONFIG_FILE": str(here / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(here / "env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(here / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(here / "data"),
            "RABBITMQ_LOG_BASE": str(here / "log"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(here / "generated"),
            "RUNNING_UNDER_SYSTEMD": "true",  # the script then execs the VM: its pid is ours
        }

    def _start_epmd(self) -> subprocess.Popen[bytes]:
        # If none answers, RabbitMQ starts one itself, on every interface, and leaves it behind.
        return self._run.service(
            ["epmd", "-port", str(self._epmd_port), "-address", "127.0.0.1"],
            self._environment,
            stop=signal.SIGKILL,
        )

    def start(self) -> None:
        """Start, and wait until the broker greets."""
        self.process = self._run.service(
            [self._programs / "rabbitmq-server"], self._environment, stop=signal.SIGKILL
        )
        answers = probes.amqp_answers
        probes.wait_until("RabbitMQ", lambda: answers("127.0.0.1", self.port), self.process)

    def kill(self) -> None:
        """kill -9 of the node; its epmd stays for the next start."""
        self._run.end(self.process)


def start(run: Run, *, measured: bool = False) -> RabbitMq:
    """Somebody may take a free port before the node does, so others are tried."""
    for attempt in range(1, ATTEMPTS + 1):
        node = RabbitMq(run, name=f"rabbitmq-{attempt}", measured=measured)
        try:
            node.start()
        except Unavailable:
            node.kill()
            if attempt == ATTEMPTS:
                raise
        else:
            return node
    raise AssertionError("the last attempt returns or raises")
