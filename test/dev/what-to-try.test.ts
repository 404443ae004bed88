import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { USUAL_KAFKA_PORT } from '../../dev/embedded-kafka.ts'
import { whatToTry } from '../../dev/what-to-try.ts'
import { ConfigSchema } from '../../src/config-schema.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** What `npm start` starts when nothing is said and no port is taken. */
const USUAL = {
  url: `http://127.0.0.1:${ConfigSchema.properties.PORT.default}`,
  adminUrl: `http://127.0.0.1:${ConfigSchema.properties.ADMIN_PORT.default}`,
  host: '127.0.0.1',
  auth: 'off',
  brokers: `127.0.0.1:${USUAL_KAFKA_PORT}`,
  topic: ConfigSchema.properties.KAFKA_TOPIC.default as string,
  earlierRecords: 0,
  kept: { path: '.kafka/start', isUsual: true },
} as const

test('the lines of the README are those that npm start prints', () => {
  const text = whatToTry(USUAL)
  for (const pattern of [/^ +curl -i .*sale\.json$/m, /^ +KAFKA_BROKERS=.* tail --from beginning$/m]) {
    const printed = pattern.exec(text)?.[0].trim() ?? assert.fail(`${pattern}: ${text}`)
    assert.ok(README.includes(`\n    ${printed}\n`), printed)
  }
})

test('it says who may write, and how the line sends a token where one is needed', () => {
  assert.match(whatToTry(USUAL), /^AUTH=off: whoever reaches it .* Only this machine reaches it\.$/m)
  assert.match(whatToTry({ ...USUAL, host: '0.0.0.0' }), /^AUTH=off: .* Other machines reach it, too\.$/m)
  const text = whatToTry({ ...USUAL, auth: 'required' })
  assert.match(text, /^AUTH=required: tills need a token/m)
  assert.match(text, /^ +curl -i .* -H "authorization: Bearer \$TILLGATE_TOKEN" --data-binary/m)
})

test('another topic is in the line that reads it', () => {
  const text = whatToTry({ ...USUAL, topic: 'tried' })
  assert.match(text, /^ {2}KAFKA_BROKERS=127\.0\.0\.1:9092 KAFKA_TOPIC=tried npx tillgate tail --from beginning$/m)
})

test('it says how many invoices are there, and how they are deleted', () => {
  assert.match(whatToTry(USUAL), /topic pos\.invoices is empty\.$/m)
  assert.match(whatToTry({ ...USUAL, earlierRecords: 1 }), /topic pos\.invoices has 1 invoice already\.$/m)
  assert.match(whatToTry({ ...USUAL, earlierRecords: 1_234 }), /has 1,234 invoices already\.$/m)
  assert.match(whatToTry(USUAL), /kept in \.kafka\/start; npm start -- --fresh deletes them\.$/m)
  const elsewhere = whatToTry({ ...USUAL, kept: { path: "/tmp/it's here", isUsual: false } })
  assert.ok(
    elsewhere.includes(`kept in /tmp/it's here; npm start -- --fresh --data '/tmp/it'\\''s here' deletes them.`),
  )
})

test('of a cluster that was there before, nothing is said to be stopped or deleted', () => {
  const text = whatToTry({ ...USUAL, kept: undefined })
  assert.match(text, /^Ctrl-C stops the gateway; Kafka and the topic stay\.$/m)
  const ofAnyFolder = text.replace(/^ +cd .*$/m, '')
  assert.doesNotMatch(ofAnyFolder, /fresh|kept/)
})
