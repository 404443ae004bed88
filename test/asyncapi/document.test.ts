import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { asyncapiDocument } from '../../src/asyncapi/document.ts'
import { exampleRecords } from '../../src/asyncapi/examples.ts'
import { stageTopics } from '../../src/kafka/partition-owner.ts'
import { topicSettings } from '../../src/tools/topics/settings.ts'
import { STAGE_TOPICS, stageTopicSettings } from '../../src/tools/topics/stage-topics.ts'
import { at } from '../http/contract.ts'
import { ASYNCAPI, type ReadRecord, recordErrors } from './contract.ts'

const entriesAt = (...path: string[]) => Object.entries<unknown>(Object(at(ASYNCAPI, ...path)))
const placeholders = (text: unknown) => [...String(text).matchAll(/\{(\w+)\}/g)].map(([, name]) => name)

suite('the AsyncAPI document', () => {
  test('that is checked in is that of the code', () => {
    assert.deepEqual(ASYNCAPI, JSON.parse(JSON.stringify(asyncapiDocument())))
  })

  test('has all topics under the names that the stage gives them, with the cleanup that tillgate topics wants', () => {
    const wanted = [['raw', '{topic}'], ...Object.entries(stageTopics('{topic}'))]
    assert.deepEqual(
      entriesAt('channels').map(([name, channel]) => [name, at(channel, 'address')]),
      wanted,
    )
    const settings = STAGE_TOPICS.map((kind) => [kind, stageTopicSettings(kind, 3, 7)] as const)
    for (const [kind, wanted] of [['raw', topicSettings(3, 7)] as const, ...settings]) {
      const cleanup = at(ASYNCAPI, 'channels', kind, 'bindings', 'kafka', 'topicConfiguration', 'cleanup.policy')
      assert.deepEqual(cleanup, [wanted.find(({ name }) => name === 'cleanup.policy')?.value], kind)
    }
  })

  test('defines every placeholder, and none that is not there', () => {
    for (const [name, channel] of entriesAt('channels'))
      assert.deepEqual(Object.keys(Object(at(channel, 'parameters'))), placeholders(at(channel, 'address')), name)
    for (const [name, server] of entriesAt('servers'))
      assert.deepEqual(Object.keys(Object(at(server, 'variables'))), placeholders(at(server, 'host')), name)
  })

  test('has one operation for each channel, which sends all that is in it', () => {
    const operations = entriesAt('operations').map(([, operation]) => {
      const messages = Object.values<unknown>(Object(at(operation, 'messages'))).map((message) => at(message, '$ref'))
      return [at(operation, 'action'), at(operation, 'channel', '$ref'), messages]
    })
    const wanted = entriesAt('channels').map(([name, channel]) => {
      const messages = Object.keys(Object(at(channel, 'messages'))).map(
        (message) => `#/channels/${name}/messages/${message}`,
      )
      return ['send', `#/channels/${name}`, messages]
    })
    assert.deepEqual(operations, wanted)
  })

  test('has an example of each message, as it is written', () => {
    for (const [name, message] of entriesAt('components', 'messages')) assert.ok(at(message, 'examples', '0'), name)
    const { raw, unique } = exampleRecords()
    const { headers, payload } = Object(at(ASYNCAPI, 'components', 'messages', 'UniqueInvoice', 'examples', '0'))
    assert.deepEqual(headers, { ...raw[0]?.headers, 'pos-raw-offset': '0' })
    assert.deepEqual(JSON.stringify(payload), String(unique[0]?.value))
  })
})

