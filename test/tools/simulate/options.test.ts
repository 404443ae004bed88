import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSimulateArguments } from '../../../src/tools/simulate/options.ts'
import { BY_THE_RULE } from '../../../src/tools/simulate/wrong-tills.ts'
import { UsageError } from '../../../src/tools/terminal/input-errors.ts'

const url = ['--url', 'http://127.0.0.1:8080']

function run(args: string[]) {
  const given = parseSimulateArguments([...url, ...args])
  assert.equal(given.action, 'run')
  return (given as Extract<typeof given, { action: 'run' }>).run
}

test('a URL is enough', () => {
  assert.deepEqual(parseSimulateArguments(url), {
    action: 'run',
    json: false,
    answers: undefined,
    html: undefined,
    marks: undefined,
    tokenFile: undefined,
    run: {
      url: new URL('http://127.0.0.1:8080'),
      tls: {},
      tills: 1_000,
      stores: 250,
      load: { ratePerSecond: 100, curve: 'flat', daySeconds: 86_400, burst: undefined },
      seconds: 60,
      drainSeconds: 60,
      connections: 256,
      answerTimeoutMs: 40_000,
      wrong: BY_THE_RULE,
      seed: 1,
    },
  })
})

test('a curve runs for one of its days, bursts have a factor, a length and a period', () => {
  const { seconds, load } = run(['--curve', 'day', '--day-seconds', '600', '--burst', '5x10/60', '--rate', '0.5'])
  assert.equal(seconds, 600)
  assert.deepEqual(load, {
    ratePerSecond: 0.5,
    curve: 'day',
    daySeconds: 600,
    burst: { factor: 5, seconds: 10, everySeconds: 60 },
  })
})

test('tills may go wrong, so many percent of them or of their invoices', () => {
  const { wrong } = run(['--changed-percent', '2.5', '--older-percent', '97.5', '--twins-percent', '10'])
  assert.deepEqual(wrong, { changedPercent: 2.5, olderPercent: 97.5, twinsPercent: 10 })
})

test('--self-test needs nothing else', () => {
  assert.equal(parseSimulateArguments(['--self-test', '--json']).action, 'self-test')
})

test('what is wrong is refused and named', () => {
  const wrong: [string[], RegExp][] = [
    [[], /--url is required/],
    [['--url', 'ftp://127.0.0.1'], /--url/],
    [['--url', '127.0.0.1:8080'], /--url/],
    [['--self-test', ...url], /--self-test .* no other option/],
    [[...url, 'now'], /now/],
    [[...url, '--fast'], /--fast/],
    [[...url, '--rate', 'many'], /--rate/],
    [[...url, '--rate', '0'], /--rate must be a number from 0\.001 to 1,000,000, not 0/],
    [[...url, '--tills', '0'], /--tills/],
    [[...url, '--older-percent', '101'], /--older-percent must be a number from 0 to 100/],
    [[...url, '--older-percent', '60', '--changed-percent', '41'], /together must not be above 100/],
    [[...url, '--tills', '1', '--twins-percent', '1'], /--twins-percent needs at least 2 --tills/],
    [[...url, '--tills', '10', '--stores', '11'], /--stores must not be above --tills, which is 10/],
    [[...url, '--curve', 'wave'], /--curve/],
    [[...url, '--burst', '5'], /--burst/],
    [[...url, '--burst', '5x60/60'], /--burst/],
    [[...url, '--burst', '0.5x1/60'], /--burst/],
    [[...url, '--rate', '100000', '--seconds', '100000'], /--rate times --seconds/],
  ]
  for (const [args, said] of wrong)
    assert.throws(
      () => parseSimulateArguments(args),
      (error: Error) => {
        assert.ok(error instanceof UsageError, args.join(' '))
        assert.match(error.message, said)
        return true
      },
    )
})

test('the page and the answers need names of their own', () => {
  assert.throws(() => run(['--html', 'day', '--answers', 'day']), /--html and --answers must be different files/)
})
