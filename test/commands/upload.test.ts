import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { eventually } from '../../dev/kafka/eventually.ts'
import type { DryRunReport } from '../../src/tools/uploader/dry-run.ts'
import { DEADLINE_MS } from '../harness/cli-process.ts'
import * as gateway from '../tools/uploader/scripted-gateway.ts'
import { scripted } from '../tools/uploader/send-journal.ts'
import { spawnUpload } from '../tools/uploader/spawn-upload.ts'

let folder: string
let folders = 0

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-upload-'))
})

after(() => rm(folder, { recursive: true, force: true }))

const invoice = (number: number) => JSON.stringify({ sequenceNumber: number })

/** A folder of its own with these files. */
async function folderWith(files: Record<string, string>): Promise<string> {
  const path = join(folder, String(++folders))
  await mkdir(path)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), text)
  }
  return path
}

async function upload(t: TestContext, url: URL, cwd: string, args: readonly string[], input = '') {
  const { child, exited } = spawnUpload(t, url, cwd, args)
  child.stdin.end(input)
  return await exited
}

async function uploadWith(t: TestContext, url: URL, cwd: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const { child, exited } = spawnUpload(t, url, cwd, args, env)
  child.stdin.end()
  return await exited
}

test('a finished upload has nothing left to send and exits with 0, whatever was rejected, once that is dealt with', async (t) => {
  const server = await scripted(
    t,
    gateway.results((line) => (line.includes('"sequenceNumber":2}') ? 422 : 201)),
  )
  const cwd = await folderWith({ a: `${invoice(1)}\n`, b: `${invoice(2)}\n${invoice(3)}\n` })
  assert.equal((await upload(t, server.url, cwd, ['a', 'b'])).code, 1)
  const again = await upload(t, server.url, cwd, ['a', 'b'])
  assert.equal(again.code, 1)
  assert.match(
    again.text,
    /^b: nothing left to send; 1 stored, 1 rejected; 1 is in b\.rejected\.ndjson: deal with it, .*\na: nothing left to send/,
  )
  const report = JSON.parse((await upload(t, server.url, cwd, ['--json', 'a', 'b'])).text)
  assert.deepEqual(
    report.files.map((file: { quarantined: number }) => file.quarantined),
    [0, 1],
  )
  assert.equal((await upload(t, server.url, cwd, ['a'])).code, 0)
  await rm(join(cwd, 'b.rejected.ndjson'))
  const dealtWith = await upload(t, server.url, cwd, ['a', 'b'])
  assert.equal(dealtWith.code, 0)
  assert.match(dealtWith.text, /b: nothing left to send; 1 stored, 1 rejected \(file removed\)/)
  assert.equal(server.received.length, 2)
})

test('files that an upload wrote are skipped, and a message says so', async (t) => {
  const server = await scripted(
    t,
    gateway.results(() => 422),
    gateway.stored,
  )
  const cwd = await folderWith({ 'a.ndjson': `${invoice(1)}\n` })
  await upload(t, server.url, cwd, ['a.ndjson'])
  await writeFile(join(cwd, 'a.ndjson.lock'), '')
  await writeFile(join(cwd, 'b.ndjson'), `${invoice(2)}\n`)
  const files = (await readdir(cwd)).sort()
  const { code, stderr } = await upload(t, server.url, cwd, files)
  assert.equal(code, 1)
  const own = ['a.ndjson.lock', 'a.ndjson.progress', 'a.ndjson.rejected.ndjson']
  assert.match(stderr, new RegExp(`skipped, because an upload wrote them: ${own.join(', ')}\n`))
  assert.deepEqual(server.lines(), [[invoice(1)], [invoice(2)]])

  const none = await upload(t, server.url, cwd, own)
  assert.equal(none.code, 2)
  assert.match(none.stderr, /None of these is a journal/)
})

test('--keep-going: files that cannot be sent do not stop the others, and come first in the report', async (t) => {
  const server = await scripted(t, (one, response) =>
    (one.lines.includes(invoice(2)) ? gateway.whole(404) : gateway.stored)(one, response),
  )
  const names = Object.fromEntries([1, 2, 3, 4].map((n) => [`f${n}`, `${invoice(n)}\n`]))
  const cwd = await folderWith({ ...names, 'f4.progress': 'something else' })
  const files = ['f1', 'f2', 'missing', 'f4', 'f3']
  const held = await upload(t, server.url, cwd, files)
  assert.deepEqual([held.code, held.text], [2, ''])
  assert.equal(server.received.length, 0)

  const { code, text } = await upload(t, server.url, cwd, ['--keep-going', ...files])
  assert.equal(code, 1)
  assert.deepEqual(
    text.split('\n').map((line) => line.split(/[:;] | in /)[0]),
    [
      'missing',
      'f4.progress is not a progress file of this version',
      'f2',
      'f1',
      'f3',
      '2 stored and 0 rejected',
      '3 sent, 0 of them again, 0 with an unknown outcome',
      '',
    ],
  )
  assert.deepEqual(server.lines(), [[invoice(1)], [invoice(2)], [invoice(3)]])
})

