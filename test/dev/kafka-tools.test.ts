import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fetchJars } from '../../dev/kafka/artifacts.ts'
import { startKafka } from '../../dev/kafka/cluster.ts'
import { kafkaFromEnvironment } from '../../dev/kafka/from-environment.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kafka-tools-'))
})
after(() => rm(folder, { recursive: true }))

test('without Java the error says in one line what to install or to set', async () => {
  await assert.rejects(
    startKafka({ env: { PATH: folder } }),
    oneLine(/^Kafka needs Java 17 .* no java: install it .*KAFKA_BROKERS/),
  )
})

test('a Java that is too old is named with its version', async () => {
  const PATH = await command('old', 'java', 'echo \'openjdk version "11.0.2" 2019-01-15\' >&2')
  await assert.rejects(
    startKafka({ env: { PATH } }),
    oneLine(/^Kafka needs Java 17 .* is version 11\.0\.2: install it/),
  )
})

test('a Java 8, which counts itself as 1.8, is too old', async () => {
  const PATH = await command('eight', 'java', 'echo \'java version "1.8.0_401"\' >&2')
  await assert.rejects(startKafka({ env: { PATH } }), oneLine(/is version 1\.8\.0_401: install it/))
})

test('without Maven, when the jars are not there yet, the error says what to install or to set', async () => {
  const missing = { env: { PATH: folder }, folder: join(folder, 'libs'), onProgress: () => {} }
  await assert.rejects(fetchJars(missing), oneLine(/^Maven is needed once, .* no mvn: install it .*KAFKA_BROKERS/))
})

test('when Maven fails, the error carries its complaint, and what it left is not taken for the jars', async () => {
  const failing = 'echo "[INFO] Scanning"; echo "[ERROR] Network is unreachable"; exit 1'
  const options = {
    env: { PATH: await command('fails', 'mvn', failing) },
    folder: join(folder, 'libs'),
    onProgress: () => {},
  }
  for (const attempt of [1, 2]) {
    await assert.rejects(
      fetchJars(options),
      oneLine(/could not fetch Apache Kafka .*: Network is unreachable/),
      `${attempt}`,
    )
  }
})

test('jars that are there need no Maven', async () => {
  const libs = join(folder, 'there')
  await mkdir(libs)
  await writeFile(join(libs, 'b.jar'), '')
  await writeFile(join(libs, 'a.jar'), '')
  const jars = await fetchJars({ env: { PATH: folder }, folder: libs, onProgress: () => {} })
  assert.deepEqual(jars, [join(libs, 'a.jar'), join(libs, 'b.jar')])
})

test('two downloads at once both end with the same whole folder', async () => {
  const fetches =
    'for it; do case $it in -DoutputDirectory=*) IFS==; set -- $it; echo > "$2/kafka_2.13-4.3.1.jar";; esac; done'
  const options = {
    env: { PATH: await command('works', 'mvn', fetches) },
    folder: join(folder, 'raced'),
    onProgress: () => {},
  }
  const [one, other] = await Promise.all([fetchJars(options), fetchJars(options)])
  assert.deepEqual(one, [join(folder, 'raced', 'kafka_2.13-4.3.1.jar')])
  assert.deepEqual(other, one)
})

test('KAFKA_BROKERS names a cluster that is there: no Java is needed, and stopping leaves it alone', async () => {
  const env = { PATH: folder, KAFKA_BROKERS: 'one:9092, two:9093' }
  const kafka = await kafkaFromEnvironment({ env })
  assert.deepEqual(kafka.bootstrap, ['one:9092', 'two:9093'])
  await kafka.stop()
})

/** Makes a command of that name and resolves to a PATH of it alone. */
async function command(into: string, name: string, script: string): Promise<string> {
  const path = join(folder, into)
  await mkdir(path)
  await writeFile(join(path, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(path, name), 0o755)
  return path
}

function oneLine(pattern: RegExp) {
  return (error: Error) => {
    assert.match(error.message, pattern)
    assert.ok(!error.message.includes('\n'), 'one line')
    return true
  }
}
