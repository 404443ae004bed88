import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { matchesGlob } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import packageJson from '../../package.json' with { type: 'json' }
import { dispatch } from '../../src/commands/dispatch.ts'
import { documentedLines } from '../clients/documented-lines.ts'
import { assign } from './assignment.ts'
import { commandsOf, documentedCommands } from './documented-commands.ts'
import { KAFKA_SESSIONS } from './kafka-sessions.ts'
import { RUNNERS, type Runner } from './runners.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DEADLINE_MS = 60_000
const commands = documentedCommands()
const assigned = assign(commands, KAFKA_SESSIONS, RUNNERS)
const scripts: Readonly<Record<string, string | undefined>> = packageJson.scripts
const textOf = (file: string) => readFileSync(ROOT + file, 'utf8')

/** The commands of each runner of this kind. */
function runBy<By extends Runner['by']>(by: By) {
  const wanted = RUNNERS.filter((runner): runner is Extract<Runner, { by: By }> => runner.by === by)
  return wanted.flatMap((runner) => (assigned.runners.get(runner) ?? []).map(({ text }) => ({ runner, text })))
}

/** `.ci/run` calls the script, or it is part of the README's test command, which `.ci/run` calls. */
function isCalledByCi(script: string): boolean {
  const ci = textOf('.ci/run')
  const isPart = new RegExp(`npm run ${script}(?![\\w:-])`)
  return isPart.test(ci) || (/^npm cit$/m.test(ci) && isPart.test(packageJson.scripts.test))
}

test('a test runs every command of the documents, and no runner is without a command', () => {
  assert.deepEqual(assigned.problems, [])
})

suite('a command of a document', () => {
  const NONE = { isToPaste: true, output: [], heading: '', document: 'a.md' }

  test('is a line of an indented block, or a line after a dollar in a fenced one', () => {
    const text = [
      ...['# One', '', '    npm a   # why', '    curl b \\', '      -c', '', '- a list', '    npm goes on', ''],
      ...['1. first', '', '       npm in-list', '', '```', '$ npm d', 'shown', '```', ''],
    ].join('\n')
    assert.deepEqual(
      commandsOf('a.md', text),
      [
        { line: 3, text: 'npm a' },
        { line: 4, text: 'curl b -c' },
        { line: 12, text: 'npm in-list' },
        { line: 15, text: 'npm d', output: ['shown'] },
      ].map((command) => ({ ...NONE, heading: 'One', ...command })),
    )
  })

  test('is a span of code that begins with a program and goes on', () => {
    const found = commandsOf('a.md', 'as `A=1 tillgate tail --json`, `npm`\n| `npm run x` | `/readyz` |')
    assert.deepEqual(
      found.map(({ line, text, isToPaste }) => [line, text, isToPaste]),
      [
        [1, 'A=1 tillgate tail --json', false],
        [2, 'npm run x', false],
      ],
    )
  })

  test('is not hidden in output, nor in a block that does not end', () => {
    assert.throws(() => commandsOf('a.md', '```\nnpm x\n```'), /a\.md:2 begins as a command: put "\$ " before it/)
    assert.throws(() => commandsOf('a.md', '```\nx'), /a\.md:1: a fence that nothing ends/)
    assert.throws(() => commandsOf('a.md', '    npm x \\\n\nend'), /a\.md:1: a backslash, and no next line/)
  })

  test('that no runner knows is a problem, and so are two runners, and a runner or step without a command', () => {
    const known: Runner = { command: /^npm a/, by: 'its arguments' }
    const session = { document: 'a.md', heading: '', steps: [{ command: 'curl', says: /x/ }] }
    const problemsOf = (text: string, runners = [known]) =>
      assign(commandsOf('a.md', text), [session], runners).problems
    assert.deepEqual(problemsOf('    npm a\n    curl b'), [])
    assert.deepEqual(problemsOf('    npm a\n    curl b\n    {"json":1}'), [
      'a.md:3: {"json":1}: no test runs this command',
    ])
    assert.deepEqual(problemsOf('    npm a\n    curl b', [known, { ...known, command: /^curl/ }]), [
      'a.md:2: curl b: 2 runners',
    ])
    assert.deepEqual(problemsOf('    echo'), [
      'a.md, below "": no such command here, or not in this order: curl',
      'a.md:1: echo: no test runs this command',
      'no document has the command of a runner: /^npm a/',
    ])
  })
})

