import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const sources = filesOf('src')

interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string
  readonly text: string
}

function filesOf(folder: string): SourceFile[] {
  const paths = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
  return paths.sort().map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}

/** Each place that matches, as `path:line: what matched`. */
function places(files: readonly SourceFile[], pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(
      (match) => `${path}:${text.slice(0, match.index).split('\n').length}: ${match[0].trim()}`,
    ),
  )
}

const outside = (...rooms: string[]) => sources.filter(({ path }) => !rooms.some((room) => path.startsWith(room)))

suite('the source text', () => {
  test('calls a request with many invoices an upload; a batch is Kafka’s', () => {
    assert.deepEqual(places(sources, /backlog/gi), [])
    const others = outside(
      'src/accumulator/',
      'src/kafka/',
      'src/tools/topics/',
      'src/tracing/',
      'src/commands/topics.ts',
      'src/config',
      'src/gateway',
      'src/observability/',
      'src/console/',
    )
    const withoutPath = others.map(({ path, text }) => ({ path, text: text.replaceAll('/invoices/batch', '') }))
    assert.deepEqual(places(withoutPath, /\w*batch\w*/gi), [])
  })

  test('has no name that says nothing', () => {
    const drawers =
      /^\s*(?:export )?(?:class|interface|type|function|const) \w*(?:Manager|Helper|Util|Common|Base|Processor|Service)s?\b/gm
    assert.deepEqual(places(sources, drawers), [])
    const files = outside('src/kafka/kafkajs/index.ts').map(({ path }) => path)
    assert.deepEqual(
      files.filter((path) => /\b(?:manager|helper|util|common|base|processor|lib|index)s?\b/.test(path)),
      [],
    )
  })

  test('puts the unit last in a name', () => {
    assert.deepEqual(places(sources, /\b\w*[a-z](?:Ms|Bytes|Seconds)(?!Per)[A-Z]\w*/g), [])
    // Node itself names the limits of a thread's heap so.
    assert.deepEqual(places(sources, /\b(?!max\w+GenerationSizeMb)\w+(?:Millis|Msec|Secs?|Kb|Mb)\b/g), [])
  })

  test('has no file that nothing imports', () => {
    const imported = new Set(['src/cli.ts'])
    for (const { path, text } of [...sources, ...filesOf('examples')]) {
      for (const [, target = ''] of text.matchAll(/(?:from |import\(|new URL\()'(\.{0,2}\/?[^']+\.ts)'/g))
        imported.add(join(dirname(path), target).replaceAll('\\', '/'))
      for (const [, target = ''] of text.matchAll(/new URL\(`([^`$]+)\$\{extname\(import\.meta\.url\)\}`/g))
        imported.add(join(dirname(path), `${target}.ts`).replaceAll('\\', '/'))
    }
    assert.deepEqual(
      sources.map(({ path }) => path).filter((path) => !imported.has(path)),
      [],
    )
  })

  test('has a test file of the same name only where there is such a source, or where it is about several', () => {
    const ABOUT_SEVERAL = /(?:fuzz|client|samples|order|overlapping-uploads|odd-requests|upload-journeys)\.test\.ts$/
    const mirrored = filesOf('test').filter(({ path }) =>
      /^test\/(?:accumulator|admin|admission|asyncapi|commands|console|dedup|http|ingest|invoice|kafka|observability|tools|tracing|uploads)\/.*\.test\.ts$/.test(
        path,
      ),
    )
    const known = new Set(sources.map(({ path }) => path))
    const isMirror = (path: string) => known.has(path.replace(/^test/, 'src').replace(/\.test\.ts$/, '.ts'))
    assert.deepEqual(
      mirrored.map(({ path }) => path).filter((path) => !isMirror(path) && !ABOUT_SEVERAL.test(path)),
      [],
    )
  })

  test('hides no leak behind unref', () => {
    assert.deepEqual(places(sources, /\.unref\(/g), [])
  })

  test('imports kafkajs in one place', () => {
    assert.deepEqual(
      places(sources, /from 'kafkajs'/g).map((place) => place.split(':')[0]),
      ['src/kafka/kafkajs/index.ts'],
    )
  })
})
