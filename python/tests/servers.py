# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL and Slurm, real ones, on free ports and in directories of their own; they end with the test."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import time

import pytest

PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", *map(str, sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin")))])


def need(*programs):
    """Skips where they cannot be: without them only those who may not install them pass. Debian: postgresql slurmctld slurmd slurm-client munge."""
    missing = [name for name in programs if not shutil.which(name, path=PATH)]
    if missing and os.geteuid() == 0:
        pytest.fail(f"{', '.join(missing)}: missing; make test-explore installs them")
    if missing:
        pytest.skip(f"{', '.join(missing)}: not installed, and only root may")


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def call(*words, **more):
    return subprocess.run([shutil.which(words[0], path=PATH), *map(str, words[1:])], check=True, capture_output=True, text=True, timeout=300, **more)


@contextlib.contextmanager
def daemon(directory, *words, **more):
    """A server in the foreground, its output in NAME.log, ended at the end."""
    with open(directory / f"{words[0]}.log", "a") as log:
        process = subprocess.Popen([shutil.which(words[0], path=PATH), *map(str, words[1:])], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   **more)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(what, seconds=120):
    """Waits until what() is true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.1)


def answers(*words, **more):
    return subprocess.run([shutil.which(words[0], path=PATH), *map(str, words[1:])], capture_output=True, **more).returncode == 0


@contextlib.contextmanager
def postgresql(directory):
    """The URL of an empty database. The server refuses to be root."""
    need("initdb", "postgres", "pg_isready")
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    data, (port,) = directory / "data", free_ports(1)
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, "postgres", "postgres")
    call("initdb", "-D", data, "-U", "explore", "-A", "trust", "--no-sync", cwd="/", **user)
    with daemon(directory, "postgres", "-D", data, "-p", port, "-k", "", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", cwd="/", **user):
        until(lambda: answers("pg_isready", "-h", "127.0.0.1", "-p", port))
        yield f"postgresql://explore@127.0.0.1:{port}/postgres"


SLURM = """
ClusterName=explore
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={directory}/munge.socket
CredType=cred/munge
StateSaveLocation={directory}/state
SlurmdSpoolDir={directory}/spool-%n
SlurmdPidFile={directory}/slurmd-%n.pid
SlurmctldPidFile={directory}/slurmctld.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
ReturnToService=2
MpiDefault=none
KillWait=2
SlurmdParameters=config_overrides
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=2
NodeName=node2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=2
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


@contextlib.contextmanager
def slurm(directory):
    """The path of slurm.conf of a cluster of two nodes, both on this machine, each a slurmd with a port of its own."""
    need("slurmctld", "slurmd", "sbatch", "sinfo", "munged", "munge")
    if os.geteuid() != 0:
        pytest.skip("slurmd wants to be root")
    key, config, munge_socket = directory / "munge.key", directory / "slurm.conf", directory / "munge.socket"
    key.write_bytes(os.urandom(128))
    key.chmod(0o600)
    directory.chmod(0o755)
    (directory / "state").mkdir()
    config.write_text(SLURM.format(host=socket.gethostname(), ports=free_ports(3), directory=directory))
    environment = {**os.environ, "PATH": PATH, "SLURM_CONF": str(config)}
    with contextlib.ExitStack() as stack:
        stack.enter_context(daemon(directory, "munged", "--foreground", "--force", f"--key-file={key}", f"--socket={munge_socket}",
                                   f"--pid-file={directory}/munged.pid", f"--log-file={directory}/munge.log", f"--seed-file={directory}/seed"))
        until(lambda: answers("munge", "-n", f"--socket={munge_socket}"))
        stack.enter_context(daemon(directory, "slurmctld", "-D", env=environment))
        for node in ("node1", "node2"):
            stack.enter_context(daemon(directory, "slurmd", "-D", "-N", node, env=environment))
        until(lambda: call("sinfo", "-h", "-N", "-o", "%t", env=environment).stdout.split() == ["idle", "idle"]
              if answers("sinfo", env=environment) else False)
        yield config
