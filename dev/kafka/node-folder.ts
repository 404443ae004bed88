import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isAlive } from './folders.ts'
import { type NodeSettings, serverProperties } from './server-properties.ts'

/**
 * Claims a cluster's folder for this process until `releaseFolder`, and empties it unless `keepData`. Throws one line
 * when a running process has it, or when it holds data of another number of brokers.
 */
export async function claimFolder(folder: string, options: { brokers: number; keepData: boolean }): Promise<void> {
  await mkdir(folder, { recursive: true })
  const owner = Number(await readFile(join(folder, OWNER), 'utf8').catch(() => 0))
  if (owner > 0 && isAlive(owner)) throw new Error(`the cluster in ${folder} is in use by process ${owner}`)
  const nodes = (await readdir(folder)).filter((name) => name.startsWith('broker-'))
  if (!options.keepData) {
    await Promise.all(nodes.map((name) => rm(join(folder, name), { recursive: true })))
  } else if (nodes.length > 0 && nodes.length !== options.brokers) {
    throw new Error(`${folder} holds ${nodes.length} broker(s), not ${options.brokers}: delete it or use another name`)
  }
  await writeFile(join(folder, OWNER), String(process.pid))
}

/** Gives a cluster's folder back, with its data. */
export async function releaseFolder(folder: string): Promise<void> {
  await rm(join(folder, OWNER), { force: true })
}

/**
 * Writes what one node needs: its server.properties in `folder` and, in log directories without data from an earlier
 * run, what `kafka-storage format` writes: an unchanged `checkpoint` and a meta.properties of their own.
 */
export async function writeNode(
  folder: string,
  settings: NodeSettings,
  logDirs: string[],
  checkpoint: string,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'server.properties'), serverProperties(settings, logDirs))
  const clusterId = createHash('md5').update(join(folder, '..')).digest('base64url')
  for (const logDir of logDirs) await format(logDir, { settings, clusterId, checkpoint })
}

async function format(
  logDir: string,
  { settings, clusterId, checkpoint }: { settings: NodeSettings; clusterId: string; checkpoint: string },
): Promise<void> {
  const meta = join(logDir, 'meta.properties')
  await mkdir(logDir, { recursive: true })
  if (existsSync(meta)) return
  await copyFile(checkpoint, join(logDir, basename(checkpoint)))
  const directoryId = randomBytes(16).toString('base64url')
  const lines = ['version=1', `cluster.id=${clusterId}`, `node.id=${settings.id}`, `directory.id=${directoryId}`]
  await writeFile(meta, `${lines.join('\n')}\n`)
}

const OWNER = 'owner.pid'
