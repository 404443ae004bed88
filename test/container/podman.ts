import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)
const env = { ...process.env, CONTAINERS_CONF: `${ROOT}dev/container/containers.conf`, BUILDAH_ISOLATION: 'chroot' }
const DEADLINE_MS = 300_000

/** Runs podman in the repository and resolves with what it printed. Rejects when it fails or takes five minutes. */
export async function podman(...args: string[]): Promise<string> {
  const { stdout } = await run('podman', args, { cwd: ROOT, env, timeout: DEADLINE_MS, maxBuffer: 2 ** 26 })
  return stdout.trim()
}

/** Builds the Dockerfile under a name, nothing taken from earlier builds. */
export async function buildImage(name: string): Promise<void> {
  await run(`${ROOT}dev/container/base-image.sh`, { env, timeout: 2 * DEADLINE_MS })
  const fresh = ['--no-cache', '--layers=false', '--format', 'docker', '--network', 'host']
  await podman('build', ...fresh, '--build-arg', 'REVISION=tested', '--tag', name, '.')
}

/**
 * A container on the host's network with nothing but the image, the variables and a folder that it may read as `/keys`:
 * no capability, no writable file.
 */
export async function startContainer(
  image: string,
  name: string,
  variables: Record<string, string>,
  keysFolder: string,
): Promise<void> {
  const confined = ['--read-only', '--read-only-tmpfs=false', '--cap-drop=all', '--security-opt=no-new-privileges']
  const given = Object.entries(variables).flatMap(([key, value]) => ['--env', `${key}=${value}`])
  const mounted = ['--volume', `${keysFolder}:/keys:ro`]
  await podman('run', '--detach', '--name', name, '--network', 'host', ...confined, ...mounted, ...given, image)
}

/** What `podman inspect` says of a container or image. */
// biome-ignore lint/suspicious/noExplicitAny: podman's own document.
export async function inspect(name: string): Promise<any> {
  return JSON.parse(await podman('inspect', name))[0]
}
