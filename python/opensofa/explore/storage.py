# SPDX-License-Identifier: Apache-2.0
"""Where trials are kept: an SQLite file, or PostgreSQL where several machines work on one study."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pathlib
import re
import warnings
import zlib
from collections.abc import Iterator

import optuna
import sqlalchemy
from optuna.storages import RDBStorage

from ._errors import ExploreError, one_line
from .trials import repeat

VARIABLE = "SOFAEXPLORE_STORAGE"  # of the environment: what --storage is when it is not given
HEARTBEAT = 10  # seconds
SILENT_BEATS = 3  # after as many without one a worker is taken for dead
_BUSY = 120  # seconds that a writer waits for another one of the same SQLite file
_ELSEWHERE = re.compile(r"postgres(ql)?(\+\w+)?://")


def address(given: str | None, study: str) -> str:
    """The URL of a storage: a path is that of an SQLite file, or of a directory for NAME.sqlite."""
    text = given or os.environ.get(VARIABLE) or "."
    if _ELSEWHERE.match(text):
        return "postgresql+psycopg://" + text.split("://", 1)[1]
    if "://" in text and not text.startswith("sqlite:///"):
        raise ExploreError(f"--storage {hidden(text)}: must be the path of a file, sqlite:///PATH or postgresql://USER@HOST/DATABASE")
    path = pathlib.Path(text.removeprefix("sqlite:///")).absolute()
    return f"sqlite:///{path / f'{study}.sqlite' if path.is_dir() else path}"


def file_of(url: str) -> pathlib.Path | None:
    """The SQLite file."""
    return pathlib.Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def hidden(url: str) -> str:
    """Without its password."""
    return re.sub(r"://([^:/@]*):[^@/]*@", r"://\1:***@", url)


def has_password(url: str) -> bool:
    return hidden(url) != url or "password=" in url


class Storage:
    """Optuna's trials, and one lock for all workers of all machines: choosing a point is one step that nobody else comes between."""

    def __init__(self, url: str, study: str, heartbeat: int = HEARTBEAT) -> None:
        self.url, self.heartbeat = url, heartbeat
        self._key = zlib.crc32(f"sofaexplore {study}".encode())
        self._engine = None if file_of(url) else _engine(url)
        try:
            with said(url, "cannot be opened"), self.alone():
                self.trials = _open(url, heartbeat)
        except (OSError, RuntimeError) as error:  # the latter: tables of another version of Optuna
            raise _fault(url, "cannot be opened", error) from None

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Waits for the lock, which a killed process gives back."""
        with (_file_lock(self.url) if self._engine is None else _server_lock(self._engine, self._key)):
            yield


def _open(url: str, heartbeat: int) -> RDBStorage:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    arguments = {"connect_args": {"timeout": _BUSY}} if file_of(url) else {"pool_pre_ping": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # the heartbeat is called so
        return RDBStorage(url, engine_kwargs=arguments, heartbeat_interval=heartbeat, grace_period=SILENT_BEATS * heartbeat,
                          heartbeat_stale_trial_callback=repeat)


def _engine(url: str) -> sqlalchemy.Engine:
    if importlib.util.find_spec("psycopg") is None:
        raise ExploreError(f"--storage {hidden(url)}: needs the driver of PostgreSQL; pip install 'opensofa[explore-postgresql]'")
    try:
        return sqlalchemy.create_engine(url, pool_pre_ping=True)
    except sqlalchemy.exc.ArgumentError as error:
        raise ExploreError(f"--storage {hidden(url)}: {one_line(str(error))}; it is postgresql://USER@HOST/DATABASE") from None


@contextlib.contextmanager
def said(url: str, what: str) -> Iterator[None]:
    """Faults of a database in one line."""
    try:
        yield
    except (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        raise _fault(url, what, getattr(error, "orig", None) or error.__cause__ or error) from None


def _fault(url: str, what: str, error: BaseException) -> ExploreError:
    return ExploreError(f"--storage {hidden(url)}: {what}: {one_line(str(error), 300)}; {_remedy(url)}")


def _remedy(url: str) -> str:
    return "name a file that can be written" if file_of(url) else "does the server run, and may this user use the database?"


@contextlib.contextmanager
def _file_lock(url: str) -> Iterator[None]:
    path = file_of(url)
    assert path is not None
    with open(path.with_name(path.name + ".lock"), "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _server_lock(engine: sqlalchemy.Engine, key: int) -> Iterator[None]:
    """Of a transaction: it ends with it."""
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
        yield
