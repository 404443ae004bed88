import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { eventually } from '../../dev/kafka/eventually.ts'
import { freePorts } from '../../dev/kafka/ports.ts'

const DEADLINE_MS = 30_000

/** The labels of a series. */
interface Series {
  readonly metric: Readonly<Record<string, string>>
}

/** A real Prometheus on this machine that scrapes every second. */
export interface Prometheus {
  /** The series that an expression has now. Rejects with Prometheus' complaint. */
  query(expr: string): Promise<readonly Series[]>
  stop(): Promise<void>
}

/** Starts one. `jobs`: the address of each job's only instance. Resolves when it answers. */
export async function startPrometheus(jobs: Readonly<Record<string, string>>): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-prometheus-'))
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const scrape_configs = Object.entries(jobs).map(([job_name, address]) => ({
    job_name,
    scrape_interval: '1s',
    scrape_timeout: '1s',
    static_configs: [{ targets: [new URL(address).host] }],
  }))
  await writeFile(join(folder, 'prometheus.yml'), stringify({ scrape_configs }))
  const args = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`]
  const child = spawn('prometheus', args, { cwd: folder, stdio: 'ignore' })
  const exited = once(child, 'exit')
  async function stop(): Promise<void> {
    child.kill('SIGKILL')
    await exited
    await rm(folder, { recursive: true })
  }
  async function query(expr: string) {
    const answer = await fetch(`${url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expr }),
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    const { error, data } = (await answer.json()) as { error?: string; data: { result: Series[] } }
    if (error !== undefined) throw new Error(`${error} in ${expr}`)
    return data.result
  }
  try {
    await eventually('Prometheus answers', DEADLINE_MS, 50, async () => (await fetch(`${url}/-/ready`)).ok || undefined)
  } catch (error) {
    await stop()
    throw error
  }
  return { query, stop }
}