test('what CI runs is in .ci/run, or in the test command', () => {
  for (const { runner, text } of runBy('CI')) {
    if (/^npm (cit|test)$/.test(text)) assert.match(textOf('.ci/run'), /^npm cit$/m)
    else assert.ok(isCalledByCi(text.replace('npm run ', '')), `${text}: ${runner.calledBy} does not call it`)
    if (runner.calledBy === 'npm test') assert.ok(!textOf('.ci/run').includes(text), `${text} is in .ci/run itself`)
  }
})

test('a script that no CI runs has the documented arguments, and refuses others', { concurrency: 2 }, async () => {
  const lines = [...new Set(runBy('its arguments').map(({ text }) => text))]
  const refusal = async (line: string) => {
    const [, name = '', args = ''] = /^npm run (\S+)(?: -- (.+))?$/.exec(line) ?? []
    const [program, ...given] = scripts[name]?.split('&& ').at(-1)?.split(' ') ?? []
    assert.equal(program, 'node', `${line}: package.json has ${scripts[name]}`)
    const all = [...given, ...args.split(' ').filter((word) => word !== ''), '--no-such-option']
    const said = await new Promise<string>((resolve) =>
      execFile(process.execPath, all, { cwd: ROOT, timeout: DEADLINE_MS }, (error, _, stderr) =>
        resolve(error === null ? 'it ended as if all were right' : stderr),
      ),
    )
    assert.match(said, /unknown option '?--no-such-option/i, line)
  }
  assert.ok(lines.length > 0)
  const waiting = [...lines]
  const worker = async () => {
    for (let line = waiting.pop(); line !== undefined; line = waiting.pop()) await refusal(line)
  }
  await Promise.all([worker(), worker()])
})

test('a tillgate command that a text names is in the help, with its options', async () => {
  for (const { text } of runBy('its help')) {
    const words = text.replace(/^.*?tillgate /, '').split(' ')
    const names = words.filter((word) => !word.startsWith('--'))
    let help = ''
    const output = { log: (line: string) => (help += line), error: (line: string) => assert.fail(line) }
    assert.equal(await dispatch([...names, '--help'], {}, output), 0, text)
    assert.ok(help.startsWith(`tillgate ${names.join(' ')}: `), `${text}: ${help}`)
    for (const option of words.filter((word) => word.startsWith('--') && word !== '--help'))
      assert.match(help, new RegExp(`^ {2}${option}\\b`, 'm'), text)
  }
})

test('a test file that a document names is one that CI runs', () => {
  const globs = ['test:unit', 'test:integration'].flatMap((script) => {
    assert.ok(isCalledByCi(script))
    return [...(scripts[script] ?? '').matchAll(/"([^"]+\.test\.ts)"/g)].map(([, glob = '']) => glob)
  })
  for (const { text } of runBy('test files')) {
    const file = text.split(' ').at(-1) ?? ''
    assert.ok(existsSync(ROOT + file), text)
    assert.ok(
      globs.some((glob) => matchesGlob(file, glob.replace(/!\([^)]+\)/, '*'))),
      `${text}: ${globs}`,
    )
  }
})

test('what another test stands for is in that test, part by part, and CI runs it', () => {
  for (const { runner, text } of runBy('parts')) {
    assert.ok(isCalledByCi(runner.script), `${text}: ${runner.script}`)
    let rest = text
    for (const [inCommand, file, inFile] of runner.parts) {
      assert.ok(text.includes(inCommand), `${text}: ${inCommand}`)
      assert.ok(textOf(file).includes(inFile), `${text}: ${file} no longer has ${inFile}`)
      rest = inCommand === '' ? '' : rest.replace(inCommand, '')
    }
    assert.match(rest, /^(\s|&&|tillgate|-- |--$)*$/, `${text}: nothing stands for "${rest}"`)
  }
})

test('test:clients runs every line of docs/clients.md', async () => {
  const lines = (await Promise.all(['TypeScript', 'Python', 'Java'].map((heading) => documentedLines(heading)))).flat()
  const toPaste = commands.filter(({ document, isToPaste }) => document === 'docs/clients.md' && isToPaste)
  assert.deepEqual(
    toPaste.map(({ text }) => text),
    lines,
  )
})
