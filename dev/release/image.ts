import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const DEADLINE_MS = 600_000
const run = promisify(execFile)

/**
 * Builds the image of a version, named `tillgate:VERSION`, and saves it to a file. Resolves with the program that did,
 * or with `null` when there is neither Docker nor podman.
 */
export async function saveImage(root: string, file: string, version: string, revision: string): Promise<string | null> {
  const env = {
    ...process.env,
    CONTAINERS_CONF: join(root, 'dev/container/containers.conf'),
    BUILDAH_ISOLATION: 'chroot',
  }
  const execute = (program: string, ...args: string[]) => run(program, args, { cwd: root, env, timeout: DEADLINE_MS })
  const isThere = (program: string) =>
    execute(program, 'info').then(
      () => true,
      () => false,
    )
  const program = (await isThere('docker')) ? 'docker' : (await isThere('podman')) ? 'podman' : null
  if (program === null) return null
  if (program === 'podman') await execute(join(root, 'dev/container/base-image.sh'))
  const settings = program === 'podman' ? ['--format', 'docker', '--network', 'host'] : []
  const labels = ['--build-arg', `VERSION=${version}`, '--build-arg', `REVISION=${revision}`]
  await execute(program, 'build', ...settings, ...labels, '--tag', `tillgate:${version}`, '.')
  await execute(program, 'save', '--output', file, `tillgate:${version}`)
  return program
}
