import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A hosts file that only one process sees as `/etc/hosts`. Names that are not in it do not resolve. */
export interface OwnNames {
  /** Put this in front of the command that should see the file; it becomes that command. */
  readonly command: readonly string[]
  /** Sets the names and their addresses from now on; no others resolve. */
  set(addresses: Readonly<Record<string, string>>): void
  remove(): void
}

const MOUNT = 'mount --bind "$0/hosts" /etc/hosts && mount --bind "$0/nsswitch.conf" /etc/nsswitch.conf && exec "$@"'

/** Makes such a file. Throws one line when this process may not give another process its own mounts. */
export function ownNames(addresses: Readonly<Record<string, string>>): OwnNames {
  const unshare = ['unshare', '--mount', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])]
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-names-'))
  const names: OwnNames = {
    command: [...unshare, 'sh', '-c', MOUNT, folder],
    set: (next) => {
      const lines = Object.entries(next).map(([name, address]) => `${address} ${name}\n`)
      writeFileSync(join(folder, 'hosts'), lines.join(''))
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
  writeFileSync(join(folder, 'nsswitch.conf'), 'hosts: files\n') // no name ever leaves this machine
  names.set(addresses)
  try {
    const [file = '', ...args] = [...names.command, 'true']
    execFileSync(file, args, { stdio: 'pipe' })
  } catch (error) {
    names.remove()
    const reason = String((error as { stderr?: Buffer }).stderr ?? error).split('\n')[0]
    throw new Error(`names of its own need unshare and mount (util-linux), and root or user namespaces: ${reason}`)
  }
  return names
}
