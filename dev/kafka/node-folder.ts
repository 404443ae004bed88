import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type NodeSettings, serverProperties } from './server-properties.ts'

/**
 * Writes what one node needs: its server.properties in `folder` and, in log directories without data from an earlier
 * run, what `kafka-storage format` writes: an unchanged `checkpoint` and a meta.properties of their own. The log of an
 * earlier run becomes `broker.previous.log`, so that logs do not grow from run to run.
 */
export async function writeNode(
  folder: string,
  settings: NodeSettings,
  logDirs: string[],
  checkpoint: string,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'server.properties'), serverProperties(settings, logDirs))
  const log = join(folder, 'broker.log')
  if (existsSync(log)) await rename(log, join(folder, 'broker.previous.log'))
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
  await writeFile(`${meta}.tmp`, `${lines.join('\n')}\n`)
  await rename(`${meta}.tmp`, meta) // whole or not at all, if this process is killed
}