test('--dry-run says what would be sent; it sends, writes and deletes nothing', async (t) => {
  const server = await scripted(
    t,
    gateway.results((line) => (line.includes(':1}') ? 201 : 422)),
  )
  const cwd = await folderWith({
    a: `${invoice(1)}\n${invoice(2)}\n`,
    b: `${invoice(3)}\nno JSON\n${invoice(4).slice(1, 9)}`,
  })
  await upload(t, server.url, cwd, ['a'])
  await writeFile(join(cwd, 'a'), `${invoice(1)}\n${invoice(2)}\n${invoice(5)}\n`)
  const contents = async () =>
    Object.fromEntries(
      await Promise.all((await readdir(cwd)).map(async (name) => [name, await readFile(join(cwd, name), 'utf8')])),
    )
  const before = await contents()

  const dry = await upload(t, server.url, cwd, ['--dry-run', 'a', 'b'])
  assert.equal(dry.code, 1)
  assert.deepEqual(dry.text.trim().split('\n'), [
    'a: 1 invoice, 20 bytes, from line 3 on; 1 stored and 1 rejected before',
    'b: 2 invoices, 27 bytes, from line 1 on; 0 stored and 0 rejected before; 1 of them are not JSON; its last line, 3, has no line feed and is not complete JSON',
    'would send 3 invoices, 47 bytes; nothing was sent',
  ])
  const json = await upload(t, server.url, cwd, ['--dry-run', '--again', '--json', 'a'])
  assert.equal(json.code, 0)
  assert.deepEqual((JSON.parse(json.text) as DryRunReport).files[0]?.toSend, { invoices: 3, bytes: 60 })
  assert.deepEqual(await contents(), before)
  assert.equal(server.received.length, 1)
})

test('standard input is sent to its end, and it is said that nothing remembers it', async (t) => {
  const server = await scripted(
    t,
    gateway.results((line) => (line === invoice(2) ? 422 : 201)),
  )
  const cwd = await folderWith({})
  const lines = [invoice(1), invoice(2), invoice(3)]
  const { code, text, stderr } = await upload(t, server.url, cwd, ['-'], lines.join('\n'))
  assert.equal(code, 1)
  assert.match(stderr, /standard input: nothing remembers how far it is sent/)
  assert.match(
    text,
    /^standard input: 2 stored, 1 rejected; 1 is in stdin\.rejected\.ndjson: deal with it, then remove that file\n/,
  )
  assert.deepEqual(server.lines(), [lines])
  assert.deepEqual(await readdir(cwd), ['stdin.rejected.ndjson'])
  const good = await upload(t, server.url, cwd, ['-'], `${invoice(1)}\n`)
  assert.equal(good.code, 0, good.text)
})

test('Ctrl-C while standard input is waited for ends it, and the report says from where to go on', async (t) => {
  const server = await scripted(t, gateway.stored)
  const { child, exited } = spawnUpload(t, server.url, await folderWith({}), ['--invoices', '2', '-'])
  child.stdin.write(`${invoice(1)}\n${invoice(2)}\n${invoice(3)}\n`)
  await eventually('two are sent', DEADLINE_MS, 5, async () => server.received.length > 0 || undefined)
  child.kill('SIGINT')
  const { code, text } = await exited
  assert.equal(code, 1, text)
  assert.match(text, /standard input: interrupted; 2 stored, 0 rejected; send it again from line 3 on/)
})

test('a file of rejected invoices that is something else: nothing is sent, and it stays as it is', async (t) => {
  const server = await scripted(
    t,
    gateway.results(() => 422),
  )
  const files = { a: `${invoice(1)}\n`, b: `${invoice(2)}\n`, 'b.rejected.ndjson': '[]', 'stdin.rejected.ndjson': '[]' }
  const cwd = await folderWith(files)
  for (const args of [['a', 'b'], ['-']]) {
    const { code, stderr } = await upload(t, server.url, cwd, args, `${invoice(3)}\n`)
    assert.equal(code, 2, stderr)
    assert.match(stderr, /\.rejected\.ndjson could not be written: it holds something else/)
  }
  assert.equal(server.received.length, 0)
  assert.deepEqual((await readdir(cwd)).sort(), Object.keys(files).sort())
  assert.equal(await readFile(join(cwd, 'b.rejected.ndjson'), 'utf8'), '[]')
})

test('an answers file that cannot be written is named with its flag', async (t) => {
  const server = await scripted(t, gateway.stored)
  const cwd = await folderWith({ a: `${invoice(1)}\n`, 'folder/x': '' })
  for (const answers of ['nowhere/answers', 'folder']) {
    const { code, stderr } = await upload(t, server.url, cwd, ['--answers', answers, 'a'])
    assert.equal(code, 2)
    assert.match(stderr, new RegExp(`^--answers: ${answers}\\S* could not be written: \\w`))
    assert.doesNotMatch(stderr, /\bE[A-Z]{4,}/)
  }
  assert.equal(server.received.length, 0)
})

