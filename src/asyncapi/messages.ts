import type { OutputRecord } from '../dedup/output.ts'
import { exampleRecords } from './examples.ts'
import { KEYS, reference } from './schemas.ts'

/** The schema of the invoice is JSON Schema 2020-12, not AsyncAPI's own dialect. Beside this document, wherever it is. */
const INVOICE = {
  schemaFormat: 'application/schema+json;version=draft-2020-12',
  schema: { $ref: 'invoice.schema.json' },
}

/** Every kind of record, under its name in `#/components/messages`. */
export function messages() {
  const examples = exampleRecords()
  const [journal, position] = examples.journals
  return {
    Invoice: {
      title: 'An invoice',
      summary:
        'As the till sent it, byte for byte. A till that had to send again may have made several of one identity.',
      contentType: 'application/json',
      headers: reference('InvoiceHeaders'),
      payload: INVOICE,
      bindings: keyed(KEYS.store),
      examples: [example(examples.raw[0])],
    },
    UniqueInvoice: {
      title: 'An invoice, once',
      summary: 'The first record of an identity: its key and its value are those of the raw record.',
      contentType: 'application/json',
      headers: reference('UniqueHeaders'),
      payload: INVOICE,
      bindings: keyed(KEYS.store),
      examples: [example(examples.unique[0])],
    },
    Conflict: {
      title: 'A conflict',
      summary: 'A later record with a number that was taken, unless it is surely the same invoice. It is for a person.',
      contentType: 'application/json',
      headers: reference('ConflictHeaders'),
      payload: INVOICE,
      bindings: keyed(KEYS.store),
      examples: [example(examples.conflicts[0])],
    },
    JournalState: {
      title: 'What is known of a journal',
      summary: 'Bytes of a private form, which another version may change. Null where the journal is forgotten.',
      contentType: 'application/octet-stream',
      payload: reference('JournalState'),
      bindings: keyed(KEYS.journal),
      examples: [{ payload: journal?.value?.toString('latin1') }],
    },
    Position: {
      title: 'How far a partition was judged',
      summary: 'One a partition, written with every transaction.',
      contentType: 'application/json',
      payload: reference('Position'),
      bindings: keyed(KEYS.position),
      examples: [{ payload: JSON.parse(String(position?.value)) }],
    },
  }
}

function keyed(key: object): object {
  return { kafka: { key, bindingVersion: BINDING_VERSION } }
}

function example(record: OutputRecord | undefined): object {
  return { headers: record?.headers, payload: JSON.parse(String(record?.value)) }
}

export const BINDING_VERSION = '0.5.0'
