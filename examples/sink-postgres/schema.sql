-- The first record of each identity. ORDER BY kafka_partition, raw_offset is the order of each store.
CREATE TABLE invoices (
  store_id        text        NOT NULL,
  terminal_id     text        NOT NULL,
  journal_id      text        NOT NULL,
  sequence_number bigint      NOT NULL,
  kafka_partition integer     NOT NULL,
  raw_offset      bigint      NOT NULL,
  received_at     timestamptz NOT NULL,
  value           bytea       NOT NULL, -- as the till sent it
  invoice         jsonb       NOT NULL,
  PRIMARY KEY (store_id, terminal_id, journal_id, sequence_number),
  UNIQUE (kafka_partition, raw_offset)
);

-- Later records of an identity, with other content than the first. Each needs a person.
CREATE TABLE invoice_conflicts (
  kafka_partition integer     NOT NULL,
  raw_offset      bigint      NOT NULL,
  first_offset    bigint      NOT NULL,
  store_id        text        NOT NULL,
  terminal_id     text        NOT NULL,
  journal_id      text        NOT NULL,
  sequence_number bigint      NOT NULL,
  received_at     timestamptz NOT NULL,
  value           bytea       NOT NULL,
  PRIMARY KEY (kafka_partition, raw_offset)
);

-- Where to read on. It moves in the transaction that stores the rows.
CREATE TABLE reader_positions (
  topic           text    NOT NULL,
  kafka_partition integer NOT NULL,
  next_offset     bigint  NOT NULL,
  PRIMARY KEY (topic, kafka_partition)
);