suite('a record', () => {
  const records = exampleRecords()
  const [journal, position] = records.journals as [ReadRecord, ReadRecord]
  const [conflict] = records.conflicts as [ReadRecord]
  const [invoice] = records.raw as [ReadRecord]
  const withHeaders = (record: ReadRecord, headers: Record<string, unknown>) => ({
    ...record,
    headers: { ...record.headers, ...headers },
  })
  const without = (record: ReadRecord, header: string) => {
    const { [header]: _, ...headers } = record.headers
    return { ...record, headers }
  }
  const json = (value: unknown) => Buffer.from(JSON.stringify(value))

  test('as it is written matches the document', () => {
    for (const [channel, all] of Object.entries(records))
      for (const record of all) assert.deepEqual(recordErrors(channel, record), [], channel)
    assert.deepEqual(recordErrors('journals', { ...journal, value: null }), [])
    const warned = withHeaders(invoice, { 'pos-warnings': 'tax-sum,occurred-in-future', 'pos-ingest': 'upload' })
    assert.deepEqual(recordErrors('raw', without(warned, 'pos-principal')), [])
  })

  const needed = Object.keys(invoice.headers).filter((name) => name !== 'pos-principal')
  const wrong: [string, string, ReadRecord, RegExp][] = [
    ['without a key', 'raw', { ...invoice, key: null }, /has the key null/],
    ['with the key of another topic', 'raw', { ...invoice, key: journal.key }, /has the key/],
    ['with the key of a store', 'journals', { ...journal, key: invoice.key }, /has the key/],
    ['with a header that nobody has named', 'raw', withHeaders(invoice, { 'pos-shard': '1' }), /no header pos-shard/],
    [
      'with a header twice',
      'raw',
      withHeaders(invoice, { ce_id: [Buffer.from('1'), Buffer.from('1')] }),
      /ce_id must be string/,
    ],
    [
      'with a header that is not UTF-8',
      'raw',
      withHeaders(invoice, { ce_id: Buffer.from([0xff]) }),
      /ce_id must be string/,
    ],
    [
      'of the raw topic with a header of the stage',
      'raw',
      withHeaders(invoice, { 'pos-raw-offset': '1' }),
      /no header pos-raw-offset/,
    ],
    ['of .unique without its place', 'unique', invoice, /required property 'pos-raw-offset'/],
    [
      'of .conflicts without a reason',
      'conflicts',
      without(conflict, 'pos-conflict'),
      /required property 'pos-conflict'/,
    ],
    [
      'of .conflicts with a reason that there is not',
      'conflicts',
      withHeaders(conflict, { 'pos-conflict': 'first' }),
      /pos-conflict must/,
    ],
    [
      'of .conflicts with an offset that is none',
      'conflicts',
      withHeaders(conflict, { 'pos-first-offset': '-1' }),
      /pos-first-offset must match/,
    ],
    ['of .journals with a header', 'journals', withHeaders(journal, { ce_id: '1' }), /no header ce_id/],
    ...needed.map((name): [string, string, ReadRecord, RegExp] => [
      `without ${name}`,
      'raw',
      without(invoice, name),
      new RegExp(`required property '${name}'`),
    ]),
    ...Object.keys(invoice.headers).map((name): [string, string, ReadRecord, RegExp] => [
      `with an empty ${name}`,
      'unique',
      withHeaders(records.unique[0] as ReadRecord, { [name]: '' }),
      new RegExp(`headers/${name} must`),
    ]),
    [
      'with a trace of zeroes',
      'raw',
      withHeaders(invoice, { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-00` }),
      /traceparent/,
    ],
    [
      'received on no day',
      'raw',
      withHeaders(invoice, { 'pos-received-at': '2026-02-30T16:09:55.412Z' }),
      /pos-received-at/,
    ],
    ['without a value', 'raw', { ...invoice, value: null }, /payload must be object/],
    [
      'whose value is no JSON',
      'unique',
      { ...(records.unique[0] as ReadRecord), value: Buffer.from('{') },
      /payload: /,
    ],
    ['whose value is no invoice', 'raw', { ...invoice, value: json({ schemaVersion: '1.0' }) }, /payload must have/],
    [
      'of a journal in another version',
      'journals',
      { ...journal, value: Buffer.from([2, 0, 0, 0, 0, 0]) },
      /payload must match/,
    ],
    ['of a journal cut off', 'journals', { ...journal, value: Buffer.from([1, 0]) }, /payload must/],
    [
      'of a position in another version',
      'journals',
      { ...position, value: json({ version: 2, next: 0, timeMs: 0, last: null }) },
      /payload\/version/,
    ],
    ['of a position without a value', 'journals', { ...position, value: null }, /payload must be object/],
  ]
  for (const [how, channel, record, error] of wrong)
    test(`${how} does not match`, () => {
      assert.match(recordErrors(channel, record).join('\n'), error)
    })
})
