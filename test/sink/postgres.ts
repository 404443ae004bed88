import { execFile } from 'node:child_process'
import { chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '../../dev/kafka/eventually.ts'
import { startJvm } from '../../dev/kafka/jvm.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import { postgresFolder } from '../../dev/needs/postgres.ts'
import { within } from '../../src/waiting.ts'

const START_DEADLINE_MS = 30_000
const STOP_DEADLINE_MS = 10_000
/** `nobody`: PostgreSQL refuses root. */
const NOBODY = 65_534
const isRoot = process.getuid?.() === 0

/** A PostgreSQL server of the tests' own: its data are in a folder that is deleted at the end. */
export interface Postgres {
  /** Of a new, empty database. */
  createDatabase(name: string): Promise<Database>
  stop(): Promise<void>
}

export interface Database {
  readonly url: string
  /** Runs one query with psql. Resolves with its rows as objects. */
  rows<Row>(query: string): Promise<Row[]>
}

/** Starts a server on a free port of 127.0.0.1. It ends with this process, however that ends. */
export async function startPostgres(): Promise<Postgres> {
  const programs = postgresFolder(process.env)
  if (programs === undefined) throw new Error('there is no PostgreSQL: node dev/needs/main.ts test:sink')
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-postgres-'))
  const [data, log] = [join(folder, 'data'), join(folder, 'log')]
  await mkdir(data, { mode: 0o700 })
  if (isRoot) for (const path of [folder, data]) await chown(path, NOBODY, NOBODY)
  const [initdb, ...args] = asNobody(
    join(programs, 'initdb'),
    '--pgdata',
    data,
    '--username',
    'test',
    '--auth',
    'trust',
  )
  await promisify(execFile)(initdb as string, [...args, '--encoding', 'UTF8', '--no-locale', '--no-sync'], {
    cwd: folder,
  })
  const [port] = (await freePorts(1)) as [number]
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off' }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const [server, ...rest] = asNobody(join(programs, 'postgres'), '-D', data, ...flags)
  const running = await startJvm(server as string, rest, log) // it watches any program
  const postgres = {
    async createDatabase(name: string) {
      await database(port, 'postgres').rows(`CREATE DATABASE ${name}`)
      return database(port, name)
    },
    async stop() {
      running.signal('SIGINT') // does not wait for clients to leave
      await within(STOP_DEADLINE_MS, running.exited)
      running.signal('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    await eventually('PostgreSQL answers', START_DEADLINE_MS, 50, () => database(port, 'postgres').rows('SELECT 1'))
    return postgres
  } catch (error) {
    const said = await readFile(log, 'utf8')
    await postgres.stop()
    throw new Error(`PostgreSQL did not start: ${said}`, { cause: error })
  }
}

function asNobody(...command: string[]): string[] {
  if (!isRoot) return command
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command]
}

function database(port: number, name: string): Database {
  const url = `postgres://test@127.0.0.1:${port}/${name}`
  return {
    url,
    async rows(query) {
      const isSelect = query.startsWith('SELECT ')
      const text = isSelect ? `SELECT coalesce(json_agg(it), '[]') FROM (${query}) AS it` : query
      const { stdout } = await promisify(execFile)('psql', [url, '-qAtX', '-v', 'ON_ERROR_STOP=1', '-c', text], {
        maxBuffer: 2 ** 28,
      })
      return isSelect ? JSON.parse(stdout) : []
    },
  }
}
