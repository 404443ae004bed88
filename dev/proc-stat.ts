import { readFileSync } from 'node:fs'

/**
 * The fields of a `stat` file in Linux's /proc, of a process or a thread, from its state on: the name before that may have
 * spaces and parentheses. Throws if there is no such file. Source: proc_pid_stat(5), whose field 3 is the first one here.
 */
export function statFields(file: string): string[] {
  const stat = readFileSync(file, 'utf8')
  return stat.slice(stat.lastIndexOf(') ') + 2).split(' ')
}
