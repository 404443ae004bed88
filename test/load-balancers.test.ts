import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { longestAnswerMs, readConfig } from '../src/config.ts'

const config = readConfig({ KAFKA_BROKERS: 'a:9092' })

/** The seconds that a directive of a configuration file is set to, in milliseconds. */
async function millisecondsOf(file: string, directive: string): Promise<number> {
  return 1_000 * Number(await settingOf(file, directive, 's'))
}

async function settingOf(file: string, directive: string, unit: string): Promise<string> {
  const text = await readFile(new URL(`../deploy/${file}`, import.meta.url), 'utf8')
  const [, value] = new RegExp(`^ *${directive} (\\d+)${unit};?$`, 'm').exec(text) ?? []
  assert.ok(value !== undefined, `${file} sets ${directive}`)
  return value
}

test('the load balancers that are shipped wait longer than the longest answer', async () => {
  const longestMs = longestAnswerMs(config)
  for (const directive of ['timeout server', 'timeout client'])
    assert.ok((await millisecondsOf('haproxy/haproxy.cfg', directive)) > longestMs, directive)
  for (const directive of ['proxy_read_timeout', 'proxy_send_timeout'])
    assert.ok((await millisecondsOf('nginx/nginx.conf', directive)) > longestMs, directive)
})

test('HAProxy lets what it has under way end after a reload', async () => {
  const [stopMs, serverMs] = await Promise.all(
    ['hard-stop-after', 'timeout server'].map((directive) => millisecondsOf('haproxy/haproxy.cfg', directive)),
  )
  assert.ok(stopMs! > serverMs!)
})

test('they close idle connections to gateways before the gateways do', async () => {
  assert.ok((await millisecondsOf('haproxy/haproxy.cfg', 'timeout http-keep-alive')) < config.KEEP_ALIVE_TIMEOUT_MS)
  assert.ok((await millisecondsOf('nginx/nginx.conf', 'keepalive_timeout')) < config.KEEP_ALIVE_TIMEOUT_MS)
})

test('nginx passes on whatever a gateway may take', async () => {
  const mebibytes = Number(await settingOf('nginx/nginx.conf', 'client_max_body_size', 'm'))
  const { MAX_INVOICE_BYTES, UPLOAD_MAX_BYTES, UPLOAD_MAX_COMPRESSED_BYTES } = config
  assert.ok(mebibytes * 2 ** 20 >= Math.max(MAX_INVOICE_BYTES, UPLOAD_MAX_BYTES, UPLOAD_MAX_COMPRESSED_BYTES))
})
