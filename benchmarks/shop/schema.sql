-- A shop for bicycle parts: customers, what is on the shelves, what was ordered, and wish lists.
-- Money is in cents. What a tool makes gets its id from the world; products, warehouses and gift cards are given.

CREATE TABLE customer (
  customer_id      TEXT NOT NULL PRIMARY KEY,                                   -- C1234567
  given_name       TEXT NOT NULL,
  family_name      TEXT NOT NULL,
  email            TEXT NOT NULL UNIQUE,
  phone            TEXT,
  remark           TEXT,                                                        -- what colleagues should know
  newsletter       INTEGER NOT NULL CHECK (newsletter IN (0, 1)),
  points           INTEGER NOT NULL CHECK (points >= 0),                        -- one for each whole euro of an order
  joined_at        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE address (
  address_id       TEXT NOT NULL PRIMARY KEY,                                   -- A1234567
  customer_id      TEXT NOT NULL REFERENCES customer ON DELETE RESTRICT,
  recipient        TEXT NOT NULL,
  street           TEXT NOT NULL,
  postcode         TEXT NOT NULL CHECK (length(postcode) = 5),
  city             TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX address_of_customer ON address (customer_id);

CREATE TABLE category (
  category         TEXT NOT NULL PRIMARY KEY,                                   -- saddles
  freight_cents    INTEGER NOT NULL CHECK (freight_cents >= 0)                  -- added to the shipping of bulky goods
) STRICT, WITHOUT ROWID;

CREATE TABLE product (
  product_id       TEXT NOT NULL PRIMARY KEY,                                   -- P12345
  category         TEXT NOT NULL REFERENCES category ON DELETE RESTRICT,
  title            TEXT NOT NULL UNIQUE,
  about            TEXT NOT NULL,
  weight_grams     INTEGER NOT NULL CHECK (weight_grams > 0),
  price_cents      INTEGER NOT NULL CHECK (price_cents > 0),
  on_sale          INTEGER NOT NULL CHECK (on_sale IN (0, 1))                   -- 0: no longer sold
) STRICT, WITHOUT ROWID;

CREATE INDEX product_of_category ON product (category);

CREATE TABLE stock (
  product_id       TEXT NOT NULL REFERENCES product ON DELETE RESTRICT,
  warehouse        TEXT NOT NULL CHECK (warehouse IN ('north', 'south', 'west')),
  shelf            TEXT NOT NULL,                                               -- A-12-3
  quantity         INTEGER NOT NULL CHECK (quantity >= 0),
  PRIMARY KEY (product_id, warehouse)
) STRICT, WITHOUT ROWID;

CREATE TABLE gift_card (
  code             TEXT NOT NULL PRIMARY KEY,                                   -- ABCD-1234
  customer_id      TEXT NOT NULL REFERENCES customer ON DELETE RESTRICT,
  balance_cents    INTEGER NOT NULL CHECK (balance_cents >= 0),
  expires_on       TEXT NOT NULL                                                -- 2027-03-31
) STRICT, WITHOUT ROWID;

CREATE INDEX gift_card_of_customer ON gift_card (customer_id);

CREATE TABLE customer_order (
  order_id         TEXT NOT NULL PRIMARY KEY,                                   -- R12345678
  customer_id      TEXT NOT NULL REFERENCES customer ON DELETE RESTRICT,
  address_id       TEXT NOT NULL REFERENCES address ON DELETE RESTRICT,
  status           TEXT NOT NULL CHECK (status IN ('placed', 'packed', 'shipped', 'delivered', 'cancelled')),
  paid_by          TEXT NOT NULL CHECK (paid_by IN ('card', 'invoice', 'gift_card')),
  gift_card        TEXT REFERENCES gift_card ON DELETE RESTRICT,
  shipping_cents   INTEGER NOT NULL CHECK (shipping_cents >= 0),
  note             TEXT,
  cancel_reason    TEXT CHECK (cancel_reason IN ('changed_mind', 'found_cheaper', 'ordered_by_mistake')),
  placed_at        TEXT NOT NULL,
  changed_at       TEXT NOT NULL,
  CHECK ((paid_by = 'gift_card') = (gift_card IS NOT NULL)),
  CHECK ((status = 'cancelled') = (cancel_reason IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX order_of_customer ON customer_order (customer_id);

CREATE TABLE order_line (
  order_id         TEXT NOT NULL REFERENCES customer_order ON DELETE CASCADE,
  product_id       TEXT NOT NULL,
  warehouse        TEXT NOT NULL,                                               -- where it is taken from
  title            TEXT NOT NULL,                                               -- as it was sold
  quantity         INTEGER NOT NULL CHECK (quantity > 0),
  unit_cents       INTEGER NOT NULL CHECK (unit_cents > 0),                     -- as it was sold
  PRIMARY KEY (order_id, product_id),
  FOREIGN KEY (product_id, warehouse) REFERENCES stock ON DELETE RESTRICT
) STRICT, WITHOUT ROWID;

CREATE TABLE wish_list (
  wish_list_id     TEXT NOT NULL PRIMARY KEY,                                   -- W1234567
  customer_id      TEXT NOT NULL REFERENCES customer ON DELETE RESTRICT,
  title            TEXT NOT NULL,
  created_at       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX wish_list_of_customer ON wish_list (customer_id);

CREATE TABLE wish (
  wish_list_id     TEXT NOT NULL REFERENCES wish_list ON DELETE CASCADE,
  product_id       TEXT NOT NULL REFERENCES product ON DELETE RESTRICT,
  PRIMARY KEY (wish_list_id, product_id)
) STRICT, WITHOUT ROWID;
