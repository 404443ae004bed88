import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { parse, stringify } from 'yaml'
import { goProgram } from '../deploy/go-tool.ts'
import { alarms, dashboardQueries } from '../harness/watched.ts'

const DEADLINE_MS = 60_000
const RULES = new URL('../../deploy/prometheus/', import.meta.url)
const DASHBOARD = new URL('../../deploy/grafana/tillgate.json', import.meta.url)

const run = promisify(execFile)
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-alarms-'))
})

after(() => rm(folder, { recursive: true }))

/** Rejects with what promtool has to say. */
async function promtool(...args: string[]): Promise<void> {
  await run('promtool', args, { cwd: folder, timeout: DEADLINE_MS }).catch((error) => {
    throw new Error(`${error.stdout}${error.stderr}` || error.message)
  })
}

/** Puts both files into the folder, the rules as `change` makes them. */
async function write(change: (rules: string) => string = (rules) => rules): Promise<void> {
  await writeFile(join(folder, 'rules.yaml'), change(await readFile(new URL('rules.yaml', RULES), 'utf8')))
  await writeFile(join(folder, 'rules.test.yaml'), await readFile(new URL('rules.test.yaml', RULES)))
}

suite('the alarms', () => {
  test('fire when they should, and not when they should not', async () => {
    await write()
    await promtool('check', 'rules', 'rules.yaml')
    await promtool('test', 'rules', 'rules.test.yaml')
  })

  test('are tested: one that fires later, or never, is noticed', async () => {
    await write((rules) => rules.replace('tillgate_stalled_partitions > 0', 'tillgate_stalled_partitions > 2'))
    await assert.rejects(promtool('test', 'rules', 'rules.test.yaml'), /TillgatePartitionsStalled[\s\S]*got: nil/)
  })

  test('each fire in a test that also has a time at which they do not', async () => {
    const { tests } = parse(await readFile(new URL('rules.test.yaml', RULES), 'utf8')) as {
      tests: { name: string; promql_expr_test: { exp_samples: { labels: string }[] }[] }[]
    }
    const shown = new Set<string>()
    for (const { promql_expr_test: times } of tests) {
      const firing = times.map(({ exp_samples }) => exp_samples.map(({ labels }) => /"(\w+)"/.exec(labels)?.[1]))
      for (const name of firing.flat()) if (name && firing.some((names) => !names.includes(name))) shown.add(name)
    }
    assert.deepEqual(
      [...shown].sort(),
      alarms()
        .map(({ alert }) => alert)
        .sort(),
    )
  })
})

suite('the dashboard', () => {
  test('has no field that Grafana does not have', async () => {
    const check = await goProgram('dashboard', '1', new URL('dashboard/', import.meta.url).pathname)
    await run(check, [DASHBOARD.pathname])
    const misspelt = join(folder, 'misspelt.json')
    await writeFile(misspelt, (await readFile(DASHBOARD, 'utf8')).replace('"stacking"', '"staking"'))
    await assert.rejects(run(check, [misspelt]), /unexpected field 'staking'/)
  })

  test('has no query that Prometheus does not understand', async () => {
    const rules = dashboardQueries().map((expr, index) => ({ record: `query:${index}`, expr }))
    assert.ok(rules.length > 40)
    await writeFile(join(folder, 'queries.yaml'), stringify({ groups: [{ name: 'dashboard', rules }] }))
    await promtool('check', 'rules', 'queries.yaml')
  })
})
