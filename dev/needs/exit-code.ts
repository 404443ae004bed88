import type { ChildProcess } from 'node:child_process'

/**
 * Resolves to the exit code of a process when it is gone and all its output was read; 1 if a signal ended it. Rejects,
 * also only then, if it could not be started or was aborted: nobody else writes into its folder any more.
 */
export async function exitCode(child: ChildProcess): Promise<number> {
  let failure: Error | undefined
  child.on('error', (error) => {
    failure = error
  })
  return await new Promise((resolve, reject) => {
    child.on('close', (code) => (failure ? reject(failure) : resolve(code ?? 1)))
  })
}
