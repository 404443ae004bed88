import { spawn } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { exitCode } from '../needs/exit-code.ts'
import { pipInstall } from '../needs/pip.ts'
import type { Download } from './artifacts.ts'

const DEADLINE_MS = 1_200_000

/** Fetches the jars with PyPI's jgo, which reads Maven repositories. Rejects with its last complaint. */
export async function fetchWithPip({ list, into, env, onDetail, onFile, signal }: Download): Promise<void> {
  const jgo = join(into, 'jgo')
  await mkdir(jgo)
  await pipInstall({
    requirements: join(import.meta.dirname, 'jgo.txt'),
    into: jgo,
    ...{ env, signal },
    onProgress: (line) => onDetail(`jgo: ${line}`),
  })
  const python = spawn('python3', [join(import.meta.dirname, 'fetch_jars.py'), list, into], {
    env: { ...env, PYTHONPATH: jgo },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...{ timeout: DEADLINE_MS, signal, killSignal: 'SIGKILL' },
  })
  const ended = exitCode(python)
  let complaint = 'no reason given'
  createInterface({ input: python.stdout }).on('line', onFile)
  createInterface({ input: python.stderr }).on('line', (line) => {
    complaint = line
  })
  if ((await ended) !== 0) throw new Error(complaint)
  await rm(jgo, { recursive: true })
}
