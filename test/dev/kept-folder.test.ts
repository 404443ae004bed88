import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { claimKeptFolder, type KeptFolder } from '../../dev/kafka/kept-folder.ts'

let parent: string
before(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kept-folder-'))
})
after(() => rm(parent, { recursive: true }))

/** Puts what stands for a broker's data into the folder. */
async function fill({ path }: KeptFolder): Promise<string> {
  const file = join(path, 'broker-0', 'data', 'record')
  await mkdir(join(path, 'broker-0', 'data'), { recursive: true })
  await writeFile(file, 'kept')
  return file
}

test('what was in the folder is there at the next claim', async () => {
  const path = join(parent, 'kept')
  const first = await claimKeptFolder(path)
  const file = await fill(first)
  first.release()
  const second = await claimKeptFolder(path)
  assert.equal(await readFile(file, 'utf8'), 'kept')
  assert.equal(second.wasWiped, false)
  second.release()
})

test('two claims at once: the second is refused and told which process has the folder', async () => {
  const path = join(parent, 'shared')
  const first = await claimKeptFolder(path)
  const file = await fill(first)
  const refused = { message: new RegExp(`^${path} is in use by process ${process.pid}\\b`) }
  await assert.rejects(claimKeptFolder(path), refused)
  await assert.rejects(claimKeptFolder(path, { fresh: true }), refused)
  assert.ok(existsSync(file))
  first.release()
})

test('a claim that a crash left means nothing, even if another process has its number by now', async () => {
  const path = join(parent, 'crashed')
  await writeFile(`${path}.lock`, JSON.stringify({ pid: process.ppid }))
  const claimed = await claimKeptFolder(path)
  claimed.release()
})

test('a fresh claim deletes the data, and says whether there were any', async () => {
  const path = join(parent, 'fresh')
  const first = await claimKeptFolder(path, { fresh: true })
  assert.equal(first.wasWiped, false)
  await fill(first)
  first.release()
  const second = await claimKeptFolder(path, { fresh: true })
  assert.equal(second.wasWiped, true)
  assert.deepEqual(await readdir(path), ['stamp.json'])
  second.release()
})

test('what was being deleted when the process was killed is deleted by the next one', async () => {
  const path = join(parent, 'half-deleted')
  for (const fresh of [false, true]) {
    const file = await fill(await claimed(path))
    await mkdir(join(path, 'deleted-broker-0', 'data'), { recursive: true })
    await claimed(path, { fresh })
    assert.equal(existsSync(file), !fresh)
    assert.deepEqual(await readdir(path), fresh ? ['stamp.json'] : ['broker-0', 'stamp.json'])
  }
})

test('data of another Kafka, or of another number of brokers, are refused until they are deleted', async () => {
  const path = join(parent, 'other')
  const file = await fill(await claimed(path, { kafka: '4.2.0' }))
  await assert.rejects(claimKeptFolder(path), {
    message: `${path} holds data of Kafka 4.2.0 on 1 broker, and this is Kafka 4.3.1 on 1 broker: --fresh deletes them`,
  })
  await assert.rejects(
    claimKeptFolder(path, { kafka: '4.2.0', brokers: 3 }),
    /on 1 broker, and this is .* on 3 brokers/,
  )
  assert.ok(existsSync(file))
  await claimed(path, { fresh: true })
  await claimed(path)
  assert.equal(existsSync(file), false)
})

test('a stamp that says nothing is refused, too', async () => {
  const path = join(parent, 'damaged')
  await fill(await claimed(path))
  await writeFile(join(path, 'stamp.json'), '')
  await assert.rejects(claimKeptFolder(path), /holds data of an unknown Kafka, and this is/)
  await claimed(path, { fresh: true })
})

test('a folder with something else is left as it is, and an empty one is used', async () => {
  const path = join(parent, 'photos')
  await mkdir(path)
  await claimed(path)
  await rm(join(path, 'stamp.json'))
  const photo = join(path, 'photo.jpg')
  await writeFile(photo, '')
  for (const fresh of [false, true]) {
    const message = `${path} is not empty, and holds no data of an embedded Kafka: choose another folder`
    await assert.rejects(claimKeptFolder(path, { fresh }), { message })
  }
  assert.ok(existsSync(photo))
})

/** Claims the folder and gives it back. */
async function claimed(path: string, options: Parameters<typeof claimKeptFolder>[1] = {}): Promise<KeptFolder> {
  const folder = await claimKeptFolder(path, options)
  folder.release()
  return folder
}