test('--again deletes nothing until all files and the answers file can be used', async (t) => {
  const server = await scripted(
    t,
    gateway.results((line) => (line === invoice(1) ? 422 : 201)),
  )
  const cwd = await folderWith({ a: `${invoice(1)}\n${invoice(2)}\n`, notes: 'precious' })
  await upload(t, server.url, cwd, ['a'])
  const left = async () =>
    await Promise.all(['a.progress', 'a.rejected.ndjson'].map((name) => readFile(join(cwd, name), 'utf8')))
  const before = await left()
  for (const args of [
    ['a', 'missing'],
    ['--answers', 'notes', 'a'],
  ]) {
    assert.equal((await upload(t, server.url, cwd, ['--again', ...args])).code, 2)
    assert.deepEqual(await left(), before, args.join(' '))
  }
  assert.equal(server.received.length, 1)

  const { code } = await upload(t, server.url, cwd, ['--again', '--answers', 'answers', 'a'])
  assert.equal(code, 1)
  assert.equal((await readFile(join(cwd, 'a.rejected.ndjson'), 'utf8')).trim().split('\n').length, 1)
  assert.equal(server.received.length, 2)
})

test('without a good token the upload stops, and keeps its journal; with one, the same command sends it', async (t) => {
  const token = 'aaa.bbb.ccc'
  const server = await scripted(t, (received, response) => {
    const { authorization } = received.headers
    const reply =
      authorization === undefined ? gateway.whole(401) : gateway.results((line) => statusFor(authorization, line))
    reply(received, response)
  })
  const statusFor = (authorization: string, line: string) =>
    authorization === `Bearer ${token}` || line.includes('"sequenceNumber":1}') ? 201 : 403
  const cwd = await folderWith({ a: `${invoice(1)}\n${invoice(2)}\n`, token: `${token}\n` })

  const without = await upload(t, server.url, cwd, ['a'])
  assert.equal(without.code, 1)
  assert.match(without.text, /^a: stopped.* answered 401: .*--token-file or TILLGATE_TOKEN/m)
  const other = await uploadWith(t, server.url, cwd, ['a'], { TILLGATE_TOKEN: 'other' })
  assert.equal(other.code, 1)
  assert.match(other.text, /^a: stopped: answered 403: .*--token-file or TILLGATE_TOKEN.*; 1 stored, 0 rejected$/m)
  assert.deepEqual(
    (await readdir(cwd)).filter((name) => name.includes('rejected')),
    [],
  )

  const { code, text, stderr } = await upload(t, server.url, cwd, ['--token-file', 'token', 'a'])
  assert.equal(code, 0, text + stderr)
  assert.deepEqual(server.lines(), [[invoice(1), invoice(2)], [invoice(1), invoice(2)], [invoice(2)]])
  assert.doesNotMatch(text + stderr, /aaa/)

  const missing = await upload(t, server.url, cwd, ['--token-file', 'none', 'a'])
  assert.equal(missing.code, 2)
  assert.match(missing.stderr, /^none: there is no such file/)
})

test('--resume asks where each journal is, tells what it skipped, and ends at a gateway that has no cursors', async (t) => {
  const journal = [1, 2, 3].map((sequenceNumber) =>
    JSON.stringify({ storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber }),
  )
  const problem = { type: '/problems/cursors-off', title: 'No', status: 404, outcome: 'unknown', till: 'resend' }
  let isOff = true
  const server = await scripted(t, (received, response) => {
    if (received.path !== '/v1/stores/S1/terminals/T1/journals/J1') return gateway.stored(received, response)
    assert.equal(received.headers.authorization, 'Bearer aaa.bbb.ccc')
    if (!isOff) return gateway.text('{"through":2,"ahead":[],"missing":[]}')(received, response)
    response.writeHead(404, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem))
  })
  const cwd = await folderWith({ a: `${journal.join('\n')}\n` })
  const env = { TILLGATE_TOKEN: 'aaa.bbb.ccc' }
  const off = await uploadWith(t, server.url, cwd, ['--resume', 'a'], env)
  assert.equal(off.code, 1)
  assert.match(
    off.text,
    /^a: stopped: this gateway has no resume cursors: it needs JOURNALS_TOPIC\. .*nothing was sent$/ms,
  )
  assert.equal(server.received.length, 1)

  isOff = false
  const { code, text } = await uploadWith(t, server.url, cwd, ['--resume', '--json', 'a'], env)
  assert.equal(code, 0)
  const { tally, files } = JSON.parse(text)
  assert.deepEqual([tally.skipped, tally.stored, files[0].total.skipped], [2, 1, 2])
  assert.deepEqual(server.lines().at(-1), [journal[2]])

  const dry = await upload(t, server.url, cwd, ['--resume', '--dry-run', 'a'])
  assert.equal(dry.code, 2)
  assert.match(dry.stderr, /--dry-run asks no gateway/)
})
