"""The image of a world in SQLite alone, through apsw: what the machine needs at least, with nothing of ours in between."""

import itertools
from types import TracebackType
from typing import Self

import apsw
from shopping import SHELF, Shop

from agentscaler.world import World

ROW = 'SELECT * FROM "customer" WHERE "customer_id" = ?'
PHONE = 'UPDATE "customer" SET "phone" = ? WHERE "customer_id" = ?'
COUNT = 'UPDATE "stock" SET "quantity" = ? WHERE "product_id" = ? AND "warehouse" = ?'


class Bare:
    """A deserialised image."""

    def __init__(self, world: World, shop: Shop) -> None:
        self.connection = apsw.Connection(":memory:")
        self.connection.deserialize("main", world.loaded.image(world.seed)[0])
        self.shop = shop

    def read(self) -> None:
        self.connection.execute(ROW, (self.shop.customer,)).fetchall()

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Recorded(Bare):
    """The same with foreign keys, a savepoint and a session: writes that can be undone and reported."""

    def __init__(self, world: World, shop: Shop) -> None:
        super().__init__(world, shop)
        self.connection.execute("PRAGMA foreign_keys=ON")
        self._record()
        self.connection.execute("SAVEPOINT base")
        self._number = itertools.count()

    def write(self) -> None:
        self.connection.execute(PHONE, (str(next(self._number)), self.shop.customer))

    def count(self) -> None:
        self.connection.execute(COUNT, (next(self._number) % 1_000, self.shop.products[0], SHELF))

    def apply(self, changes: bytes) -> None:
        apsw.Changeset.apply(changes, self.connection, flags=apsw.SQLITE_CHANGESETAPPLY_FKNOACTION)

    def changeset(self) -> bytes:
        return self.session.changeset()

    def reset(self) -> None:
        self.connection.execute("ROLLBACK TO base")
        self.session.close()
        self._record()

    def restore(self, changes: bytes) -> None:
        self.reset()
        self.apply(changes)

    def close(self) -> None:
        self.session.close()
        super().close()

    def _record(self) -> None:
        self.session = apsw.Session(self.connection, "main")
        self.session.attach()
