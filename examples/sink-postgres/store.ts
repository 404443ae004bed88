import type { Pool, PoolClient } from 'pg'
import type { InvoiceRecord } from './record.ts'

/** Records of one partition, in the order of their offsets. */
export interface Fetched {
  readonly topic: string
  readonly partition: number
  readonly records: readonly { readonly offset: string; readonly invoice: InvoiceRecord }[]
  /** The offset behind the last one. */
  readonly nextOffset: bigint
}

/**
 * Stores what is new in one transaction with the position. Whoever holds the row of the position owns the partition
 * for as long: of two sinks that were given the same partition, the second waits, and then skips what the first stored.
 */
export async function store(pool: Pool, { topic, partition, records, nextOffset }: Fetched): Promise<void> {
  const db = await pool.connect()
  try {
    await db.query('BEGIN')
    const position = await lockPosition(db, topic, partition)
    const fresh = records.filter(({ offset }) => BigInt(offset) >= position).map(({ invoice }) => invoice)
    if (fresh.length > 0) await insert(db, partition, fresh)
    if (nextOffset > position) await db.query(MOVE_POSITION, [topic, partition, nextOffset])
    await db.query('COMMIT')
    db.release()
  } catch (error) {
    db.release(true) // closes the connection, which rolls back
    throw error
  }
}

/** Where to read on, as it was committed. */
export async function positionOf(pool: Pool, topic: string, partition: number): Promise<bigint> {
  const { rows } = await pool.query(`${POSITION}`, [topic, partition])
  return BigInt(rows[0]?.next_offset ?? 0)
}

async function lockPosition(db: PoolClient, topic: string, partition: number): Promise<bigint> {
  await db.query('INSERT INTO reader_positions VALUES ($1, $2, 0) ON CONFLICT DO NOTHING', [topic, partition])
  const { rows } = await db.query(`${POSITION} FOR UPDATE`, [topic, partition])
  return BigInt(rows[0].next_offset)
}

async function insert(db: PoolClient, partition: number, invoices: readonly InvoiceRecord[]): Promise<void> {
  const columns = [
    invoices.map(({ rawOffset }) => rawOffset),
    invoices.map(({ storeId }) => storeId),
    invoices.map(({ terminalId }) => terminalId),
    invoices.map(({ journalId }) => journalId),
    invoices.map(({ sequenceNumber }) => sequenceNumber),
    invoices.map(({ receivedAt }) => receivedAt),
    invoices.map(({ value }) => value),
  ]
  await db.query(INSERT_FIRST, [partition, ...columns])
  await db.query(INSERT_CONFLICTS, [partition, ...columns])
}

const POSITION = 'SELECT next_offset FROM reader_positions WHERE topic = $1 AND kafka_partition = $2'

const MOVE_POSITION = 'UPDATE reader_positions SET next_offset = $3 WHERE topic = $1 AND kafka_partition = $2'

const FETCHED = `
  unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[], $8::bytea[])
  AS fetched (raw_offset, store_id, terminal_id, journal_id, sequence_number, received_at, value)`

/** In the order of offsets, so that the first record of an identity is the one that stays. */
const INSERT_FIRST = `
  INSERT INTO invoices (kafka_partition, raw_offset, store_id, terminal_id, journal_id, sequence_number,
                        received_at, value, invoice)
  SELECT $1, raw_offset, store_id, terminal_id, journal_id, sequence_number,
         received_at, value, convert_from(value, 'UTF8')::jsonb
  FROM ${FETCHED} ORDER BY raw_offset
  ON CONFLICT (store_id, terminal_id, journal_id, sequence_number) DO NOTHING`

/** Equal jsonb is equal content: what the order of members, white space and escapes are does not count. */
const INSERT_CONFLICTS = `
  INSERT INTO invoice_conflicts (kafka_partition, raw_offset, first_offset, store_id, terminal_id, journal_id,
                                 sequence_number, received_at, value)
  SELECT $1, fetched.raw_offset, first.raw_offset, store_id, terminal_id, journal_id,
         sequence_number, fetched.received_at, fetched.value
  FROM ${FETCHED} JOIN invoices AS first USING (store_id, terminal_id, journal_id, sequence_number)
  WHERE convert_from(fetched.value, 'UTF8')::jsonb <> first.invoice`
